/** Who is in hospital on the day of the connection: opened in silence, understood afterwards. */
import { afterEach, describe, expect, it } from 'vitest';
import { CENSUS } from '../../care/stay/shadow.ts';
import { readCensus } from '../../cli/census-file.ts';
import { bytes } from '../formats/hl7v2/fixtures.ts';
import { type Hospital, openHospital, outcomes, planned, SOURCE, told } from './connecting.ts';
import { paris, POLICY } from './stage.ts';

let hospital: Hospital;
afterEach(() => hospital.close());

const LIST = [
  'IPP;Visite;Classe;UF;Entrée;Sortie prévue;Nom naissance;Nom utilisé;Prénom;Naissance;Sexe',
  '100;V100;I;2210;02/01/2026 14:30;16/01/2026;ESSAI;;Élodie;04/07/1961;F',
  '200;V200;I;2210;2026-01-11;;MODELE;INVENTE;Paul;1950-02-03;M',
].join('\r\n');

async function census(file: string | Uint8Array): Promise<string[]> {
  const given = {
    source: SOURCE.id,
    facilities: SOURCE.facilities,
    at: paris(2026, 1, 12, 7),
    receivedAt: hospital.now(),
  };
  const read = readCensus(typeof file === 'string' ? bytes(file) : file, given);
  if ('problems' in read) return read.problems;
  expect(read.envelopes.every((one) => one.note === CENSUS)).toBe(true);
  const accepted = await hospital.store.inbox.accept(read.envelopes);
  await hospital.settle();
  return accepted.map((one) => one.state);
}

describe('the census', () => {
  it('opens stays in silence, once; a discharge planned in it is reminded, and what follows is told', async () => {
    hospital = await openHospital([2026, 1, 12, 9, 5], POLICY, ['100', '200']);
    expect(await census(LIST)).toEqual(['fresh', 'fresh']);
    expect(await census(LIST)).toEqual(['duplicate', 'duplicate']);
    expect(hospital.transport.rooms.size).toBe(0);
    expect(await outcomes(hospital)).toEqual(['muted recorded 2']);
    // the admission of last week comes late: everybody of the census is known to be there
    const paul = { ipp: '200', name: 'MODELE' };
    await hospital.engine(
      told({ trigger: 'A01', control: '1', ...paul, movement: 'M1', at: [11, 22], happened: [11, 12] }),
    );
    expect(hospital.transport.rooms.size).toBe(0);
    await hospital.until(paris(2026, 1, 15, 20));
    expect(hospital.bodies('mt').filter((body) => body.startsWith('Rappel'))).toHaveLength(1);
    await hospital.engine(
      told({
        trigger: 'A03',
        control: '2',
        ...paul,
        movement: 'M2',
        at: [15, 20],
        over: { PID: { 5: 'MODELE^Paul^^^^^L', 8: 'M' } },
      }),
    );
    expect(hospital.bodies('idel').at(-1)).toMatch(/^Sortie de l’hôpital.*Paul INVENTE \(né MODELE\)/s);
  });

  it('may be HL7 snapshots in a batch file, whatever their trigger', async () => {
    hospital = await openHospital([2026, 1, 12, 9, 5], POLICY, ['100', '200']);
    const one = told({
      trigger: 'A08',
      control: '1',
      ipp: '100',
      name: 'ESSAI',
      movement: 'X',
      at: [12, 6],
      over: { ZBE: null },
    });
    const two = told({
      trigger: 'A16',
      control: '2',
      ipp: '200',
      name: 'MODELE',
      movement: 'M9',
      at: [12, 6],
      over: planned(16, 10),
    });
    const batch = `FHS|^~\\&|SIH\rBHS|^~\\&|SIH\r${one}BTS|1\rBHS|^~\\&|SIH\r${two}BTS|1\rFTS|2\r`;
    expect(await census(batch)).toEqual(['fresh', 'fresh']);
    expect(hospital.transport.rooms.size).toBe(0);
    const cancelled = told({
      trigger: 'A25',
      control: '3',
      ipp: '200',
      name: 'MODELE',
      movement: 'M9',
      at: [13, 6],
      over: { ZBE: { 4: 'CANCEL', 6: 'A16' } },
    });
    await hospital.engine(cancelled); // the plan goes, the patient stays
    await hospital.until(paris(2026, 1, 16, 20));
    expect(hospital.bodies('mt').filter((body) => body.startsWith('Rappel'))).toEqual([]);
    await hospital.engine(
      told({ trigger: 'A03', control: '4', ipp: '100', name: 'ESSAI', movement: 'M4', at: [16, 20] }),
    );
    expect(hospital.bodies('mt').at(-1)).toContain('Élodie ESSAI');
  });

  it('says every line that it cannot use, and loads nothing', async () => {
    hospital = await openHospital([2026, 1, 12, 9, 5], POLICY, []);
    expect(await census('IPP;Visite\n1;2')).toEqual([
      expect.stringContaining('no column uf, entree, nom_naissance') as string,
    ]);
    const bad = LIST.replace('02/01/2026 14:30', '31/02/2026')
      .replace('2026-01-11', '')
      .replace(';;MODELE', ';demain;MODELE');
    expect(await census(bad)).toEqual([
      'line 2: entree missing or impossible',
      'line 3: entree, sortie_prevue missing or impossible',
    ]);
    expect(await hospital.store.inbox.list({ limit: 5 })).toEqual([]);
  });
});
