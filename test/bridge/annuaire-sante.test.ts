/** The Annuaire Santé API, on a local server that answers like the published examples of its implementation guide. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { annuaireSante } from '../../bridge/annuaire-sante.ts';
import { withCompletion } from '../../care/people/completion.ts';
import type { Directory, DirectoryCompletion } from '../../care/people/directory.ts';

const NOS = 'https://mos.esante.gouv.fr/NOS';
const nos = (name: string, code: string): { system: string; code: string } => ({
  system: `${NOS}/${name}/FHIR/${name.replace('_', '-')}`,
  code,
});
const bundle = (...resources: unknown[]): unknown => ({
  resourceType: 'Bundle',
  type: 'searchset',
  total: resources.length,
  entry: resources.map((resource) => ({ resource, search: { mode: 'match' } })),
});

/** As the guide's Practitioner, its person replaced by an invented one. */
const PRACTITIONER = {
  resourceType: 'Practitioner',
  id: '3719500DP',
  meta: { source: 'https://annuaire.esante.gouv.fr' },
  language: 'fr',
  identifier: [
    { use: 'official', system: 'urn:oid:1.2.250.1.71.4.2.1', value: '899900000011' },
    { use: 'official', system: 'https://rpps.esante.gouv.fr', value: '99900000011' },
  ],
  active: true,
  name: [{ use: 'usual', family: 'ESSAIDERM', given: ['Alice'], prefix: ['MME'] }],
  telecom: [{ system: 'email', value: 'alice.essaiderm@essai.mssante.fr', rank: 1 }],
  qualification: [
    { code: { coding: [nos('TRE_R48-DiplomeEtatFrancais', 'DE28'), nos('TRE_R14-TypeDiplome', 'DE')] } },
    { code: { coding: [nos('TRE_G15-ProfessionSante', '10'), nos('TRE_R09-CategorieProfessionnelle', 'C')] } },
    { code: { coding: [nos('TRE_R38-SpecialiteOrdinale', 'SM15'), nos('TRE_R04-TypeSavoirFaire', 'S')] } },
  ],
};
const ROLE = {
  resourceType: 'PractitionerRole',
  id: '1738459DP',
  active: true,
  practitioner: { reference: 'Practitioner/3719500DP' },
  organization: { reference: 'Organization/481677DP' },
  code: [{ coding: [nos('TRE_R23-ModeExercice', 'L')] }],
};
const ORGANIZATION = {
  resourceType: 'Organization',
  id: '481677DP',
  name: 'CABINET ESSAI',
  telecom: [{ system: 'phone', value: '0353010001' }],
  address: [{ line: ['1 Rue DE L ESSAI'], postalCode: '59400', city: 'CAMBRAI' }],
};

let server: Server;
let url: string;
let calls: { path: string; key: unknown }[];
let answer: (request: IncomingMessage) => { status?: number; headers?: Record<string, string>; body: string };
let now: number;
let troubles: string[];

beforeEach(async () => {
  [calls, troubles, now] = [[], [], 1_000_000];
  answer = ({ url: path = '' }) => {
    if (path.startsWith('/fhir/v2/PractitionerRole?')) return { body: JSON.stringify(bundle(ROLE, ORGANIZATION)) };
    const found = decodeURIComponent(path).includes('https://rpps.esante.gouv.fr|99900000011') ? [PRACTITIONER] : [];
    return { body: JSON.stringify(bundle(...found)) };
  };
  server = createServer((request, response) => {
    calls.push({ path: request.url ?? '', key: request.headers['esante-api-key'] });
    const { status = 200, headers = {}, body } = answer(request);
    response.writeHead(status, { 'content-type': 'application/fhir+json', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir/v2`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const open = (): DirectoryCompletion =>
  annuaireSante({
    url,
    key: 'essai',
    clocks: { machine: () => now, pause: async (ms) => void (now += ms) },
    labelOf: (code) => ({ 'G15:10': 'Médecin', SM15: 'Dermatologie' })[code],
    onTrouble: (what) => void troubles.push(what),
  });

describe('the API', () => {
  it('gives a professional by number: specialty from the qualification, place from the role', async () => {
    expect(await open().byNumber('99900000011')).toEqual({
      id: '99900000011',
      kind: 'person',
      name: 'Dr Alice ESSAIDERM',
      profession: 'Médecin',
      professionCode: '10',
      specialties: [{ code: 'SM15', label: 'Dermatologie' }],
      places: [
        { name: 'CABINET ESSAI', street: '1 Rue DE L ESSAI', postcode: '59400', town: 'CAMBRAI', phone: '0353010001' },
      ],
    });
    expect(calls.map(({ path }) => path.split('?')[0])).toEqual(['/fhir/v2/Practitioner', '/fhir/v2/PractitionerRole']);
    expect(calls.every(({ key }) => key === 'essai')).toBe(true);
  });

  it('keeps an answer for a day, a nobody for an hour, and asks once for several who wait', async () => {
    const api = open();
    await Promise.all([api.byNumber('99900000011'), api.byNumber('99900000011')]);
    await api.byNumber('99900000011');
    expect(calls).toHaveLength(2);
    expect(await api.byNumber('99900000029')).toBeUndefined();
    await api.byNumber('99900000029');
    expect(calls).toHaveLength(3);
    now += 3_600_001;
    await api.byNumber('99900000029');
    await api.byNumber('99900000011');
    expect(calls).toHaveLength(4);
    now += 24 * 3_600_000;
    await api.byNumber('99900000011');
    expect(calls).toHaveLength(6);
  });

  it('never makes more than 17 calls in a second', async () => {
    const api = open();
    await Promise.all(Array.from({ length: 60 }, (_, n) => api.byNumber(String(99_900_001_000 + n))));
    expect(calls).toHaveLength(60);
    // each of the 59 that follow the first has waited for its turn
    expect(now - 1_000_000).toBeGreaterThanOrEqual((59 * 1_000) / 17);
  });

  it('rests when it is told to, and says what was wrong without a name', async () => {
    const api = open();
    answer = () => ({ status: 429, headers: { 'retry-after': '7' }, body: '' });
    expect(await api.byNumber('99900000011')).toBeUndefined();
    now += 6_000;
    expect(await api.byNumber('99900000011')).toBeUndefined();
    expect(calls).toHaveLength(1);
    now += 1_001;
    await api.byNumber('99900000011');
    expect(calls).toHaveLength(2);
    expect(troubles).toEqual(['HTTP 429', 'HTTP 429']);
  });

  it.each([
    ['another shape', () => ({ body: '{"resourceType":"OperationOutcome"}' }), 'an answer of another shape'],
    ['no JSON', () => ({ body: '<html>' }), 'Unexpected token'],
    ['a refused key', () => ({ status: 401, body: '' }), 'HTTP 401'],
    [
      'another address',
      () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }),
      'fetch failed',
    ],
  ])('%s: nobody, and the search goes on', async (_what, what, says) => {
    answer = what;
    expect(await open().byNumber('99900000011')).toBeUndefined();
    expect(troubles[0]).toContain(says);
  });
});

describe('a directory with the API behind it', () => {
  const nobody = { entries: [], total: 0, understood: [], unknown: [{ word: 'x', nearest: undefined }] };
  const local: Directory = { search: async () => nobody, size: async () => 0 };

  it('asks it for a whole number that the files do not have, and for nothing else', async () => {
    const directory = withCompletion(local, open());
    expect((await directory.search('8 99900000011', { limit: 4 })).entries[0]?.name).toBe('Dr Alice ESSAIDERM');
    expect((await directory.search('99900000029', { limit: 4 })).total).toBe(0);
    await directory.search('dermato cambrai', { limit: 4 });
    expect(calls).toHaveLength(3);
  });
});

/** Published by the ANS (IG-fhir-annuaire), not redistributed here. */
const CORPUS = join(import.meta.dirname, '../../../shared/corpus/fhir');

if (existsSync(CORPUS)) {
  it('reads the published examples themselves', async () => {
    const example = (name: string): unknown =>
      JSON.parse(readFileSync(join(CORPUS, `ANNUAIRE_${name}.json`), 'utf8')) as unknown;
    answer = ({ url: path = '' }) => ({
      body: JSON.stringify(
        path.includes('PractitionerRole')
          ? bundle(example('PractitionerRole-1738459DP'), example('Organization-481677DP'))
          : bundle(example('Practitioner-3719500DP')),
      ),
    });
    expect(await open().byNumber('10102727017')).toMatchObject({
      id: '10102727017',
      name: 'David CHATELIER',
      professionCode: '21',
      specialties: [],
      places: [{ name: 'PHARMACIE NOLOT', town: undefined }],
    });
    expect(troubles).toEqual([]);
  });
} else {
  console.warn(`NOTE: no published examples at ${CORPUS}: only those written after them are replayed`);
}
