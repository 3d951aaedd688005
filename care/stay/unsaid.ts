/** What is true and not said. */
import { parisDay } from '../relay/civil-time.ts';
import type { StayIntent } from './intent.ts';
import { isStayed, type Stay, type StayFact } from './stay.ts';

/** A plan that arrives when its day is over (after an outage): what became of it is on its way. */
export function isOver(said: StayFact, now: number): boolean {
  const plan = said.type === 'discharge-planned' || said.type === 'discharge-replanned';
  const admission = said.type === 'preadmitted' || said.type === 'admission-replanned';
  const day = plan ? said.expectedDischarge : admission ? said.expectedAdmission : undefined;
  return day !== undefined && parisDay(day.at) < parisDay(now);
}

/** For the operator: whom the town believes in hospital, or alive. English, no patient field. */
export function lateEnd(intents: readonly StayIntent[], stays: readonly Stay[]): string | undefined {
  const death = intents.some((intent) => intent.type === 'died');
  const isEnd = death || intents.some((intent) => intent.type === 'discharged');
  if (!isEnd || !stays.some((stay) => stay.told === true || (death && isStayed(stay)))) return undefined;
  return `a ${death ? 'death' : 'discharge'} entered more than 48 h late: nobody was rung`;
}
