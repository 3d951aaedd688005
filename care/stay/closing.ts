/**
 * A patient's room ends some days after the last stay did, so that nobody goes on reading in it by habit; the next
 * admission begins the next generation. Never while a request about the patient is open or a deadline stands.
 */
import { DAY, parisDay, toParis, fromParis } from '../relay/civil-time.ts';
import { type Decision, emptyDecision } from '../relay/decision.ts';
import type { Store } from '../relay/ports.ts';
import { roomRef } from '../relay/room.ts';
import type { Timer, TimerChange } from '../relay/timer.ts';
import type { Patient, Stay } from './stay.ts';

export type ClosingPorts = { store: Pick<Store, 'files' | 'rooms' | 'timers'>; closeAfterDays: number };

/** A room is closed in the morning: its last notice is for people at work. */
const HOUR_OF_DAY = 10;

const STEP = 'close';

/** Consultations, sessions and the like keep no room open, and hospitals rarely say that they end. */
const PASSING = new Set(['O', 'R', 'N', 'V']);

/** When this stay stopped, or will have: `running` for who is in hospital, undefined for what does not count. */
export function endOf(stay: Stay): number | 'running' | undefined {
  if (stay.protected !== undefined || PASSING.has(stay.class ?? '')) return undefined;
  switch (stay.status) {
    case 'present':
    case 'on-leave':
      return 'running';
    case 'expected':
      return stay.expectedAdmission?.at;
    case 'left':
    case 'dead':
      return stay.dischargedAt;
    case 'cancelled':
      return undefined;
    default:
      return stay.status satisfies never;
  }
}

/** Does this stay have a word in when the room ends? */
export function counts(stay: Stay): boolean {
  return endOf(stay) !== undefined;
}

/** @returns undefined while somebody is in hospital */
function closingAt(stays: readonly Stay[], days: number, now: number): number | undefined {
  const ends = stays.map(endOf);
  if (ends.includes('running')) return undefined;
  const last = Math.max(...ends.filter((end) => typeof end === 'number'), -Infinity);
  const due = morning(last === -Infinity ? now : last, days);
  return due > now ? due : morning(now, 1);
}

function morning(instant: number, days: number): number {
  const { year, month, day } = toParis(parisDay(instant, days));
  return fromParis({ year, month, day, hour: HOUR_OF_DAY, minute: 0 });
}

/**
 * What a decision about a patient does to the room's end. Fills the decision.
 * @param touched the patient's stays as this decision leaves them
 * @param moves false when none of them counts, nor did before: an outpatient's hundred visits are not read again at each one
 */
export async function planClosing(
  ports: ClosingPorts,
  decision: Decision,
  patient: Patient,
  touched: readonly Stay[],
  now: number,
  moves = true,
): Promise<void> {
  const ref = roomRef.patient(patient.id);
  const said = decision.deliveries.some((delivery) => delivery.room === ref);
  if (said) await stayOpen(ports, decision, ref);
  const room = decision.rooms.find((wanted) => wanted.ref === ref) ?? (await ports.store.rooms.get(ref));
  // A document may open a room again long after the stay.
  if (!room || (!said && (touched.length === 0 || !moves))) return;
  const timer = { kind: 'room-close' as const, ref: patient.id, step: STEP };
  const [pending] = await ports.store.timers.list(timer.kind, timer.ref);
  // Who is in hospital by this stay keeps the room open whatever the other ones say.
  const isRunning = touched.some((stay) => endOf(stay) === 'running');
  const stays = isRunning ? touched : [...touched, ...(await others(ports, patient, touched))];
  const due = closingAt(stays, ports.closeAfterDays, now);
  if (due === undefined) {
    if (pending) decision.timers.push({ do: 'cancel', ...timer });
    return;
  }
  // A room that closed already is not closed again for a late detail about an old stay.
  if ('state' in room && room.state === 'closed') return;
  if (pending?.dueAt !== due && (said || !pending)) decision.timers.push({ do: 'set', ...timer, dueAt: due });
}

/** @param timer the due `room-close`: what stands against closing puts it off by a day */
export async function decideClosing(ports: ClosingPorts, timer: Timer, now: number): Promise<Decision> {
  const decision: Decision = { ...emptyDecision(), fired: timer };
  const audit = { actor: 'clock', action: 'room-close', subject: timer.ref };
  const patient = await ports.store.files.load<Patient>('patient', timer.ref);
  const ref = roomRef.patient(timer.ref);
  const room = await ports.store.rooms.get(ref);
  const stays = patient ? await others(ports, patient.state, []) : [];
  const running = stays.some((stay) => endOf(stay) === 'running');
  if (!patient || room?.state !== 'open' || running) {
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'stale-timer' });
    return decision;
  }
  if (await isHeld(ports, patient.state)) {
    const later: TimerChange = { do: 'set', kind: timer.kind, ref: timer.ref, step: timer.step, dueAt: now + DAY };
    decision.timers.push(later);
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'recorded' });
    return decision;
  }
  const watch = await ports.store.files.load('room-watch', closingId(ref));
  decision.files.push({
    kind: 'room-watch',
    id: closingId(ref),
    version: watch?.version ?? 0,
    state: { ref },
    keys: ['closing'],
  });
  decision.deliveries.push({
    room: ref,
    ring: [],
    announcement: { kind: 'room-closed', days: ports.closeAfterDays },
  });
  decision.audit.push({ ...audit, outcome: 'posted', reason: 'announced' });
  return decision;
}

/** The file that holds a room between its last notice and the bot's leaving. */
function closingId(ref: string): string {
  return `closing|${ref}`;
}

/** An open request about the patient, or a notice that is still to come. */
async function isHeld(ports: ClosingPorts, patient: Patient): Promise<boolean> {
  const asked = await ports.store.files.find('request', `patient:${patient.id}`);
  const notices = await Promise.all(patient.stays.map((id) => ports.store.timers.list('stay-notice', id)));
  return asked.length > 0 || notices.some((list) => list.length > 0);
}

/** The last notice was decided, and there is news after all: the file's version settles who comes first. */
async function stayOpen(ports: ClosingPorts, decision: Decision, ref: string): Promise<void> {
  const id = closingId(ref);
  const watch = await ports.store.files.load('room-watch', id);
  if (watch) decision.files.push({ kind: 'room-watch', id, version: watch.version, state: { ref }, keys: [] });
}

async function others(ports: ClosingPorts, patient: Patient, touched: readonly Stay[]): Promise<Stay[]> {
  const known = new Set(touched.map((stay) => stay.id));
  const files = await Promise.all(
    patient.stays.filter((id) => !known.has(id)).map((id) => ports.store.files.load<Stay>('stay', id)),
  );
  return files.flatMap((file) => file?.state ?? []);
}
