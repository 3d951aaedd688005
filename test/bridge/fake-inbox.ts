/** An inbox in memory that honours the port (care/relay/ports.ts): what a door may count on, and no more. */
import type { Accepted, NewEnvelope } from '../../care/relay/envelope.ts';

export type FakeInbox = {
  stored: NewEnvelope[];
  /** Set to make the next commits fail, as a full disk does. */
  broken: boolean;
  accept: (envelope: NewEnvelope) => Promise<Accepted>;
};

export function fakeInbox(): FakeInbox {
  const inbox: FakeInbox = {
    stored: [],
    broken: false,
    accept: async (envelope) => {
      if (inbox.broken) throw Object.assign(new Error('disk full while writing MARTIN'), { code: 'SQLITE_FULL' });
      const same = inbox.stored.filter((e) => e.source === envelope.source && e.key === envelope.key);
      const twin = same.find((e) => e.digest === envelope.digest);
      if (twin !== undefined) {
        return { id: `e${inbox.stored.indexOf(twin) + 1}`, state: 'duplicate', acknowledgement: twin.acknowledgement };
      }
      if (same.length > 0 && envelope.onKeyReuse === 'refuse') return { state: 'reused' };
      inbox.stored.push(envelope);
      const id = `e${inbox.stored.length}`;
      return same.length > 0 ? { id, state: 'fresh', warning: 'key-reused' } : { id, state: 'fresh' };
    },
  };
  return inbox;
}
