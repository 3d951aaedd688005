/** Requests that nobody types: opened by a discharge, an admission, a date; ended by a death or by a discharge taken back. */
import { describe, expect, it } from 'vitest';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import { emptyDecision } from '../../care/relay/decision.ts';
import { silence } from '../../care/request/triggers.ts';
import { offer } from '../request/offers.ts';
import { openWard, paris, POLICY, ts, type Ward } from './stage.ts';

const MIDWIFE: Person = {
  id: 'sf',
  matrix: '@sf:test',
  name: 'Mme sf',
  role: 'sage-femme',
  groups: ['sages-femmes'],
};
const SUIVI = offer(`
id: suivi-sortie
title: Suivi de sortie
family: suivi
on: { discharge: { unit-tag: maternite, mode: home }, at: [J+1, J+7 14:00, J+30] }
to: { group: sages-femmes, dispatch: first-accept }
answer: { form: [{ key: appel, label: Appel, type: text, required: true }] }
sla: { clock: calendar, take: { within: 4h, escalate: [{ at: 100%, to: coordinator }] }, answer: { within: 8h } }
`);
const REPERAGE = offer(`
id: reperage
title: Repérage à l’entrée
family: reperage
on: { admission: {} }
to: { group: sages-femmes, dispatch: queue }
outcomes: [{ word: risque, label: Risque de réadmission }, { word: rien, label: Pas de risque }]
`);
const VISITE = offer(`
id: visite
title: Visite à domicile
family: visite
on: { stage: reperage.demande, outcome: risque }
to: { group: sages-femmes, dispatch: queue }
`);
const REVUE = offer(`
id: revue
title: Revue du mois
family: revue
about: nobody
on: { date: { days: ["31"], at: "08:30" } }
to: { group: sages-femmes, dispatch: queue }
`);

const UNITS = { units: new Map([['2210', 'event' as const]]), tags: new Map([['2210', ['maternite']]]) };
const NAMES = /INVENTEE|FICTIVE|Lucie|00700123|1961|VEN7001/;

async function open(team: string[] = ['mt', 'idel']): Promise<Ward> {
  const policy = { ...POLICY, ...UNITS };
  return openWard({ policy, persons: [MIDWIFE], offers: [SUIVI, REPERAGE, VISITE, REVUE], team });
}
const day = (d: number, h: number): Record<string, Record<number, string>> => ({
  EVN: { 2: ts(2026, 1, d, h), 6: ts(2026, 1, d, h) },
});
/** @param mode ZFM-2: 8 is home */
async function leaves(ward: Ward, mode = '8'): Promise<string> {
  return ward.adt('A03', {
    ...day(14, 10),
    PV1: { 45: ts(2026, 1, 14, 10) },
    ZFM: { 2: mode },
    ZBE: { 1: 'MV9', 2: ts(2026, 1, 14, 10) },
  });
}
const openUnder = async (ward: Ward, key: string): Promise<string[]> =>
  (await ward.store.files.find<{ code: string }>('request', key)).map((f) => f.state.code);
const patientKey = (ward: Ward): string => `patient:${ward.sealer.blind('patient|CH_VAL|00700123')}`;

describe('a discharge', () => {
  it('opens one request per day of the follow-up; the group reads no name, the équipe reads each step', async () => {
    const ward = await open();
    await ward.adt('A01');
    await ward.until(paris(2026, 1, 14, 10, 5));
    expect(await leaves(ward)).toBe('AA');
    await ward.until(paris(2026, 1, 15, 8, 59));
    expect(ward.bodies('sf').join('\n')).not.toContain('J+1');
    await ward.until(paris(2026, 1, 15, 9));
    expect(ward.bodies('sf').at(-1)).toContain('Suivi de sortie (J+1) — demandé par CH_VAL');
    expect(ward.bodies('sf').join('\n')).not.toMatch(NAMES);
    expect(ward.bodies('mt').at(-1)).toContain('Suivi de sortie (J+1) : demandé.');
    const [code = ''] = /D-\w+/.exec(ward.bodies('sf').at(-1) ?? '') ?? [];
    await ward.types('sf', `prendre ${code}`);
    expect(ward.bodies('sf').join('\n')).toContain('Patient : Mme Lucie INVENTEE');
    await ward.types('sf', '!complement Comment ?', code);
    expect(ward.bodies('sf').at(-1)).toContain('personne ne peut préciser ici');
    await ward.types('sf', '!repondre Tout va bien, revient vendredi', code);
    expect(ward.bodies('idel').at(-1)).toContain('Appel : Tout va bien, revient vendredi');
    await ward.until(paris(2026, 1, 21, 14));
    expect(ward.bodies('sf').at(-1)).toContain('J+7');
    // Nobody takes it: the coordination is told after four hours, without a name.
    await ward.until(paris(2026, 1, 21, 18));
    expect(ward.bodies('coord').at(-1)).toContain('Délai atteint');
    expect(ward.bodies('coord').join('\n')).not.toMatch(NAMES);
    await ward.close();
  });

  it('opens them once, and only for its units and modes', async () => {
    const ward = await open();
    await ward.adt('A01');
    await ward.until(paris(2026, 1, 14, 10, 5));
    await leaves(ward);
    await leaves(ward);
    expect(await openUnder(ward, patientKey(ward))).toHaveLength(4); // J+1, J+7, J+30 and the admission's own
    const elsewhere = await openWard({ persons: [MIDWIFE], offers: [SUIVI] });
    await elsewhere.adt('A01');
    await elsewhere.until(paris(2026, 1, 14, 10, 5));
    await leaves(elsewhere);
    expect(await openUnder(elsewhere, patientKey(elsewhere))).toEqual([]); // no unit table, no tag
    const moved = await open();
    await moved.adt('A01');
    await moved.until(paris(2026, 1, 14, 10, 5));
    await leaves(moved, '7');
    expect(await openUnder(moved, patientKey(moved))).toHaveLength(1); // to another hospital: nobody calls at home
    await Promise.all([ward.close(), elsewhere.close(), moved.close()]);
  });

  it('on a day that ends in a week-end waits for Monday, where the pathway says so; so does a stage', async () => {
    const appel = offer(`
id: appel
title: Appel
family: appel
on: { discharge: {}, at: [J+3 10:00 or next working day] }
stages:
  - { id: un, title: Premier, done: fait, to: { group: sages-femmes, dispatch: queue } }
  - id: deux
    title: Second
    done: fait
    to: { group: sages-femmes, dispatch: queue }
    starts: { at: J+5 08:30 or next working day, from: stage }
`);
    const ward = await openWard({ persons: [MIDWIFE], offers: [appel] });
    await ward.adt('A01');
    await ward.until(paris(2026, 1, 14, 10, 5));
    await leaves(ward);
    await ward.until(paris(2026, 1, 19, 9, 59)); // the 17th is a Saturday
    expect(ward.bodies('sf')).toHaveLength(0);
    await ward.until(paris(2026, 1, 19, 10));
    expect(ward.bodies('sf').at(-1)).toContain('Appel (J+3) — Premier');
    await ward.types('sf', 'suivante');
    await ward.types('sf', 'repondre Vue');
    await ward.until(paris(2026, 1, 26, 8, 29)); // five days later is Saturday the 24th
    expect(ward.bodies('sf').join('\n')).not.toContain('Appel (J+3) — Second — demandé');
    await ward.until(paris(2026, 1, 26, 8, 30));
    expect(ward.bodies('sf').at(-1)).toContain('Appel (J+3) — Second — demandé');
    await ward.close();
  });

  it('that is taken back takes the follow-up back', async () => {
    const ward = await open();
    await ward.adt('A01');
    await ward.until(paris(2026, 1, 14, 10, 5));
    await leaves(ward);
    await ward.until(paris(2026, 1, 15, 9));
    const [code = ''] = /D-\w+/.exec(ward.bodies('sf').at(-1) ?? '') ?? [];
    await ward.adt('A13', {
      ...day(15, 10),
      ZBE: { 1: 'MV9', 2: ts(2026, 1, 14, 10), 4: 'CANCEL', 6: 'A03' },
    });
    expect(ward.bodies('sf').at(-1)).toBe(`${code} : demande arrêtée, il n’y a plus rien à faire.`);
    expect(await openUnder(ward, patientKey(ward))).toHaveLength(1); // the admission stands
    await ward.until(paris(2026, 2, 20, 9));
    expect(ward.bodies('sf').join('\n')).not.toContain('J+7');
    await ward.close();
  });

  it('of a patient whom nobody follows here is followed all the same, without a room of theirs', async () => {
    const ward = await open([]);
    await ward.adt('A01');
    await ward.until(paris(2026, 1, 14, 10, 5));
    await leaves(ward);
    await ward.until(paris(2026, 1, 15, 9));
    expect(ward.bodies('sf').at(-1)).toContain('J+1');
    expect([...ward.transport.rooms.values()].some((room) => room.spec.name.startsWith('R-'))).toBe(false);
    await ward.close();
  });
});

describe('a stage of another pathway', () => {
  it('opens what waits for its outcome, and the équipe reads it', async () => {
    const ward = await open();
    await ward.adt('A01');
    await ward.types('sf', 'suivante');
    await ward.types('sf', 'repondre rien, bien entourée');
    expect(ward.bodies('sf').join('\n')).not.toContain('Visite');
    await ward.adt('A03', {
      ...day(13, 10),
      PV1: { 45: ts(2026, 1, 13, 10) },
      ZBE: { 1: 'M2', 2: ts(2026, 1, 13, 10) },
    });
    await ward.adt('A01', {
      ...day(14, 9),
      PV1: { 19: 'VEN7002^^^CH_VAL^VN' },
      ZBE: { 1: 'M3', 2: ts(2026, 1, 14, 9) },
    });
    await ward.types('sf', 'suivante');
    await ward.types('sf', 'repondre risque : vit seule');
    expect(ward.bodies('sf').at(-1)).toContain('Visite à domicile — demandé par Relais');
    expect(ward.bodies('mt').join('\n')).toContain('Risque de réadmission.');
    expect(ward.bodies('mt').at(-1)).toContain('Visite à domicile : demandé.');
    await ward.close();
  });
});

describe('a death', () => {
  it('silences everything that is pending, taken or not, and tells the group nothing of it', async () => {
    const ward = await open();
    await ward.adt('A01');
    const room = [...ward.transport.rooms.values()].find((one) => one.spec.name.startsWith('R-'))?.spec.name ?? '';
    await ward.types('mt', '!avis cardio ECG douteux', room);
    const code = /D-\w+/.exec(ward.bodies('mt').at(-1) ?? '')?.[0] ?? '';
    await ward.types('cardio2', `prendre ${code}`);
    expect(ward.bodies('cardio2').join('\n')).toContain('Patient : Mme Lucie INVENTEE');
    await ward.until(paris(2026, 1, 13, 10, 5));
    await ward.adt('A03', {
      ...day(13, 10),
      PV1: { 41: 'D', 45: ts(2026, 1, 13, 10) },
      ZBE: { 1: 'MV8', 2: ts(2026, 1, 13, 10) },
    });
    expect(ward.bodies('mt').join('\n')).toContain('Décès');
    expect(ward.bodies('mt').join('\n')).toContain(`${code} : demande arrêtée`);
    expect(ward.bodies('cardio1').at(-1)).toBe(`${code} : demande arrêtée, il n’y a plus rien à faire.`);
    expect(ward.bodies('cardio2').join('\n')).toContain('Demande arrêtée : il n’y a plus rien à faire.');
    expect(await openUnder(ward, patientKey(ward))).toEqual([]);
    expect(await ward.store.timers.list('request-sla', code)).toEqual([]);
    expect(await ward.store.timers.list('request-life', code)).toEqual([]);
    await ward.types('cardio2', `repondre ${code} Normal`);
    expect(ward.bodies('cardio2').at(-1)).toBe(`${code} est close.`);
    await ward.close();
  });
});

describe('silence', () => {
  it('ends what one event of a stay has opened, and leaves the rest', async () => {
    const ward = await open();
    await ward.adt('A01');
    await ward.until(paris(2026, 1, 14, 10, 5));
    await leaves(ward);
    const ports = {
      store: ward.store,
      people: peopleFrom([MIDWIFE], [], []),
      ids: { code: () => 'X' },
      pathways: () => [],
    };
    const decision = emptyDecision();
    const stay = `stay:${ward.sealer.blind('stay|CH_VAL|VEN7001')}`;
    await silence(ports, decision, stay, ward.now(), 'admission');
    expect(decision.files).toHaveLength(1);
    expect(decision.files[0]?.state).toMatchObject({ status: 'cancelled', opened: { event: 'admission' } });
    await silence(ports, decision, stay, ward.now());
    expect(decision.files).toHaveLength(4); // the one that is silenced already is not written twice
    expect(await ward.store.commit(decision, ward.now())).toBe('committed');
    await ward.close();
  });
});

describe('a date', () => {
  it('opens a request every month that has such a day, also when Relais was down', async () => {
    const ward = await open();
    await ward.until(paris(2026, 1, 31, 8, 29));
    expect(ward.bodies('sf').join('\n')).not.toContain('Revue');
    await ward.until(paris(2026, 1, 31, 8, 30));
    expect(ward.bodies('sf').at(-1)).toContain('Revue du mois — demandé par Dr coord');
    expect(ward.bodies('coord').at(-1)).toContain('envoyée : Revue du mois');
    await ward.jump(paris(2026, 4, 2, 9)); // neither February; March was missed and is asked at the return
    expect(ward.bodies('sf').filter((b) => b.includes('Revue du mois'))).toHaveLength(2);
    const [next] = await ward.store.timers.list('request-date', 'revue');
    expect(next?.dueAt).toBe(paris(2026, 5, 31, 8, 30));
    await ward.close();
  });
});
