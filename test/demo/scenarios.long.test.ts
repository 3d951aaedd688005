/**
 * Ten arrangements on a real Synapse, with real clients: the same files that `relais rehearse` plays offline. One homeserver,
 * one `relais serve` with every pathway, civil time stepped; each scenario begins on the same Monday. Too long for the gate:
 * `npm run test:long`.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { count } from '../../demo/counting.ts';
import { play } from '../../demo/play.ts';
import { type Ready, setUp } from '../../demo/setup.ts';
import { type Scenario, scenarioSchema } from '../../config/schema/scenario.ts';

const FOLDER = resolve(import.meta.dirname, '..', '..', 'config', 'scenarios');
/** Those that leave a deadline behind come last: the next one would hear of it. */
const TEN = [
  'teleexpertise-cardiologie',
  'teleexpertise-dermatologie',
  'idel-snp',
  'entree-directe',
  'polygraphie',
  'retinographie',
  'recherche-mt',
  'rcp',
  'sau-snp',
  'snp-dentaire',
];

let folder: string;
let ready: Ready;
let scenarios: Map<string, Scenario>;

const read = async (name: string): Promise<Scenario> =>
  scenarioSchema.parse(parse(await readFile(join(FOLDER, `${name}.yaml`), 'utf8')));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relais-scenarios-'));
  scenarios = new Map(await Promise.all(TEN.map(async (name) => [name, await read(name)] as const)));
  const steps = [...scenarios.values()].flatMap((scenario) => scenario.steps);
  const present = [...new Set(steps.flatMap((step) => ('who' in step ? [step.who] : [])))];
  ready = await setUp({
    folder: join(folder, 'demo'),
    scenario: join(FOLDER, 'suivi-sortie.yaml'),
    present,
    onProgress: () => undefined,
  });
});

afterAll(async () => {
  for (const persona of ready.cast.personas.values()) persona.stop();
  await ready.relais.stop();
  await ready.homeserver.stop();
  await rm(folder, { recursive: true, force: true });
});

test.each(TEN)('%s', async (name) => {
  const scenario = scenarios.get(name);
  if (!scenario) throw new Error(`no scenario ${name}`);
  await ready.relais.clock(scenario.start);
  await play({ ...ready, folder: FOLDER, transcript: { flush: () => undefined, note: () => undefined } }, scenario);
});

test('after all of them, nothing was unreadable, in clear, or said twice', async () => {
  const figures = await count(ready.cast, ready.bot);
  expect(figures).toMatchObject({ undecryptable: 0, clearTextInEncryptedRooms: 0, duplicates: 0, outOfOrder: 0 });
  expect(figures.requestsAnswered).toBeGreaterThanOrEqual(9);
});
