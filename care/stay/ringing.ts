import type { Person, Role } from '../people/person.ts';
import type { StayFact } from './stay.ts';

/** Who is rung by what: one table, in the configuration (config/ringing.ts). Absent: said without ringing anybody. */
export type RingTable = Partial<Record<StayFact['type'] | 'letter' | 'document', readonly Role[]>>;

/** @returns Matrix ids of the members of the équipe whose role this fact rings */
export function rung(table: RingTable, type: keyof RingTable, team: Person[]): string[] {
  const roles = table[type] ?? [];
  return team.filter((p) => roles.includes(p.role)).map((p) => p.matrix);
}
