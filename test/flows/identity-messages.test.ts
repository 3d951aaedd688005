/** Identity messages that move nobody: what they keep, and what they must not leave behind. */
import { describe, expect, it } from 'vitest';
import type { Fields } from '../formats/hl7v2/fixtures.ts';
import { ts } from './stage.ts';
import { BARE, moves, openTwo, over, said } from './two-patients.ts';

describe('an A47', () => {
  it('that deletes the INS deletes it from the patient’s file; a downgrade too; an A31 does not', async () => {
    const ward = await openTwo();
    const INS = '279035121518989';
    const withIns = (value: string, status: string): Fields => ({
      PID: { 3: `00700123^^^CH_VAL^PI~${value}^^^ASIP-SANTE-INS&1.2.250.1.213.1.4.8&ISO^INS`, 32: status },
    });
    const file = async (): Promise<string> => {
      const id = ward.sealer.blind('patient|CH_VAL|00700123');
      return JSON.stringify((await ward.store.files.load('patient', id))?.state);
    };
    const identity = async (trigger: string, hour: number, fields: Fields): Promise<void> => {
      await ward.adt(trigger, over(BARE, { EVN: { 2: ts(2026, 1, 12, hour) } }, fields));
    };
    await moves(ward, 'A01', 'M1', 8, withIns(INS, 'VALI'));
    await identity('A31', 9, { PID: { 32: 'VALI' } });
    expect(await file()).toContain(INS);
    await identity(
      'A47',
      10,
      over(withIns('""', 'VALI'), { MRG: { 1: `${INS}^^^ASIP-SANTE-INS&1.2.250.1.213.1.4.8&ISO^INS` } }),
    );
    expect(await file()).not.toContain(INS);
    await identity('A31', 11, withIns(INS, 'VALI'));
    expect(await file()).toContain(INS);
    await identity(
      'A47',
      12,
      over(withIns('""', 'PROV'), { MRG: { 1: `${INS}^^^ASIP-SANTE-INS&1.2.250.1.213.1.4.8&ISO^INS` } }),
    );
    expect(await file()).not.toContain(INS);
    await ward.close();
  });
});

describe('an identity message that names a dossier and no visit', () => {
  it('is not a stay: a newcomer’s summary does not announce one', async () => {
    const ward = await openTwo();
    await moves(ward, 'A01', 'M1', 8);
    await ward.adt('A31', over(BARE, { EVN: { 2: ts(2026, 1, 12, 9) } })); // with its PID-18
    ward.transport.newDevice('@idel:test');
    await ward.settle();
    expect(said(ward, 'idel', 'Résumé')[0]?.match(/•/g)).toHaveLength(1);
    await ward.close();
  });
});
