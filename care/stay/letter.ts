/**
 * The lettre de liaison (CSP R1112-1-2): due on the day of discharge. A discharge arms a deadline; if no letter has come by
 * then, the ward's secretariat is told, and told again when it comes. What is measured is kept here too, by month.
 */
import { parisDate, parisDay, toParis } from '../relay/civil-time.ts';
import { type Decision, emptyDecision, type NewDelivery } from '../relay/decision.ts';
import { directRoom } from '../relay/room.ts';
import { type Refusal, refuse } from '../relay/refusal.ts';
import type { Timer } from '../relay/timer.ts';
import type { Person } from '../people/person.ts';
import { hourOf, isWorkingDay } from '../request/calendar.ts';
import type { StayPorts } from './case.ts';
import type { StayIntent } from './intent.ts';
import { patientView } from './patient.ts';
import { isStayed, type Patient, type Stay } from './stay.ts';
import type { SourcePolicy } from './verdict.ts';

/** What the secretariat reads of a stay, beside the patient's name. */
export type LetterNews = {
  stayId: string;
  dischargedAt: number | undefined;
  unit: string | undefined;
  /** Who noted it received, when somebody typed it. */
  by: string | undefined;
};

/** One discharge from a ward, and its letter. */
export type LetterFile = {
  stayId: string;
  /** Undefined: the letter came before the discharge. */
  dischargedAt: number | undefined;
  /** Never was, in the end: discharge taken back, or the patient died. */
  void: boolean;
  /** How long before leaving the room knew the very day, ms; undefined: never, or another day. */
  announcedAhead: number | undefined;
  /** Was there anybody to tell? */
  hasTeam: boolean;
  receivedAt: number | undefined;
  /** `document`, or the id of the person who typed it. */
  receivedBy: string | undefined;
  /** Direct rooms of the secretariat that were asked. */
  asked: string[];
  unit: string | undefined;
  unitCode: string | undefined;
  source: string;
};

const TIMER = { kind: 'letter-awaited', step: 'day' } as const;

/** Nobody is at the secretariat after this hour: a later discharge is asked about on the next working morning. */
const LAST_HOUR = 17;
const EVENING = 18;
const MORNING = 10;

/** 18:00 of the day for a discharge before 17:00 on a working day, else 10:00 of the next working day (Europe/Paris). */
export function letterDueAt(dischargedAt: number): number {
  const { hour } = toParis(dischargedAt);
  if (isWorkingDay(dischargedAt, 'france') && hour < LAST_HOUR) return hourOf(parisDay(dischargedAt), EVENING);
  let day = parisDay(dischargedAt, 1);
  while (!isWorkingDay(day, 'france')) day = parisDay(day, 1);
  return hourOf(day, MORNING);
}

/**
 * What a decision about a stay does to its letter. Fills the decision.
 * @param before the stay as it was; `stay` as the decision leaves it
 */
export async function planLetter(
  ports: Pick<StayPorts, 'store'>,
  decision: Decision,
  change: { before: Stay; stay: Stay; patient: Patient; intent: StayIntent; team: Person[]; now: number },
): Promise<void> {
  const { before, stay, patient, intent, team, now } = change;
  const left = stay.status === 'left' && intent.type === 'discharged';
  const back = before.status === 'left' && stay.status !== 'left';
  if (left ? before.status === 'left' : !back) return;
  const file = await ports.store.files.load<LetterFile>('letter', stay.id);
  if (back) {
    decision.timers.push({ do: 'cancel-all', kind: TIMER.kind, ref: stay.id });
    if (!file) return;
    decision.files.push(write(file.version, { ...file.state, void: true, asked: [] }));
    decision.deliveries.push(...toSecretariat(file.state, 'not-needed', patient, undefined));
    return;
  }
  // A consultation has none, an emergency visit has a letter of its own (15507-7).
  if (!isStayed(stay) || stay.class === 'E') return;
  const dischargedAt = stay.dischargedAt ?? now;
  const { toldDay } = before;
  const knew = toldDay !== undefined && toldDay.day === parisDay(dischargedAt);
  const state: LetterFile = {
    ...(file?.state ?? { receivedAt: undefined, receivedBy: undefined, asked: [] }),
    stayId: stay.id,
    dischargedAt,
    void: false,
    announcedAhead: knew ? dischargedAt - toldDay.since : undefined,
    hasTeam: team.length > 0,
    unit: stay.unit,
    unitCode: intent.unit.code ?? lastUnit(stay),
    source: stay.source,
  };
  decision.files.push(write(file?.version ?? 0, state));
  if (state.receivedAt === undefined)
    decision.timers.push({ do: 'set', ...TIMER, ref: stay.id, dueAt: letterDueAt(Math.max(dischargedAt, now)) });
}

/** The deadline fires: the ward's secretariat is told, each in their own direct room. */
export async function decideLetter(
  ports: Pick<StayPorts, 'store' | 'people' | 'policyOf'>,
  timer: Timer,
): Promise<Decision> {
  const decision: Decision = { ...emptyDecision(), fired: timer };
  const audit = { actor: 'clock', action: 'letter', subject: timer.ref };
  const file = await ports.store.files.load<LetterFile>('letter', timer.ref);
  const stay = await ports.store.files.load<Stay>('stay', timer.ref);
  const patient = stay && (await ports.store.files.load<Patient>('patient', stay.state.patientId));
  // Taken back by a message of which nothing is said (its class has changed): back in hospital all the same.
  const hasLeft = stay?.state.status === 'left';
  if (!file || !patient || !hasLeft || stay.state.protected || file.state.void || file.state.receivedAt !== undefined) {
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'stale-timer' });
    return decision;
  }
  const policy = ports.policyOf(file.state.source);
  if (policy.shadow === true) {
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'shadow' });
    return decision;
  }
  const desk = secretariat(policy, file.state.unitCode);
  const persons = desk === undefined ? [] : ports.people.group(desk);
  const rooms = persons.map((one) => directRoom(one.matrix));
  const state = { ...file.state, asked: rooms.map((one) => one.ref) };
  decision.files.push(write(file.version, state));
  decision.rooms.push(...rooms);
  decision.deliveries.push(...toSecretariat(state, 'missing', patient.state, undefined));
  decision.audit.push(
    rooms.length > 0
      ? { ...audit, outcome: 'posted', reason: 'announced' }
      : { ...audit, outcome: 'muted', reason: 'no-team' },
  );
  return decision;
}

/**
 * The letter has come (or was withdrawn, and is awaited again). Fills the decision.
 * @param at when it was sent, epoch ms UTC
 * @param by `document`, or a person's id
 */
export async function letterReceived(
  ports: Pick<StayPorts, 'store' | 'people'>,
  decision: Decision,
  stay: Stay,
  at: number | 'withdrawn',
  by: string,
  now: number,
): Promise<void> {
  const file = await ports.store.files.load<LetterFile>('letter', stay.id);
  const known: LetterFile = file?.state ?? {
    stayId: stay.id,
    dischargedAt: undefined,
    void: false,
    announcedAhead: undefined,
    hasTeam: true,
    receivedAt: undefined,
    receivedBy: undefined,
    asked: [],
    unit: stay.unit,
    unitCode: lastUnit(stay),
    source: stay.source,
  };
  const isBack = at === 'withdrawn';
  if (isBack === (known.receivedAt === undefined)) return; // the first one counts
  const state: LetterFile = isBack
    ? { ...known, receivedAt: undefined, receivedBy: undefined }
    : { ...known, receivedAt: at, receivedBy: by, asked: [] };
  decision.files.push(write(file?.version ?? 0, state));
  if (isBack) {
    if (known.dischargedAt !== undefined && !known.void)
      decision.timers.push({ do: 'set', ...TIMER, ref: stay.id, dueAt: letterDueAt(now) });
    return;
  }
  decision.timers.push({ do: 'cancel-all', kind: TIMER.kind, ref: stay.id });
  const patient = known.asked.length > 0 ? await ports.store.files.load<Patient>('patient', stay.patientId) : undefined;
  const who = by === 'document' ? undefined : ports.people.byId(by)?.name;
  if (patient) decision.deliveries.push(...toSecretariat(known, 'received', patient.state, who));
}

/**
 * `lettre reçue`, typed in the patient's room: the last discharge without a letter.
 * @param answer said where it was typed
 */
export async function decideLetterReceived(
  ports: Pick<StayPorts, 'store' | 'people'>,
  patientId: string,
  by: Person,
  now: number,
  answer: NewDelivery,
): Promise<Decision | Refusal> {
  const patient = await ports.store.files.load<Patient>('patient', patientId);
  const files = await Promise.all(
    (patient?.state.stays ?? []).map((id) => ports.store.files.load<LetterFile>('letter', id)),
  );
  const [awaited] = files
    .flatMap((one) => one?.state ?? [])
    .filter((one) => !one.void && one.receivedAt === undefined && one.dischargedAt !== undefined)
    .sort((a, b) => (b.dischargedAt ?? 0) - (a.dischargedAt ?? 0));
  const stay = awaited && (await ports.store.files.load<Stay>('stay', awaited.stayId));
  if (!stay) return refuse('no-letter-awaited');
  const decision = emptyDecision();
  await letterReceived(ports, decision, stay.state, now, by.id, now);
  decision.deliveries.push(answer);
  decision.audit.push({
    actor: by.id,
    action: 'letter-received',
    subject: stay.id,
    outcome: 'posted',
    reason: 'recorded',
  });
  return decision;
}

function toSecretariat(
  state: LetterFile,
  what: 'missing' | 'received' | 'not-needed',
  patient: Patient,
  by: string | undefined,
): NewDelivery[] {
  const { stayId, dischargedAt, unit, asked } = state;
  return asked.map((room) => ({
    room,
    thread: `letter:${stayId}`,
    root: what === 'missing',
    ring: what === 'missing' ? [room.slice('direct:'.length)] : [],
    announcement: { kind: 'letter', what, stay: { stayId, dischargedAt, unit, by }, patient: patientView(patient) },
  }));
}

function secretariat({ secretariats = [] }: SourcePolicy, unit: string | undefined): string | undefined {
  const named = secretariats.find((one) => unit !== undefined && one.units?.includes(unit));
  return (named ?? secretariats.find((one) => one.units === undefined))?.group;
}

/** Code of the unit where the stay was last seen: A03 does not always name it. */
function lastUnit(stay: Stay): string | undefined {
  return Object.values(stay.movements)
    .filter((one) => one.state === 'inserted' && one.unit.code !== undefined)
    .sort((a, b) => (a.recordedAt ?? 0) - (b.recordedAt ?? 0))
    .at(-1)?.unit.code;
}

function write(version: number, state: LetterFile): Decision['files'][number] {
  const month = state.dischargedAt === undefined ? 'none' : parisDate(state.dischargedAt).slice(0, 7);
  return { kind: 'letter', id: state.stayId, version, state, keys: [`month:${month}`] };
}
