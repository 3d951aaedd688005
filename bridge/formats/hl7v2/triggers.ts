/**
 * The triggers of IHE PAM.fr 2.11.2 (ITI-30, ITI-31) and what each says in our words (FACTS §1.2). A trigger that is not
 * here is ignored on reception and acknowledged, as the profile asks.
 */
import type { StayIntentType } from '../../../care/stay/intent.ts';

export type Trigger = {
  type: StayIntentType;
  /** Expected MSH-9.3. Wrong ones are common: a warning, never a refusal. */
  structure: string;
  /** The triggers that this one may cancel; the first when neither ZBE-6 nor the class says which. */
  cancels?: readonly string[];
};

export const TRIGGERS: ReadonlyMap<string, Trigger> = new Map<string, Trigger>([
  ['A01', { type: 'admitted', structure: 'ADT_A01' }],
  ['A02', { type: 'transferred', structure: 'ADT_A02' }],
  ['A03', { type: 'discharged', structure: 'ADT_A03' }],
  ['A04', { type: 'emergency-arrived', structure: 'ADT_A01' }],
  ['A05', { type: 'preadmitted', structure: 'ADT_A05' }],
  ['A06', { type: 'class-changed', structure: 'ADT_A06' }],
  ['A07', { type: 'class-changed', structure: 'ADT_A06' }],
  ['A08', { type: 'identity-updated', structure: 'ADT_A01' }], // forbidden in France, sent all the same: A31 and Z99
  ['A11', { type: 'movement-cancelled', structure: 'ADT_A09', cancels: ['A01', 'A04'] }],
  ['A12', { type: 'movement-cancelled', structure: 'ADT_A12', cancels: ['A02'] }],
  ['A13', { type: 'movement-cancelled', structure: 'ADT_A01', cancels: ['A03'] }],
  ['A14', { type: 'preadmitted', structure: 'ADT_A05' }],
  ['A15', { type: 'movement-updated', structure: 'ADT_A15' }], // a pending transfer is not said; its PV2-9 counts
  ['A16', { type: 'discharge-planned', structure: 'ADT_A16' }],
  ['A21', { type: 'on-leave', structure: 'ADT_A21' }],
  ['A22', { type: 'returned', structure: 'ADT_A21' }],
  ['A25', { type: 'movement-cancelled', structure: 'ADT_A21', cancels: ['A16'] }],
  ['A26', { type: 'movement-cancelled', structure: 'ADT_A21', cancels: ['A15'] }],
  ['A27', { type: 'movement-cancelled', structure: 'ADT_A21', cancels: ['A14'] }],
  ['A28', { type: 'identity-created', structure: 'ADT_A05' }],
  ['A31', { type: 'identity-updated', structure: 'ADT_A05' }],
  ['A38', { type: 'movement-cancelled', structure: 'ADT_A38', cancels: ['A05'] }],
  ['A40', { type: 'patients-merged', structure: 'ADT_A39' }],
  ['A44', { type: 'stay-moved', structure: 'ADT_A43' }],
  ['A47', { type: 'ins-changed', structure: 'ADT_A30' }],
  ['A49', { type: 'stay-moved', structure: 'ADT_A30' }], // another dossier number is another key of the stay: a human looks
  ['A52', { type: 'movement-cancelled', structure: 'ADT_A52', cancels: ['A21'] }],
  ['A53', { type: 'movement-cancelled', structure: 'ADT_A52', cancels: ['A22'] }],
  ['A54', { type: 'doctors-changed', structure: 'ADT_A54' }],
  ['A55', { type: 'movement-cancelled', structure: 'ADT_A52', cancels: ['A54'] }],
  ['Z99', { type: 'movement-updated', structure: 'ADT_A01' }],
]);

/** ITI-30: about a patient, not about a stay; class N, no ZBE is expected. */
const IDENTITY = new Set(['A28', 'A31', 'A40', 'A44', 'A47', 'A49']);

/** Is this trigger about the patient (ITI-30) rather than about a movement (ITI-31)? */
export function isIdentityTrigger(trigger: string): boolean {
  return IDENTITY.has(trigger);
}

/** Triggers whose message may hold several patients, each with its own PID and MRG (ADT_A39, ADT_A43). */
export function mayRepeatPatients(trigger: string): boolean {
  return trigger === 'A40' || trigger === 'A44';
}

/**
 * What a CANCEL takes back. A class change is cancelled by the opposite one (A06 by A07, A07 by A06; PAM.fr §5); A11 takes
 * back an A04 when ZBE-6 or class E says so. A ZBE-6 that the trigger cannot cancel is not believed.
 * @returns undefined when this trigger cancels nothing
 */
export function cancelledTrigger(
  trigger: string,
  original: string | undefined,
  emergency: boolean,
): string | undefined {
  if (trigger === 'A06') return 'A07';
  if (trigger === 'A07') return 'A06';
  const possible = TRIGGERS.get(trigger)?.cancels ?? [];
  if (original !== undefined && possible.includes(original)) return original;
  return emergency && possible.includes('A04') ? 'A04' : possible[0];
}
