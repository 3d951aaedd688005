/** Where one arrangement meets another: what each does alone is in its own file. */
import { describe, expect, it } from 'vitest';
import { peopleFrom, type Person, type Team } from '../../care/people/person.ts';
import { TransportFailure } from '../../care/relay/transport.ts';
import { followTeams } from '../../care/stay/team-change.ts';
import type { SourcePolicy } from '../../care/stay/verdict.ts';
import type { Fields } from '../formats/hl7v2/fixtures.ts';
import { offer } from '../request/offers.ts';
import { ATTACH, files, mdm } from './documents.ts';
import { openWard, paris, POLICY, ts, type Ward } from './stage.ts';
import { asks, codeFor, DESK, HECTORS, held, merge, moves, openTwo, over, roomsOf, said } from './two-patients.ts';

const someone = (id: string, role: Person['role'], groups: string[] = []): Person => ({
  id,
  matrix: `@${id}:test`,
  name: `Dr ${id}`,
  role,
  groups,
});
const TOWN = [
  someone('mt', 'medecin-traitant'),
  someone('idel', 'infirmier'),
  someone('pharma', 'pharmacien'),
  someone('autre', 'medecin-traitant'),
];
const LUCIES: Team = { facility: 'CH_VAL', ipp: '00700123', members: ['mt', 'idel', 'pharma'] };
const HECTORS_TEAM: Team = { facility: 'CH_VAL', ipp: '00700999', members: ['autre', 'pharma'] };

const FOLLOW_UP = offer(`
id: suivi-sortie
title: Suivi de sortie
family: suivi
on: { discharge: { mode: home }, at: [J+1, J+7] }
to: { group: sages-femmes, dispatch: first-accept }
`);
const SKIN = offer(`
id: avis-peau
title: Avis peau
family: avis
words: [peau]
ask: { who: [medecin-traitant], consent: not-needed, urgent: accept }
form: [{ key: question, type: text, required: true, share: before }]
to: { group: sages-femmes, dispatch: first-accept }
`);
const NURSE = someone('sf', 'sage-femme', ['sages-femmes']);
const DESKS: Person[] = [
  someone('autre', 'medecin-traitant'),
  someone('vigile', 'identito-vigilance', [DESK]),
  someone('bureau', 'secretariat', ['bureau']),
];
const idOf = (ward: Ward, ipp: string): string => ward.sealer.blind(`patient|CH_VAL|${ipp}`);
const openAbout = async (ward: Ward, ipp: string): Promise<number> =>
  (await ward.store.files.find('request', `patient:${idOf(ward, ipp)}`)).length;

/** Both patients, a desk, a follow-up after each discharge, documents as files, letters asked of a secretariat. */
async function openAll(over: Partial<SourcePolicy> = {}): Promise<{ ward: Ward; policy: SourcePolicy }> {
  const policy: SourcePolicy = {
    ...POLICY,
    ...ATTACH,
    name: 'CH Val',
    identityDesk: DESK,
    facilities: ['CH_VAL'],
    secretariats: [{ units: undefined, group: 'bureau' }],
    ...over,
  };
  const ward = await openWard({
    policy,
    persons: [...DESKS, NURSE],
    teams: [HECTORS_TEAM],
    offers: [FOLLOW_UP, SKIN],
  });
  return { ward, policy };
}
const HOME: Fields = { ZFM: { 2: '8' } };
const LEAVES = (hour: number): Fields => over(HOME, { PV1: { 45: ts(2026, 1, 12, hour) } });

describe('équipes read again at a restart', () => {
  it('do not bring back who said that they do not follow this patient', async () => {
    const ward = await openTwo();
    await moves(ward, 'A01', 'M1', 8);
    await ward.says(roomsOf(ward, 'idel')[0] ?? '', '@idel:test', '!pas-mon-patient');
    await followTeams({ store: ward.store, people: peopleFrom(TOWN, [LUCIES, HECTORS_TEAM], []) }, ward.now());
    await moves(ward, 'A02', 'M2', 9);
    expect(roomsOf(ward, 'idel')).toEqual([]);
    expect(said(ward, 'idel', 'Changement de service')).toEqual([]);
    await ward.close();
  });

  it('keep the équipe of a patient whose number has changed', async () => {
    const ward = await openTwo({ teams: [] });
    await moves(ward, 'A01', 'M1', 8);
    await asks(ward, 'A40', 9, over(HECTORS, { PID: { 18: '' }, MRG: { 1: '00700123^^^CH_VAL^PI' } }));
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    await followTeams({ store: ward.store, people: peopleFrom(TOWN, [LUCIES], []) }, ward.now());
    await ward.settle();
    expect(roomsOf(ward, 'mt')).toHaveLength(1);
    await ward.close();
  });
});

describe('a document', () => {
  it('of a stay that the desk may move waits with the stay', async () => {
    const { ward } = await openAll();
    await moves(ward, 'A01', 'M1', 8);
    const toHector = {
      PID: { 18: 'NDA7001^^^CH_VAL^AN' },
      PV1: null,
      MRG: { 1: '00700123^^^CH_VAL^PI', 3: 'NDA7001^^^CH_VAL^AN' },
    };
    await asks(ward, 'A44', 9, over(HECTORS, toHector));
    await ward.adt('T02', mdm('T02', { at: ts(2026, 1, 12, 10) }));
    expect(files(ward)).toEqual([]);
    expect(await held(ward)).toBe(2);
    await ward.close();
  });

  it('that waits for the homeserver is not given once the patient is protected, and its bytes are erased', async () => {
    const { ward } = await openAll();
    await moves(ward, 'A01', 'M1', 8);
    const upload = ward.transport.upload.bind(ward.transport);
    ward.transport.upload = async () => {
      throw new TransportFailure('transient', 'away', 1_000);
    };
    await ward.adt('T02', mdm('T02', { at: ts(2026, 1, 12, 10) }));
    const [envelope] = await ward.store.inbox.list({ limit: 1 });
    await moves(ward, 'A02', 'M2', 11, { PV1: { 16: 'Y' } });
    ward.transport.upload = upload;
    await ward.wait(5_000);
    expect(files(ward)).toEqual([]);
    const id = `${ward.sealer.blind('document|CH_VAL|DOC1^DPI')}|${envelope?.id ?? ''}`;
    expect(await ward.store.files.load('attachment', id)).toBeUndefined();
    await ward.close();
  });
});

describe('a source that goes (back) to shadow', () => {
  it('asks the secretariat for no letter', async () => {
    const { ward, policy } = await openAll();
    await moves(ward, 'A01', 'M1', 8);
    await moves(ward, 'A03', 'M2', 9, LEAVES(9));
    policy.shadow = true;
    await ward.until(paris(2026, 1, 13, 12));
    expect(ward.bodies('bureau')).toEqual([]);
    await ward.close();
  });

  it('ends no request by an old death', async () => {
    const { ward, policy } = await openAll();
    await moves(ward, 'A01', 'M1', 8);
    await moves(ward, 'A03', 'M2', 9, LEAVES(9));
    await moves(ward, 'A01', 'M3', 10, { PV1: { 19: 'VEN7002^^^CH_VAL^VN' } });
    policy.shadow = true;
    const at = ts(2026, 1, 16, 12);
    const old = ts(2026, 1, 12, 12);
    const died = {
      EVN: { 2: at, 6: old },
      ZBE: { 1: 'M4', 2: old },
      PV1: { 19: 'VEN7002^^^CH_VAL^VN', 41: 'D', 45: old },
    };
    expect(await ward.adt('A03', died)).toBe('AA');
    expect(await openAbout(ward, '00700123')).toBe(2);
    await ward.close();
  });
});

describe('a letter', () => {
  it('is not asked for once the discharge is taken back, even by a message of which nothing is said', async () => {
    const { ward } = await openAll();
    await moves(ward, 'A01', 'M1', 8);
    await moves(ward, 'A03', 'M2', 9, LEAVES(9));
    await moves(ward, 'A13', 'M2', 10, { ZBE: { 4: 'CANCEL', 6: 'A03' }, PV1: { 2: 'O' } });
    await ward.until(paris(2026, 1, 13, 12));
    expect(ward.bodies('bureau')).toEqual([]);
    await ward.close();
  });
});

describe('open requests', () => {
  it('of a patient who is merged follow to the survivor: the équipe reads them, a death ends them', async () => {
    const { ward } = await openAll();
    await moves(ward, 'A01', 'M1', 8);
    await moves(ward, 'A01', 'M2', 8, HECTORS);
    await moves(ward, 'A03', 'M3', 9, over(HECTORS, LEAVES(9)));
    expect(await openAbout(ward, '00700999')).toBe(2);
    await asks(ward, 'A40', 10, merge);
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    expect([await openAbout(ward, '00700999'), await openAbout(ward, '00700123')]).toEqual([0, 2]);
    await moves(ward, 'A03', 'M4', 11, { PV1: { 41: 'D' } });
    expect(await openAbout(ward, '00700123')).toBe(0);
    await ward.close();
  });

  it('that was being written during the merge is about the survivor', async () => {
    const { ward } = await openAll();
    await moves(ward, 'A01', 'M1', 8);
    await moves(ward, 'A01', 'M2', 8, HECTORS);
    await ward.says(roomsOf(ward, 'autre')[0] ?? '', '@autre:test', '!avis peau');
    await asks(ward, 'A40', 10, merge);
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    for (const typed of ['Tache du dos', 'oui']) await ward.types('autre', typed);
    expect([await openAbout(ward, '00700999'), await openAbout(ward, '00700123')]).toEqual([0, 1]);
    await ward.close();
  });

  it('of a stay that is moved go with it; nothing more of them is said in the wrong patient’s room', async () => {
    const { ward } = await openAll();
    await moves(ward, 'A01', 'M0', 7, { PID: { 18: 'NDA7002^^^CH_VAL^AN' }, PV1: { 19: 'VEN7002^^^CH_VAL^VN' } });
    await moves(ward, 'A01', 'M1', 8);
    await moves(ward, 'A03', 'M2', 9, LEAVES(9));
    const toHector = {
      PID: { 18: 'NDA7001^^^CH_VAL^AN' },
      PV1: null,
      MRG: { 1: '00700123^^^CH_VAL^PI', 3: 'NDA7001^^^CH_VAL^AN' },
    };
    await asks(ward, 'A44', 10, over(HECTORS, toHector));
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    expect([await openAbout(ward, '00700123'), await openAbout(ward, '00700999')]).toEqual([0, 2]);
    const read = said(ward, 'mt', 'Suivi de sortie').length;
    await ward.until(paris(2026, 1, 14, 12));
    expect(said(ward, 'mt', 'Suivi de sortie')).toHaveLength(read);
    expect(said(ward, 'autre', 'Suivi de sortie').length).toBeGreaterThan(0);
    await ward.close();
  });

  it('end when an identity message says that the patient has died', async () => {
    const { ward } = await openAll();
    await moves(ward, 'A01', 'M1', 8);
    await moves(ward, 'A03', 'M2', 9, LEAVES(9));
    expect(await openAbout(ward, '00700123')).toBe(2);
    expect(await ward.adt('A31', { EVN: { 2: ts(2026, 1, 12, 10) }, ZBE: null, PV1: null, PID: { 30: 'Y' } })).toBe(
      'AA',
    );
    expect(await openAbout(ward, '00700123')).toBe(0);
    await ward.close();
  });
});
