/** A room's past: the events that a `limited` sync left out, and pages of it for whoever looks something up. */
import { TransportFailure } from '../../care/relay/transport.ts';
import type { HistoryPage, RawRoomEvent } from '../../care/relay/transport.ts';
import type { Http } from './http.ts';
import type { Log } from './log.ts';

const PAGE = 100;
/** 20,000 events in one room between two syncs: beyond it something else is wrong. */
const MOST_PAGES = 200;

export type Gap = {
  /** `prev_batch` of the sync answer. */
  from: string | undefined;
  /** The token of the last durable batch: nothing older is wanted. */
  to: string;
  /** The newest event that is already known; it is part of the result. */
  until: (event: RawRoomEvent) => boolean;
};

/**
 * @returns oldest first
 * @throws TransportFailure: the sync is then tried again. A room that can no longer be read gives nothing.
 */
export async function olderEvents(
  parts: { http: Http; log: Log },
  roomId: string,
  { from, to, until }: Gap,
): Promise<RawRoomEvent[]> {
  const newestFirst: RawRoomEvent[] = [];
  let token = from;
  for (let page = 0; token !== undefined && page < MOST_PAGES; page++) {
    let answer: { chunk: RawRoomEvent[]; end?: string };
    try {
      const query = { dir: 'b', from: token, to, limit: String(PAGE) };
      answer = await parts.http.json('GET', ['rooms', roomId, 'messages'], { query, concern: 'room' });
    } catch (failure) {
      if (!(failure instanceof TransportFailure) || failure.kind !== 'room') throw failure;
      parts.log('error', 'a gap in a room cannot be read', { room: roomId, failure: failure.message });
      break;
    }
    const known = answer.chunk.findIndex(until);
    newestFirst.push(...(known === -1 ? answer.chunk : answer.chunk.slice(0, known + 1)));
    if (known !== -1 || answer.chunk.length === 0) return newestFirst.reverse();
    token = answer.end;
  }
  if (token !== undefined)
    parts.log('error', 'a gap in a room is longer than what is read back', {
      room: roomId,
      events: newestFirst.length,
    });
  return newestFirst.reverse();
}

/** One page back from `from`, or from now. @throws TransportFailure */
export async function readBack(http: Http, roomId: string, from: string | undefined): Promise<HistoryPage> {
  const query = { dir: 'b', from, limit: String(PAGE) };
  const { chunk, end } = await http.json<{ chunk: RawRoomEvent[]; end?: string }>(
    'GET',
    ['rooms', roomId, 'messages'],
    {
      query,
      concern: 'room',
    },
  );
  return { events: chunk, older: chunk.length === 0 ? undefined : end };
}
