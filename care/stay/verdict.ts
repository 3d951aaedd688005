/**
 * What may be said of an intent, before any state is known: the filtering table of FACTS §1.8 and the unit table of the
 * source (DESIGN §7). `posted` means "may be said": the stay decides what is new in it. `muted` is still written in the stay.
 */
import { HOUR } from '../relay/civil-time.ts';
import type { Outcome, Reason } from '../relay/outcome.ts';
import { type DocumentPolicy, documentVerdict } from './document-policy.ts';
import type { StayIntent, StayIntentType } from './intent.ts';

export type Verdict = { outcome: Outcome; reason: Reason };

/** What may be said of a unit: the event with the unit's label, the event without it, or nothing at all. */
export type UnitRule = 'event+label' | 'event' | 'block';

export type SourcePolicy = {
  /** Rule per UF code. Undefined: the source has no table, and the event is said without any label. */
  units: { get: (code: string) => UnitRule | undefined } | undefined;
  /** For a UF that the table does not know: keep the message for a human, or say the event without the label. */
  unknownUnit: 'hold' | 'event';
  /** In production, MSH-11 T or D is muted unless this source is known to write it in real messages. */
  acceptTraining: boolean;
  /** Fictional identities (PID-32 FICT) are silent everywhere but where they are expected: a test or a demo. */
  acceptFictional: boolean;
  production: boolean;
  /** Everything is decided and nothing is said: before the go-live (shadow.ts). */
  shadow?: boolean;
  /** Facilities that this source may speak for: checked again at the decision, so that a replay cannot pass. */
  facilities?: readonly string[] | undefined;
  /** Group of the hospital's identity desk: without it merges and moves wait in quarantine for the operator. */
  identityDesk?: string | undefined;
  /** How the hospital is called in a room; its code when absent. */
  name?: string | undefined;
  /** Labels of the source's unit table by UF code: better than what a message carries, which is often the code alone. */
  labels?: { get: (code: string) => string | undefined } | undefined;
  /** What becomes of documents, by LOINC type; undefined: the lettre de liaison is pointed to, the rest is not said. */
  documents?: DocumentPolicy | undefined;
  /** Who is told of a lettre de liaison that does not come: the first entry that names the unit, else the one without units. */
  secretariats?: readonly Secretariat[] | undefined;
  /** Tags of the source's unit table by UF code: what pathways start from (`maternite`). */
  tags?: { get: (code: string) => readonly string[] | undefined } | undefined;
};

type Secretariat = { units: readonly string[] | undefined; /** Group of people.yaml. */ group: string };

/** Entered so long after the fact that it is history: FACTS §1.8. */
const RETROACTIVE_MS = 48 * HOUR;

/** Identities that are known to be somebody else's or in doubt: the wrong patient's room is the worst place (invariant 6). */
const DOUBTFUL = new Set(['USUR', 'COLP', 'COLV', 'DOUT', 'INVA', 'DESA']);

const ORDER: readonly Outcome[] = ['muted', 'posted', 'quarantined', 'rejected', 'blocked'];

/**
 * @param intent one intent of a message
 * @param policy of the source that sent it
 * @returns blocked before quarantined before muted before posted: a protected patient's merge is blocked, a consultation
 *   without a visit number needs no human
 */
export function verdict(intent: StayIntent, policy: SourcePolicy): Verdict {
  if (intent.type === 'document-received')
    return protection(intent, policy) ?? test(intent, policy) ?? documentVerdict(intent, policy.documents);
  return (
    protection(intent, policy) ??
    identity(intent) ??
    test(intent, policy) ??
    silence(intent) ??
    doubt(intent, policy) ??
    say(intent)
  );
}

/**
 * One outcome for a message of several intents: blocked, then quarantined, posted, muted; the first of equals.
 * @returns undefined when there is none (an acknowledgement that was received)
 */
export function strongest(verdicts: readonly Verdict[]): Verdict | undefined {
  const rank = (one: Verdict | undefined): number => (one === undefined ? -1 : ORDER.indexOf(one.outcome));
  let best: Verdict | undefined;
  for (const one of verdicts) if (rank(one) > rank(best)) best = one;
  return best;
}

/** The unit's label when the source's table allows it; undefined otherwise, and always without a table. */
export function sayableUnit(intent: StayIntent, policy: SourcePolicy): string | undefined {
  const { code, label } = intent.unit;
  return code !== undefined && policy.units?.get(code) === 'event+label'
    ? (policy.labels?.get(code) ?? label)
    : undefined;
}

/**
 * Recorded more than 48 h after the fact: EVN-2 − (PV1-45 for a discharge, else EVN-6, else ZBE-2). Never measured against
 * the arrival: late is not old. Cancels, updates and plans carry the date of something else and are never retroactive.
 */
function isRetroactive(intent: StayIntent): boolean {
  if (intent.recordedAt === undefined || !HAPPENED.has(intent.type)) return false;
  const at = (LEFT.has(intent.type) ? intent.effectiveAt : undefined) ?? intent.occurredAt;
  return at !== undefined && intent.recordedAt - at > RETROACTIVE_MS;
}

const LEFT = new Set<StayIntentType>(['discharged', 'died', 'left-without-being-seen']);

const HAPPENED = new Set<StayIntentType>([
  ...LEFT,
  'admitted',
  'emergency-arrived',
  'transferred',
  'on-leave',
  'returned',
  'class-changed',
]);

function protection(intent: StayIntent, policy: SourcePolicy): Verdict | undefined {
  const [first] = intent.protections;
  if (first !== undefined) return { outcome: 'blocked', reason: first };
  const codes = [intent.unit.code, ...(intent.otherUnits ?? [])];
  const isBlocked = codes.some((code) => code !== undefined && policy.units?.get(code) === 'block');
  return isBlocked ? { outcome: 'blocked', reason: 'blocked-unit' } : undefined;
}

/** About a patient, a document or nothing we know: no movement to filter. */
function identity(intent: StayIntent): Verdict | undefined {
  switch (intent.type) {
    case 'patients-merged':
    case 'stay-moved':
      return { outcome: 'quarantined', reason: 'merge-needs-human' };
    case 'identity-created':
    case 'identity-updated':
    case 'ins-changed':
    case 'ins-removed':
      return muted('identity-only');
    case 'unknown':
      return muted('unknown-trigger');
    default:
      return undefined;
  }
}

function test(intent: StayIntent, policy: SourcePolicy): Verdict | undefined {
  if (policy.production && intent.training && !policy.acceptTraining) return muted('training-message');
  return intent.fictional && !policy.acceptFictional ? muted('fictional-identity') : undefined;
}

/** The silent timeline. A cancel is judged by what it takes back: what was said must be taken back, however old. */
function silence(intent: StayIntent): Verdict | undefined {
  const isCancel = intent.type === 'movement-cancelled';
  if (intent.movement.historic && !isCancel) return muted('historic');
  if (isRetroactive(intent)) return muted('retroactive');
  // A class change that is taken back may leave an outpatient, but the announced hospital stay was an inpatient's.
  if (!(isCancel && intent.cancels === 'class-changed')) {
    if (intent.class === 'R') return muted('session');
    if (intent.class === 'O') return muted('outpatient');
    if (intent.class === 'N' || intent.class === 'V') return muted('class-not-applicable');
  }
  const what = isCancel ? intent.cancels : intent.type;
  // PV2-9 of any message may move the expected discharge; an update may put off a pre-admission, or tell a death.
  const putsOff = intent.expectedAdmission !== undefined && /^A(?:05|14)$/.test(intent.movement.originalTrigger ?? '');
  const news = what === 'movement-updated' && (putsOff || intent.died);
  const plans = (intent.expectedDischarge !== undefined || news) && !isCancel;
  if (what === 'bed-moved' && !plans) return muted('bed-move');
  if (what === 'doctors-changed' && !plans) return muted('doctors-only');
  return what === 'movement-updated' && !plans ? muted('recorded') : undefined;
}

/** A human looks before anything is said. */
function doubt(intent: StayIntent, policy: SourcePolicy): Verdict | undefined {
  const held = (reason: Reason): Verdict => ({ outcome: 'quarantined', reason });
  if (intent.patient.ipp === undefined) return held('missing-identity');
  if (intent.visit === undefined) return held('missing-visit');
  if (intent.occurredAt === undefined) return held('missing-date');
  if (intent.type === 'discharge-planned' && intent.expectedDischarge === undefined) return held('missing-date');
  const enters = intent.type === 'admitted' || intent.type === 'emergency-arrived';
  if (enters && intent.class === undefined) return held('undecidable'); // an admission, a consultation or a session?
  if (intent.patient.reliability.some((value) => DOUBTFUL.has(value))) return held('undecidable');
  return isHeldUnit(intent, policy) ? held('unknown-unit') : undefined;
}

/** Somewhere the patient comes: without a code it is an unknown unit too. Elsewhere a missing code says nothing new. */
const COMES = new Set<StayIntentType>(['preadmitted', 'admitted', 'emergency-arrived', 'transferred', 'class-changed']);

function isHeldUnit(intent: StayIntent, policy: SourcePolicy): boolean {
  if (policy.units === undefined || policy.unknownUnit === 'event') return false;
  const { code } = intent.unit;
  return code === undefined ? COMES.has(intent.type) : policy.units.get(code) === undefined;
}

function say(intent: StayIntent): Verdict {
  if (intent.type === 'movement-cancelled') return { outcome: 'posted', reason: 'retracted' };
  const plans = ['discharge-planned', 'movement-updated', 'bed-moved', 'doctors-changed'].includes(intent.type);
  return { outcome: 'posted', reason: plans ? 'planned' : 'announced' };
}

function muted(reason: Reason): Verdict {
  return { outcome: 'muted', reason };
}
