/** What nobody rings for: rooms at their end, rooms that the operator asked for, messages that stay undecipherable. */
import type { Log } from '../care/relay/log.ts';
import { type Transport, TransportFailure } from '../care/relay/transport.ts';
import { closeRooms } from './closing.ts';
import type { Rooms } from './rooms.ts';
import { type SyncPorts, syncRooms } from './room-sync.ts';
import { sayUnread, type UnreadPorts } from './unread.ts';

export type TidyPorts = UnreadPorts & SyncPorts & { transport: Transport; rooms: Rooms; log: Log };

/** Waiting messages are opened to be looked at: not at each turn. */
const UNREAD_EVERY_MS = 30_000;
const RETRY_MS = 5_000;

/** @returns a turn of all of them, which says how much was done; what the homeserver refuses is tried again later */
export function createTidying(ports: TidyPorts): () => Promise<number> {
  const jobs = [
    { work: () => closeRooms(ports), every: 0, since: 0, next: 0 },
    { work: () => syncRooms(ports), every: 0, since: 0, next: 0 },
    { work: () => sayUnread(ports), every: UNREAD_EVERY_MS, since: 0, next: 0 },
  ];
  return async () => {
    const now = ports.clocks.machine();
    let done = 0;
    for (const job of jobs) {
      if (job.since <= now && now < job.next) continue; // a clock that was set back does not silence it
      job.since = now;
      job.next = now + job.every;
      try {
        done += await job.work();
      } catch (error) {
        // One that fails does not keep the others waiting.
        if (!(error instanceof TransportFailure)) throw error;
        job.next = now + (error.retryAfterMs ?? RETRY_MS);
        ports.log('warn', `rooms wait: ${error.message}`, { kind: error.kind });
      }
    }
    return done;
  };
}
