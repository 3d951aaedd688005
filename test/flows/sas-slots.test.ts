/** Slots that a scheduling service posts, in the forms of the SAS interface (ANS): PS indiv, CPTS, SOS Médecins. */
import { expect, it } from 'vitest';
import { demoSlots } from '../../cli/demo-data.ts';
import type { Person } from '../../care/people/person.ts';
import { openWard, type Ward } from './stage.ts';

const last = (ward: Ward, id: string): string => ward.bodies(id).at(-1) ?? '';
const RPPS = '99900000011';
const derm: Person = { id: 'derm', matrix: '@derm:test', name: 'Dr derm', role: 'specialiste', groups: [], rpps: RPPS };
const regul: Person = { id: 'regul', matrix: '@regul:test', name: 'Dr regul', role: 'regulateur', groups: [] };

type Over = Record<string, unknown>;
const base = 'https://editeur.example.fr/sas';
const entry = (resource: Over) => ({
  fullUrl: `${base}/${String(resource['resourceType'])}/${String(resource['id'])}`,
  resource,
});
const security = (...codes: string[]) => ({
  security: codes.map((code) => ({
    system: 'https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau',
    code,
  })),
});
const slot = (id: string, over: Over = {}) =>
  entry({
    resourceType: 'Slot',
    id,
    meta: security('PUBLIC'),
    serviceType: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' }] }],
    specialty: [
      {
        coding: [
          {
            system: 'https://mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale',
            code: 'SM15',
          },
        ],
      },
    ],
    schedule: { reference: 'Schedule/s1' },
    status: 'free',
    start: '2026-01-13T10:00:00.000+01:00',
    end: '2026-01-13T10:30:00.000+01:00',
    ...over,
  });
const AROUND = [
  entry({
    resourceType: 'Schedule',
    id: 's1',
    actor: [{ reference: 'Practitioner/p1' }, { reference: `${base}/PractitionerRole/r1` }],
  }),
  entry({
    resourceType: 'Practitioner',
    id: 'p1',
    identifier: [{ system: 'urn:oid:1.2.250.1.71.4.2.1', value: `8${RPPS}` }],
    name: [{ prefix: ['Dr'], given: ['Alice'], family: 'Essaiderm' }],
  }),
  entry({
    resourceType: 'PractitionerRole',
    id: 'r1',
    contained: [
      {
        resourceType: 'Location',
        id: 'l1',
        address: { line: ['3 rue des Échantillons'], postalCode: '59400', city: 'Cambrai' },
      },
    ],
    practitioner: { reference: 'Practitioner/p1' },
    location: [{ reference: '#l1' }],
    telecom: [{ system: 'phone', value: '+33353010001' }],
  }),
];
const bundle = (...entries: object[]): Over => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: [...entries, ...AROUND],
});
const searched = (all: Over): Over => ({
  ...all,
  link: [
    {
      relation: 'self',
      url: `${base}/Slot?_include=Slot:schedule&status=free&start=ge2026-01-12T00:00:00+01:00&start=le2026-01-15T00:00:00+01:00&schedule.actor:Practitioner.identifier=urn:oid:1.2.250.1.71.4.2.1%7C8${RPPS}`,
    },
  ],
});
const post = async (ward: Ward, body: unknown) => {
  const answer = await ward.post(
    new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
    'sas',
  );
  return {
    status: answer.status,
    outcome: JSON.parse(answer.body) as { issue: { severity: string; diagnostics: string }[] },
  };
};
const open = () => openWard({ slots: demoSlots(), persons: [derm, regul] });

it('a slot without a link is booked here, and its doctor, known by RPPS, is rung', async () => {
  const ward = await open();
  const { status, outcome } = await post(ward, bundle(slot('1')));
  expect(status).toBe(202);
  expect(outcome.issue.map(({ severity }) => severity)).toEqual(['information']);
  await ward.types('mt', 'snp demain 10h dermato');
  expect(last(ward, 'mt')).toContain(
    '1. mardi 13 janvier à 10h — Dr Alice ESSAIDERM, 3 rue des Échantillons, 59400 Cambrai, +33353010001',
  );
  await ward.types('mt', '1');
  await ward.types('mt', 'oui');
  expect(ward.bodies('derm').join('\n')).toContain('Dr mt réserve une place');
  await ward.close();
});

it('a slot with a link is booked there', async () => {
  const ward = await open();
  await post(ward, bundle(slot('1', { comment: 'https://rdv.example.fr/1' })));
  await ward.types('mt', 'snp demain 10h dermato');
  await ward.types('mt', '1');
  expect(last(ward, 'mt')).toContain('https://rdv.example.fr/1');
  await ward.close();
});

it('who may see what: SNP for who regulates, and so does what says nothing', async () => {
  const ward = await open();
  await post(
    ward,
    bundle(slot('1', { meta: security('SNP') }), slot('2', { meta: {}, start: '2026-01-13T10:15:00+01:00' })),
  );
  await ward.types('mt', 'snp demain 10h dermato');
  expect(last(ward, 'mt')).toContain('aucun créneau libre');
  await ward.types('regul', 'snp demain dermato');
  expect(last(ward, 'regul')).toContain('Alice ESSAIDERM');
  await post(ward, bundle(slot('1', { meta: security('CPTS', 'PUBLIC') })));
  await ward.types('mt', 'snp demain 10h dermato');
  expect(last(ward, 'mt')).toContain('Alice ESSAIDERM');
  await ward.close();
});

it('no longer free, or moved: withdrawn, and who had it is told; the same again later is offered again', async () => {
  const ward = await open();
  await post(ward, bundle(slot('1')));
  await ward.types('mt', 'snp demain 10h dermato');
  await ward.types('mt', '1');
  await ward.types('mt', 'oui');
  await post(ward, bundle(slot('1', { status: 'busy' })));
  expect(last(ward, 'mt')).toContain('Rendez-vous annulé');
  await post(ward, bundle(slot('1')));
  await ward.types('mt', 'snp demain 10h dermato');
  expect(last(ward, 'mt')).toContain('1. mardi 13 janvier à 10h');
  await post(ward, bundle(slot('1', { start: '2026-01-13T16:00:00+01:00', end: '2026-01-13T16:30:00+01:00' })));
  await ward.types('mt', 'snp demain dermato');
  expect(last(ward, 'mt')).toContain('16h');
  expect(last(ward, 'mt')).not.toMatch(/à 10h/);
  await ward.close();
});

it('the whole answer to a search withdraws what it no longer holds; a part of it, or another doctor’s, does not', async () => {
  const ward = await open();
  const two = slot('2', { start: '2026-01-14T10:00:00+01:00', end: '2026-01-14T10:30:00+01:00' });
  await post(ward, bundle(slot('1'), two));
  await post(ward, bundle(two));
  await post(ward, { ...searched(bundle(two)), total: 2 });
  await ward.types('mt', 'snp demain 10h dermato');
  expect(last(ward, 'mt')).toContain('1. mardi 13 janvier à 10h');
  await post(ward, searched(bundle(two)));
  await ward.types('mt', 'snp mercredi dermato');
  expect(last(ward, 'mt')).toContain('1. mercredi 14 janvier');
  await ward.types('mt', 'snp demain 10h dermato');
  expect(last(ward, 'mt')).toContain('aucun créneau libre');
  await ward.close();
});

it('CPTS and SOS Médecins: a service or a place that receives, at home or by video', async () => {
  const ward = await open();
  const modes = (code: string) => [{ coding: [{ code }] }];
  const body = {
    resourceType: 'Bundle',
    type: 'searchset',
    entry: [
      slot('h', { serviceType: modes('HH'), schedule: { reference: 'Schedule/sos' } }),
      slot('v', {
        serviceType: modes('VR'),
        start: '2026-01-13T10:05:00+01:00',
        schedule: { reference: 'Schedule/cpts' },
      }),
      entry({ resourceType: 'Schedule', id: 'sos', actor: [{ reference: 'Location/sos' }] }),
      entry({ resourceType: 'Location', id: 'sos', name: 'SOS Médecins Modèle' }),
      entry({ resourceType: 'Schedule', id: 'cpts', actor: [{ reference: 'HealthcareService/c' }] }),
      entry({ resourceType: 'HealthcareService', id: 'c', name: 'Soins non programmés de la CPTS' }),
    ],
  };
  const { outcome } = await post(ward, body);
  expect(outcome.issue).toHaveLength(1);
  await ward.types('mt', 'snp demain dermato');
  expect(last(ward, 'mt')).toContain('SOS Médecins Modèle');
  expect(last(ward, 'mt')).toContain('à domicile');
  expect(last(ward, 'mt')).toContain('Soins non programmés de la CPTS, en téléconsultation');
  await ward.close();
});

it('each slot that is not understood is named, the others are taken; a broken body waits for a human', async () => {
  const ward = await open();
  const { status, outcome } = await post(
    ward,
    bundle(slot('1'), slot('2', { start: '2026-01-13' }), slot('3', { schedule: { reference: 'Schedule/none' } })),
  );
  expect(status).toBe(202);
  expect(outcome.issue.slice(1).map(({ diagnostics }) => diagnostics)).toEqual([
    'Slot 2 was left out: start and end are instants with their offset.',
    'Slot 3 was left out: its Schedule is not in the Bundle.',
  ]);
  for (const body of ['{', { resourceType: 'Slot' }, { resourceType: 'Bundle', entry: [] }]) {
    const answer = await post(ward, body);
    expect(answer.status).toBe(422);
    expect(answer.outcome.issue[0]?.severity).toBe('error');
  }
  expect(await ward.store.inbox.count('quarantined')).toBe(3);
  await ward.close();
});
