/** Stays that fall silent: of a protected patient, in a blocked unit, of somebody who has died; and how a human wakes them. */
import { type Decision, emptyDecision } from '../relay/decision.ts';
import type { Reason } from '../relay/outcome.ts';
import type { StoredFile } from '../relay/ports.ts';
import type { Person } from '../people/person.ts';
import { fact } from './evolution.ts';
import { isSoon, noticeAt } from './expected-discharge.ts';
import { isOpen } from './order.ts';
import type { StayPorts } from './case.ts';
import { CENSUS } from './shadow.ts';
import type { Open, Turn } from './turn.ts';
import type { Patient, Stay } from './stay.ts';

const OF_THE_PATIENT = new Set<Reason>(['protected-patient', 'vip', 'anonymous']);

/** The stay of the message; what protects the patient (an A31 names no stay) protects every stay that is known. */
export async function silencedStays(
  ports: StayPorts,
  turn: Turn,
  patientId: string,
  stay: Open<Stay> | undefined,
): Promise<Open<Stay>[]> {
  const found = new Set(stay ? [stay] : []);
  if (!OF_THE_PATIENT.has(turn.ruled.reason)) return [...found];
  const known = await ports.store.files.load<Patient>('patient', patientId);
  for (const id of known?.state.stays ?? []) {
    const here = turn.stays.get(id);
    const stored = here ? undefined : await ports.store.files.load<Stay>('stay', id);
    const one = here ?? (stored && { ...stored, was: stored.state });
    if (!one) continue;
    turn.stays.set(id, one);
    found.add(one);
  }
  return [...found];
}

/** Whichever message says it (PID-30 of an identity, an A03): no reminder of any stay is due to somebody who has died. */
export async function silenceDead(ports: StayPorts, turn: Turn, patient: Patient): Promise<void> {
  for (const id of patient.stays) {
    for (const kind of ['stay-notice', 'letter-awaited'] as const)
      if ((await ports.store.timers.list(kind, id)).length > 0)
        turn.decision.timers.push({ do: 'cancel-all', kind, ref: id });
  }
}

/** A death that no movement tells (PID-30 of an identity): what is still asked for the patient ends all the same. */
export async function endRequests(ports: StayPorts, turn: Turn, patient: Patient, team: Person[]): Promise<void> {
  const { envelope, intent, decision, now } = turn;
  if (ports.policyOf(envelope.source).shadow === true || envelope.note === CENSUS) return;
  const id = patient.stays.at(-1);
  const stay = id === undefined ? undefined : (turn.stays.get(id) ?? (await ports.store.files.load<Stay>('stay', id)));
  if (!stay) return;
  const died = fact(stay.state, intent, 'died');
  await ports.consequences(decision, { fact: died, stay: stay.state, patient, team, tags: [] }, now);
}

/**
 * An operator's word: the hospital says that nothing protects this stay (any more), or it has left the blocked unit. What
 * was not said meanwhile stays unsaid; the next message, if it is not protected itself, is told again.
 * @param now civil time, epoch ms UTC
 */
export function release(stay: StoredFile<Stay>, now: number): Decision {
  const { expectedDischarge: expected } = stay.state;
  const decision = emptyDecision();
  decision.files.push({
    kind: 'stay',
    id: stay.id,
    version: stay.version,
    state: { ...stay.state, protected: undefined },
    keys: [],
  });
  if (expected && isOpen(stay.state) && !isSoon(expected, now)) {
    decision.timers.push({ do: 'set', kind: 'stay-notice', ref: stay.id, step: 'j-1', dueAt: noticeAt(expected) });
  }
  decision.audit.push({
    actor: 'operator',
    action: 'silenced:release',
    subject: stay.id,
    outcome: 'posted',
    reason: 'answered',
  });
  return decision;
}
