/** Two invented patients with two équipes, and the identity desk of their hospital: who has read what. */
import { expect } from 'vitest';
import type { Person, Team } from '../../care/people/person.ts';
import type { Fields } from '../formats/hl7v2/fixtures.ts';
import { openWard, POLICY, ts, type Ward } from './stage.ts';

export const DESK = 'cellule-identitovigilance';

function person(id: string, role: Person['role'], groups: string[] = []): Person {
  return { id, matrix: `@${id}:test`, name: `Dr ${id}`, role, groups };
}

/** Lucie, of the fixtures: IPP 00700123, followed by mt, idel and pharma. Hector: IPP 00700999, followed by autre and pharma. */
export const LUCIE = /INVENTEE|FICTIVE|Lucie|00700123|04\/07\/1961/;
export const HECTOR = /CHIMERE|Hector|00700999|09\/02\/1948/;

export const HECTORS: Fields = {
  PID: {
    3: '00700999^^^CH_VAL&1.2.250.1.999.1&ISO^PI',
    5: 'CHIMERE^Hector^Hector^^^^L',
    7: '19480209',
    8: 'M',
    18: 'NDA9009^^^CH_VAL^AN',
  },
  PV1: { 19: 'VEN9009^^^CH_VAL^VN' },
};

/** A31, A40, A44: no movement, no visit. */
export const BARE: Fields = { ZBE: null, PV1: null };

export function over(...all: Fields[]): Fields {
  const out: Fields = {};
  for (const fields of all)
    for (const [name, values] of Object.entries(fields))
      out[name] = values === null ? null : { ...out[name], ...values };
  return out;
}

export async function openTwo(options: { teams?: Team[]; team?: string[]; desk?: string } = {}): Promise<Ward> {
  return openWard({
    policy: { ...POLICY, identityDesk: DESK, name: 'CH Val' },
    persons: [
      person('autre', 'medecin-traitant'),
      person('vigile', 'identito-vigilance', [DESK]),
      person('adjoint', 'secretariat', [DESK]),
    ],
    teams: options.teams ?? [{ facility: 'CH_VAL', ipp: '00700999', members: ['autre', 'pharma'] }],
    ...(options.team && { team: options.team }),
  });
}

/** One movement of January 2026, recorded at that hour of the twelfth. */
export async function moves(ward: Ward, trigger: string, id: string, hour: number, fields: Fields = {}): Promise<void> {
  const at = ts(2026, 1, 12, hour);
  expect(await ward.adt(trigger, over(fields, { EVN: { 2: at, 6: at }, ZBE: { 1: id, 2: at } }))).toBe('AA');
}

/** The hospital asks: A40 or A44, with the one that goes away in MRG. */
export async function asks(ward: Ward, trigger: 'A40' | 'A44', hour: number, fields: Fields): Promise<void> {
  expect(await ward.adt(trigger, over(BARE, { EVN: { 2: ts(2026, 1, 12, hour) } }, fields))).toBe('AA');
}

/** The code of the last proposal that this person of the desk has read. */
export function codeFor(ward: Ward, id = 'vigile'): string {
  return /V-\w{3,5}/.exec(ward.bodies(id).findLast((body) => body.includes('V-')) ?? '')?.[0] ?? 'no code';
}

/** Everything that this person could ever read, redacted or not by now. */
export function everRead(ward: Ward, id: string): string {
  return ward.bodies(id).join('\n');
}

/** Rooms of patients where this person is, as their client lists them. */
export function roomsOf(ward: Ward, id: string): string[] {
  return [...ward.transport.rooms.values()]
    .filter((room) => room.spec.name.startsWith('R-') && room.members.has(`@${id}:test`))
    .map((room) => room.id);
}

export async function held(ward: Ward): Promise<number> {
  return ward.store.inbox.count('quarantined');
}

export function said(ward: Ward, id: string, text: string | RegExp): string[] {
  return ward.bodies(id).filter((body) => (typeof text === 'string' ? body.includes(text) : text.test(body)));
}

/** Hector's number is merged into Lucie's. */
export const merge = { MRG: { 1: '00700999^^^CH_VAL^PI' } };

/** Both are in hospital, each with a room. */
export async function both(): Promise<Ward> {
  const ward = await openTwo();
  await moves(ward, 'A01', 'M1', 8);
  await moves(ward, 'A01', 'M2', 8, HECTORS);
  return ward;
}
