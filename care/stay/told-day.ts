/** Which day of discharge the room was told, and since when: what "announced 24 h before" is measured by. */
import { parisDay } from '../relay/civil-time.ts';
import { WHEREABOUTS } from './intent.ts';
import type { Stay, StayFact } from './stay.ts';

/** Facts whose words name the planned day. */
const NAMES_IT = new Set<StayFact['type']>([
  'discharge-planned',
  'discharge-replanned',
  'discharge-soon',
  'preadmitted',
  ...WHEREABOUTS,
]);

/** @param facts that are said now, to somebody. @param now civil time, epoch ms UTC */
export function withToldDay(stay: Stay, facts: readonly StayFact[], now: number): Stay {
  if (facts.some((one) => one.type === 'discharge-retracted')) return { ...stay, toldDay: undefined };
  const said = facts.find((one) => NAMES_IT.has(one.type) && one.expectedDischarge !== undefined)?.expectedDischarge;
  if (said === undefined) return stay;
  const day = parisDay(said.at);
  return stay.toldDay?.day === day ? stay : { ...stay, toldDay: { day, since: now } };
}
