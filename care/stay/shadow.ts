/**
 * Before the go-live (DESIGN §7): a source in shadow is decided like a live one and nothing is said, but what would have been
 * said is noted, without a patient and without a word, for `relais shadow report`. A census of present in-patients is
 * silent too: it opens stays, so that their transfers and discharges are understood. What was not said is not taken
 * back either: after the go-live nothing of the past is told.
 */
import type { Decision } from '../relay/decision.ts';
import type { Envelope } from '../relay/envelope.ts';
import type { Person } from '../people/person.ts';
import type { Evolution } from './evolution.ts';
import { evolve } from './evolve.ts';
import { type StayIntent, type StayIntentType, WHEREABOUTS } from './intent.ts';
import { rung, type RingTable } from './ringing.ts';
import type { Stay, StayFact } from './stay.ts';
import type { SourcePolicy } from './verdict.ts';

/** `note` of an envelope of `relais census load`. */
export const CENSUS = 'census';

/** Of a source that is no longer configured: nobody vouches for what it planned, and nothing is said of it. */
export const GONE: SourcePolicy = {
  units: undefined,
  unknownUnit: 'hold',
  acceptTraining: false,
  acceptFictional: false,
  production: true,
  shadow: true,
};

/** Why nothing is said, whatever the message is. */
export type Hush = 'shadow' | 'census';

/** One thing that would have been said. Ids of professionals and a blinded stay: nothing here names a patient. */
export type WouldSay = {
  kind: StayFact['type'];
  /** Civil time at which it would have been said: when the hospital entered it, or the notice fell due. */
  at: number;
  /** Blinded stay id. */
  stay: string;
  /** Persons who would have read it; nobody when no équipe de soins is known. */
  readers: string[];
  /** Those of them who would have been rung. */
  rung: string[];
  /** For a discharge: when the patient left. */
  leftAt?: number;
};
export type ShadowNote = { source: string; says: WouldSay[] };

/** @param stay of the message, as it is known before it */
export function hushOf(
  policy: SourcePolicy,
  envelope: Pick<Envelope, 'note'>,
  intent: StayIntent,
  stay: Stay | undefined,
): Hush | undefined {
  if (envelope.note === CENSUS || isBeforeCensus(intent, stay)) return 'census';
  return policy.shadow === true ? 'shadow' : undefined;
}

/** Where a patient is; a discharge is always news. */
const PRESENT = new Set<StayIntentType>(['preadmitted', ...WHEREABOUTS]);

/** Sent again, or late: entered before a census that has told already where the patient is. */
function isBeforeCensus(intent: StayIntent, stay: Stay | undefined): boolean {
  const census = intent.visit === undefined ? undefined : stay?.movements[censusMovement(intent.visit)];
  if (census?.recordedAt === undefined || intent.recordedAt === undefined) return false;
  return PRESENT.has(intent.type) && intent.recordedAt < census.recordedAt;
}

/** Movement id under which a census line opens a stay: never a hospital's, so that no cancel takes it back. */
export function censusMovement(visit: string): string {
  return `census^${visit}`.slice(0, 100);
}

/** Snapshots that some hospitals give as a census (A08, A31 with a visit, Z99, A16…): what they say is "this one is here". */
const SNAPSHOT = new Set<StayIntentType>([
  'identity-created',
  'identity-updated',
  'movement-updated',
  'doctors-changed',
  'bed-moved',
  'discharge-planned',
]);

/** An intent of a census, read as a presence. Movements that say so themselves keep their own number. */
export function asPresent(intent: StayIntent): StayIntent {
  const { visit, class: patientClass } = intent;
  const here = patientClass === 'I' || patientClass === 'E';
  if (!SNAPSHOT.has(intent.type) || visit === undefined || !here) return intent;
  const movement = { ...intent.movement, id: censusMovement(visit), action: 'insert' as const };
  return { ...intent, type: 'admitted', movement, occurredAt: intent.effectiveAt ?? intent.occurredAt };
}

/**
 * The same evolution, of which nobody hears. In shadow the stay evolves as if all had been said, so that the facts counted
 * are those of a live source; every movement is then marked unsaid.
 */
export function evolveUnheard(stay: Stay, intent: StayIntent, unit: string | undefined, hush: Hush): Evolution {
  const evolved = evolve(hush === 'shadow' ? marked(stay, false) : stay, intent, unit, hush === 'shadow');
  return hush === 'shadow' ? { ...evolved, stay: marked(evolved.stay, true) } : evolved;
}

function marked(stay: Stay, unsaid: boolean): Stay {
  const movements = Object.fromEntries(Object.entries(stay.movements).map(([key, one]) => [key, { ...one, unsaid }]));
  return { ...stay, movements };
}

/** Written with the decision, so that it is counted exactly once. @param id of the envelope, or of the timer that fired */
export function noteShadow(decision: Decision, source: string, id: string, says: WouldSay[]): void {
  const file = decision.files.find((one) => one.kind === 'shadow' && one.id === id);
  if (file) file.state = { source, says: [...(file.state as ShadowNote).says, ...says] } satisfies ShadowNote;
  else decision.files.push({ kind: 'shadow', id, version: 0, state: { source, says }, keys: [shadowKey(source)] });
}

/** Look-up key of a source's notes. */
export function shadowKey(source: string): string {
  return `shadow:${source}`;
}

const LEAVES = new Set<StayFact['type']>(['discharged', 'died', 'left-without-being-seen']);

/** @param at civil time */
export function wouldSay(ringing: RingTable, stay: Stay, said: StayFact, team: Person[], at: number): WouldSay {
  const mentioned = new Set(rung(ringing, said.type, team));
  return {
    kind: said.type,
    at,
    stay: stay.id,
    readers: team.map((person) => person.id),
    rung: team.filter((person) => mentioned.has(person.matrix)).map((person) => person.id),
    ...(LEAVES.has(said.type) && said.at !== undefined ? { leftAt: said.at } : {}),
  };
}
