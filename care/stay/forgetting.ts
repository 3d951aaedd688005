/**
 * A patient of whom nothing has been heard for long is forgotten: identity, stays, and what happened in them. The room's
 * record stays: its generation goes on counting, so that a later admission never finds the old Matrix room.
 */
import type { RetentionStore } from '../relay/keeping-ports.ts';
import type { Store } from '../relay/ports.ts';
import { heldUntilTomorrow, type Look, type RetentionRule } from '../relay/retention.ts';
import { roomRef } from '../relay/room.ts';
import { staysOf } from '../identity/people-of.ts';
import { endOf } from './closing.ts';
import type { Patient, Stay } from './stay.ts';

type Ports = { store: Pick<Store, 'files' | 'rooms' | 'timers'> & { retention: Pick<RetentionStore, 'owes'> } };

/** @param after ms from the last message, stay or request of a patient */
export function patientRule(ports: Ports, after: number): RetentionRule {
  return {
    what: 'patients',
    kind: 'patient',
    rest: after,
    async look(file, now): Promise<Look> {
      const patient = file.state as Patient;
      const leadsTo = patient.goesBy ?? patient.mergedInto;
      // A number that leads to another patient's file leads there as long as that file is.
      if (leadsTo !== undefined && (await ports.store.files.load('patient', leadsTo))) return heldUntilTomorrow(now);
      const known = await staysOf(ports, patient.stays);
      const own = known.filter(({ state }) => state.patientId === patient.id);
      const until = Math.max(0, ...own.map(({ state }) => lastOf(state))) + after;
      if (until > now) return { again: Number.isFinite(until) ? until : heldUntilTomorrow(now).again };
      if (
        await isHeld(
          ports,
          patient,
          own.map(({ id }) => id),
        )
      )
        return heldUntilTomorrow(now);
      // A protected stay goes on being silent: what would come of it later finds its mark.
      const gone = own.filter(({ state }) => state.protected === undefined);
      return {
        erases: [
          { kind: 'patient', id: file.id, version: file.version, events: true },
          ...gone.map(({ id, version }) => ({ kind: 'stay' as const, id, version, events: true })),
        ],
        audit: [
          { actor: 'clock', action: 'retention:patient', subject: file.id, outcome: 'muted', reason: 'recorded' },
        ],
      };
    },
  };
}

/** The instant up to which a stay is news; Infinity for who is in hospital. */
function lastOf(stay: Stay): number {
  const end = endOf(stay);
  return end === 'running' ? Infinity : (end ?? 0);
}

/** Something about them is still open: a room, a deadline, a request, a question at the identity desk, a message on its way. */
async function isHeld({ store }: Ports, { id }: Patient, stays: readonly string[]): Promise<boolean> {
  const ref = roomRef.patient(id);
  const room = await store.rooms.get(ref);
  if ((room !== undefined && room.state !== 'closed') || (await store.retention.owes(ref))) return true;
  const timers: Promise<readonly unknown[]>[] = [
    store.timers.list('room-close', id),
    ...stays.flatMap((stay) => [store.timers.list('stay-notice', stay), store.timers.list('letter-awaited', stay)]),
  ];
  const files: Promise<readonly unknown[]>[] = [
    store.files.find('request', `patient:${id}`),
    store.files.find('proposal', `party:${id}`),
    ...stays.flatMap((stay) => [
      store.files.find('request', `stay:${stay}`),
      store.files.find('proposal', `stay:${stay}`),
    ]),
  ];
  return (await Promise.all([...timers, ...files])).some((found) => found.length > 0);
}
