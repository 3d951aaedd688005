/** `relais shadow report`, on what a hospital's engine has really sent to a source in shadow. */
import { afterEach, describe, expect, it } from 'vitest';
import { type ShadowNote, shadowKey } from '../../care/stay/shadow.ts';
import { shadowFigures, type ShadowFigures } from '../../cli/shadow-figures.ts';
import { shadowPage } from '../../cli/shadow-page.ts';
import { type Hospital, oldEncoding, openHospital, planned, SOURCE, told } from '../flows/connecting.ts';
import { POLICY } from '../flows/stage.ts';

let hospital: Hospital;
afterEach(() => hospital.close());

const UNITS = new Map([['2210', 'event+label' as const]]);
async function fortnight(): Promise<ShadowFigures> {
  const policy = { ...POLICY, shadow: true, units: UNITS, unknownUnit: 'hold' as const };
  hospital = await openHospital([2026, 1, 12, 9, 5], policy, ['100', '200']);
  const [jeanne, paul, rose] = [
    { ipp: '100', name: 'ESSAI' },
    { ipp: '200', name: 'MODELE' },
    { ipp: '300', name: 'FICTIVE' },
  ];
  const traitant = {
    ROL: { 2: 'UC', 3: 'ODRP', 4: '810000000001^MEDECIN^Guy^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS' },
  };
  await hospital.engine(
    told({ trigger: 'A01', control: '1', ...jeanne, movement: 'M1', at: [12, 9], over: traitant }),
    oldEncoding(told({ trigger: 'A01', control: '2', ...paul, movement: 'M2', at: [12, 9] }), 'UNICODE UTF-8'),
    oldEncoding(told({ trigger: 'A01', control: '3', ...rose, movement: 'M3', at: [12, 9] }), '8859/1'),
    told({ trigger: 'A16', control: '4', ...jeanne, movement: 'M4', at: [12, 10], over: planned(15, 10) }),
    told({ trigger: 'A03', control: '5', ...jeanne, movement: 'M5', at: [15, 10] }),
    told({ trigger: 'A03', control: '6', ...paul, movement: 'M6', at: [13, 9] }),
    told({
      trigger: 'A02',
      control: '7',
      ...rose,
      movement: 'M7',
      at: [13, 9],
      over: { ZBE: { 7: 'Neuro^^^^^CH_VAL^UF^^^6666' } },
    }),
    told({ trigger: 'A03', control: '8', ...paul, movement: 'M6', at: [13, 9] }), // the same fact, another number
    told({ trigger: 'A31', control: '1', ...paul, movement: 'M9', at: [12, 9], over: { ZBE: null, PV1: null } }), // number 1 again
    told({
      trigger: 'A01',
      control: '9',
      ipp: '400',
      name: 'SECRET',
      movement: 'M10',
      at: [13, 9],
      over: { PV1: { 16: 'Y' } },
    }),
  );
  const notes = await hospital.store.files.find<ShadowNote>('shadow', shadowKey(SOURCE.id));
  const lane = await hospital.store.inbox.lane(`in:${SOURCE.id}`, 0, 100);
  const each = (async function* () {
    yield* lane;
  })();
  return shadowFigures(
    each,
    notes.flatMap((file) => file.state.says),
    policy,
  );
}

describe('the shadow report', () => {
  it('counts what became of the messages, how they are filled, and what would have been said to whom', async () => {
    const f = await fortnight();
    expect(f.messages).toBe(10);
    expect(f.outcomes).toEqual([
      { what: 'muted shadow', n: 6 },
      { what: 'blocked vip', n: 1 },
      { what: 'muted duplicate-fact', n: 1 },
      { what: 'muted identity-only', n: 1 },
      { what: 'quarantined unknown-unit', n: 1 },
    ]);
    expect(f.charsets).toContainEqual({ what: '8859/1 → windows-1252', n: 1 });
    expect(f.charsets).toContainEqual({ what: 'UNICODE UTF-8 → iso-8859-15', n: 1 });
    expect(f.mismatches).toBe(1);
    expect(f.units).toEqual([{ what: '6666', n: 1 }]);
    expect(f.repeated).toEqual({ facts: 1, controlIds: 1 });
    expect(f.said).toEqual([
      { kind: 'admitted', messages: 2, rung: 2, nobody: 1 },
      { kind: 'discharge-planned', messages: 1, rung: 1, nobody: 0 },
      { kind: 'discharged', messages: 2, rung: 2, nobody: 0 },
    ]);
    expect(f.persons.map(({ id, messages }) => `${id} ${messages}`)).toEqual(['mt 5', 'idel 5']);
    expect(f.discharges).toEqual({ told: 2, announced: 1 });
    const filled = (field: string): string => {
      const one = f.fields.find((each) => each.field.startsWith(field));
      return `${one?.filled} of ${one?.of}`;
    };
    expect(filled('médecin traitant')).toBe('1 of 3');
    expect(filled('PV2-9')).toBe('1 of 5');
    expect(filled('A16')).toBe('1 of 3'); // three A03 received, one of them twice
    expect(filled('ZBE-1')).toBe('8 of 8');
    expect(filled('PID-32 VALI')).toBe('0 of 9');
  });

  it('is a page of 100 columns at most, with cures and without a patient', async () => {
    const page = shadowPage({ id: SOURCE.id, shadow: true }, await fortnight(), (id) => `Dr ${id}`);
    const text = page.join('\n');
    expect(Math.max(...page.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(text).toContain('in shadow, nothing is said');
    expect(text).toContain('1  quarantined unknown-unit — add these UFs to units:');
    expect(text).toMatch(/ 50 % {2}1 of 2/);
    expect(text).toMatch(/5 {2}Dr mt — rung 5 times/);
    expect(text).not.toMatch(/ESSAI|MODELE|FICTIVE|SECRET|lodie|1961|V100|MEDECIN|8?10000000001/);
  });
});
