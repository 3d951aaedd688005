/** Small givens of the store's tests: a sealer, clocks that stand still, ids that count, and the least of each noun. */
import { createHash } from 'node:crypto';
import type { Clocks, Ids } from '../../care/relay/clock.ts';
import { emptyDecision, type Decision, type NewDelivery } from '../../care/relay/decision.ts';
import type { NewEnvelope } from '../../care/relay/envelope.ts';
import type { RoomWanted } from '../../care/relay/room.ts';
import { sealerFromSecret } from '../../store/seal.ts';

export const SECRET = 'a secret for tests only, long enough';
export const sealer = sealerFromSecret(SECRET);

/** Wednesday 14 January 2026, 10:00 in Paris. */
export const NOON = Date.UTC(2026, 0, 14, 9);

export const clocks: Pick<Clocks, 'machine'> = { machine: () => NOON };

export function countingIds(): Pick<Ids, 'next'> {
  let last = 0;
  return { next: () => `id-${++last}` };
}

export function envelope(key: string, given: Partial<NewEnvelope> & { text?: string } = {}): NewEnvelope {
  const { text = `body of ${key}`, ...rest } = given;
  const body = Buffer.from(text, 'utf8');
  return {
    lane: 'in:chu',
    source: 'chu',
    key,
    digest: createHash('sha256').update(body).digest('hex'),
    format: 'hl7v2',
    body,
    receivedAt: NOON,
    onKeyReuse: 'refuse',
    ...rest,
  };
}

export function decision(given: Partial<Decision>): Decision {
  return { ...emptyDecision(), ...given };
}

export function delivery(room: string, given: Partial<NewDelivery> = {}): NewDelivery {
  return { room, announcement: { kind: 'cannot-read' }, ring: [], ...given };
}

export function wanted(ref: string, given: Partial<RoomWanted> = {}): RoomWanted {
  return { ref, kind: 'patient', subject: 'p1', encrypted: true, name: 'R-7F3K', members: ['@dr:a'], ...given };
}
