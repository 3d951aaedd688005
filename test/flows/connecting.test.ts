/** A hospital connects (DESIGN §10, story 5). A restored snapshot is another file's: test/matrix/recover.e2e.test.ts. */
import { afterEach, describe, expect, it } from 'vitest';
import { type ShadowNote, shadowKey } from '../../care/stay/shadow.ts';
import type { Pathway } from '../../care/request/pathway.ts';
import { loadShippedPathways } from '../../config/load-pathways.ts';
import { type Hospital, oldEncoding, openHospital, outcomes, planned, SOURCE, told } from './connecting.ts';
import { paris, POLICY } from './stage.ts';

let hospital: Hospital;
afterEach(() => hospital.close());

const says = async (): Promise<string[]> =>
  (await hospital.store.files.find<ShadowNote>('shadow', shadowKey(SOURCE.id)))
    .flatMap((file) => file.state.says)
    .map((one) => `${one.kind} → ${one.readers.join('+')} 🔔 ${one.rung.join('+')}`);

describe('in shadow', () => {
  it('everything is acknowledged, decided and noted; nothing is said, no room is made, deadlines pass in silence', async () => {
    hospital = await openHospital([2026, 1, 12, 9, 5], { ...POLICY, shadow: true }, ['100', '200']);
    const jeanne = { ipp: '100', name: 'ESSAI' };
    const entry = told({ trigger: 'A01', control: '1', ...jeanne, movement: 'M1', at: [12, 9] });
    expect(
      await hospital.engine(
        entry,
        oldEncoding(
          told({ trigger: 'A16', control: '2', ...jeanne, movement: 'M2', at: [12, 10], over: planned(15, 10) }),
          '8859/1',
        ),
        // the engine has restarted: the same control id for another message
        told({ trigger: 'A01', control: '1', ipp: '300', name: 'PERSONNE', movement: 'M3', at: [12, 10, 30] }),
        entry, // sent again
        told({
          trigger: 'A01',
          control: '4',
          ipp: '400',
          name: 'SECRET',
          movement: 'M4',
          at: [12, 11],
          over: { PV1: { 16: 'Y' } },
        }),
      ),
    ).toEqual(['AA|1', 'AA|2', 'AA|1', 'AA|1', 'AA|4']);
    await hospital.until(paris(2026, 1, 14, 20));
    expect(hospital.transport.rooms.size).toBe(0);
    expect(await hospital.store.outbox.pending()).toBe(0);
    expect(await hospital.store.rooms.list()).toEqual([]);
    expect(await outcomes(hospital)).toEqual(['blocked vip 1', 'muted shadow 3']);
    expect(await says()).toEqual([
      'admitted → mt+idel 🔔 mt+idel',
      'discharge-planned → mt+idel 🔔 mt+idel',
      'admitted →  🔔 ',
      'discharge-soon → mt+idel 🔔 mt+idel',
    ]);
    const blocked = (await hospital.store.inbox.list({ limit: 10 })).filter((one) => one.outcome === 'blocked');
    expect(blocked.map((one) => one.body.length)).toEqual([0]);
  });

  it('notes hold nothing of a patient', async () => {
    hospital = await openHospital([2026, 1, 12, 9, 5], { ...POLICY, shadow: true }, ['100']);
    await hospital.engine(
      told({ trigger: 'A01', control: '1', ipp: '100', name: 'ESSAI', movement: 'M1', at: [12, 9] }),
    );
    const notes = JSON.stringify(await hospital.store.files.find('shadow', shadowKey(SOURCE.id)));
    expect(notes).toContain('admitted');
    expect(notes).not.toMatch(/ESSAI|lodie|V100|"100"|1961/);
  });
});

it('in shadow no arrangement starts by itself on a discharge', async () => {
  const shipped = loadShippedPathways().find((one): one is Pathway => 'ask' in one);
  if (!shipped) throw new Error('no pathway');
  const pathway: Pathway = { ...shipped, on: [{ event: 'discharge', tags: [], modes: [], at: [] }] };
  const requests: number[] = [];
  for (const shadow of [true, false]) {
    hospital = await openHospital([2026, 1, 12, 9, 5], { ...POLICY, shadow }, ['100'], [pathway]);
    await hospital.engine(
      told({ trigger: 'A03', control: '1', ipp: '100', name: 'ESSAI', movement: 'M1', at: [12, 9] }),
    );
    const patient = hospital.sealer.blind('patient|CH_VAL|100');
    requests.push((await hospital.store.files.find('request', `patient:${patient}`)).length);
    if (shadow) await hospital.close();
  }
  expect(requests).toEqual([0, 1]);
});

describe('go-live', () => {
  it('what is known serves, and nothing of the past is said: cancelled, sent again, or about to fall due', async () => {
    const policy = { ...POLICY, shadow: true, facilities: ['CH_VAL'] };
    hospital = await openHospital([2026, 1, 12, 9, 5], policy, ['100', '200']);
    const jeanne = { ipp: '100', name: 'ESSAI' };
    const paul = { ipp: '200', name: 'MODELE' };
    const entry = told({ trigger: 'A01', control: '1', ...jeanne, movement: 'M1', at: [12, 9], over: planned(16, 10) });
    await hospital.engine(entry, told({ trigger: 'A01', control: '2', ...paul, movement: 'M2', at: [12, 9] }));
    await hospital.engine(told({ trigger: 'A02', control: '3', ...paul, movement: 'M3', at: [12, 10] }));
    policy.shadow = false;
    await hospital.engine(
      entry.replace('|1|P|', '|77|P|'), // regenerated under another number
      told({
        trigger: 'A12',
        control: '4',
        ...paul,
        movement: 'M3',
        at: [12, 11],
        over: { ZBE: { 4: 'CANCEL', 6: 'A02' } },
      }),
    );
    expect(hospital.transport.rooms.size).toBe(0);
    // Planned in shadow, due after it: that is the future, and it is told.
    await hospital.until(paris(2026, 1, 15, 20));
    expect(hospital.bodies('mt')).toEqual([
      expect.stringContaining('Hospitalisée — Mme Élodie ESSAI') as string,
      expect.stringContaining('Rappel') as string,
    ]);
    await hospital.engine(told({ trigger: 'A03', control: '5', ...paul, movement: 'M5', at: [15, 20] }));
    expect(hospital.bodies('mt').filter((body) => body.startsWith('Sortie'))).toHaveLength(1);
    expect((await outcomes(hospital)).filter((one) => one.includes('shadow'))).toEqual(['muted shadow 3']);
  });

  it('a patient first seen by a transfer or by a discharge has a stay from then on', async () => {
    hospital = await openHospital([2026, 1, 12, 9, 5], POLICY, ['100', '200']);
    await hospital.engine(
      told({ trigger: 'A02', control: '1', ipp: '100', name: 'ESSAI', movement: 'M1', at: [12, 9] }),
    );
    await hospital.engine(
      told({ trigger: 'A03', control: '2', ipp: '200', name: 'MODELE', movement: 'M2', at: [12, 9] }),
    );
    const cards = hospital.bodies('mt').filter((body) => /^(?:Hospitalisé|A quitté)/.test(body));
    expect(cards).toEqual([
      expect.stringContaining('Hospitalisée — Mme Élodie ESSAI') as string,
      expect.stringContaining('A quitté l’hôpital — Mme Élodie MODELE') as string,
    ]);
  });
});

describe('after an absence', () => {
  it('Friday 18:00 to Sunday 22:00: everything is sent again and said once, late and without a storm', async () => {
    hospital = await openHospital([2026, 1, 12, 9, 5], POLICY, ['100', '200', '300']);
    const [jeanne, paul, rose] = [
      { ipp: '100', name: 'ESSAI' },
      { ipp: '200', name: 'MODELE' },
      { ipp: '300', name: 'FICTIVE' },
    ];
    const before = [
      told({ trigger: 'A01', control: '1', ...jeanne, movement: 'M1', at: [12, 9] }),
      told({ trigger: 'A01', control: '2', ...paul, movement: 'M2', at: [13, 9], over: planned(17, 10) }), // Saturday
      told({ trigger: 'A16', control: '3', ...paul, movement: 'M3', at: [16, 17], over: planned(20, 10) }), // Tuesday
    ];
    for (const message of before) {
      await hospital.until(paris(2026, 1, 12, 9, 10));
      await hospital.engine(message);
    }
    await hospital.until(paris(2026, 1, 16, 18));
    const said = hospital.bodies('mt').length;
    const missed = [
      told({ trigger: 'A03', control: '4', ...jeanne, movement: 'M4', at: [16, 18, 30] }),
      told({ trigger: 'A16', control: '5', ...paul, movement: 'M5', at: [16, 19], over: planned(19, 10) }), // Monday
      told({ trigger: 'A02', control: '6', ...paul, movement: 'M6', at: [17, 11], over: { ZBE: { 9: 'L' } } }),
      told({ trigger: 'A01', control: '7', ...rose, movement: 'M7', at: [17, 12] }),
      told({ trigger: 'A03', control: '8', ...rose, movement: 'M8', at: [18, 12], over: { PV1: { 16: 'Y' } } }),
      told({
        trigger: 'A01',
        control: '9',
        ipp: '400',
        name: 'DISCRETE',
        movement: 'M9',
        at: [18, 13],
        over: { PV2: { 22: 'Y' } },
      }),
    ];
    await hospital.jump(paris(2026, 1, 18, 22));
    // The engine plays the whole week again, the part that was acknowledged too.
    const answers = await hospital.engine(...before, ...missed);
    expect(answers.every((one) => one.startsWith('AA|'))).toBe(true);
    const fresh = hospital.bodies('mt').slice(said);
    expect(fresh.filter((body) => body.startsWith('Sortie de l’hôpital'))).toEqual([
      expect.stringMatching(/Élodie ESSAI[\s\S]*vendredi 16 janvier à 18h30[\s\S]*reçue en retard/) as string,
    ]);
    expect(fresh.filter((body) => body.includes('MODELE'))).toEqual([
      expect.stringMatching(/^Sortie déplacée[\s\S]*lundi 19 janvier à 10h \(dans 12 h\)[\s\S]*retard/) as string,
    ]);
    // Protected in what was missed: her admission still waited to be said, and is not.
    expect(fresh.filter((body) => body.includes('FICTIVE') && !body.startsWith('Hospitalisé'))).toEqual([]);
    // Nothing more comes of it: no reminder a moment after, nothing twice.
    await hospital.engine(...before, ...missed);
    await hospital.until(paris(2026, 1, 19, 9));
    expect(hospital.bodies('mt').slice(said)).toEqual(fresh);
    const blocked = (await hospital.store.inbox.list({ limit: 50 })).filter((one) => one.outcome === 'blocked');
    expect(blocked.map((one) => one.body.length)).toEqual([0, 0]);
    const discrete = hospital.sealer.blind('patient|CH_VAL|400');
    expect(await hospital.store.files.load('patient', discrete)).toBeUndefined();
  });
});
