/** Everything a demo (or an end-to-end test) needs around Relais: a homeserver, accounts, a configuration, a provisioned bot. */
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { scenarioSchema, type Scenario } from '../config/schema/scenario.ts';
import { runnable } from '../care/request/pathway.ts';
import { loadPathways } from '../config/load-pathways.ts';
import { openPersona, type Persona } from './client.ts';
import type { Cast } from './cast.ts';
import { type Homeserver, startHomeserver } from './homeserver.ts';
import { type RelaisProcess, relaisProcess } from './relais-process.ts';
import { freePort } from './free-port.ts';

export type Ready = {
  homeserver: { url: string; stop: () => Promise<void> };
  relais: RelaisProcess;
  bot: string;
  scenario: Scenario;
  cast: Cast;
  groupRooms: Map<string, string>;
  enter: (id: string) => Promise<Persona>;
  /** Where the configuration, the base, the bot's keys and the log are. */
  folder: string;
  dayFolder: string;
  secret: string;
  password: string;
  people: { id: string; matrix: string; name: string }[];
};

export type SetupOptions = {
  /** Erased first. */
  folder: string;
  /** A homeserver that runs already; otherwise one is made and started. */
  homeserverUrl?: string | undefined;
  /** Its folder has the people; by default the hospital day. */
  scenario?: string;
  /** Who logs in; by default everybody who is not late. */
  present?: readonly string[];
  onProgress: (line: string) => void;
};

const PROJECT = resolve(import.meta.dirname, '..');
const DAY = join(PROJECT, 'demo', 'day');

/** @throws Error that says what is missing and what to do */
export async function setUp(options: SetupOptions): Promise<Ready> {
  const { folder, homeserverUrl, present, onProgress, scenario: file = join(DAY, 'day.yaml') } = options;
  const scenario = scenarioSchema.parse(parse(await readFile(file, 'utf8')));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const started =
    homeserverUrl === undefined
      ? await startHomeserver({ directory: join(folder, 'homeserver'), onProgress })
      : undefined;
  const url = started?.url ?? homeserverUrl ?? '';
  const password = randomBytes(9).toString('base64url');
  const people = await writePeople(dirname(file), folder, await serverName(url, started));
  onProgress(`registering ${people.length} synthetic persons and the bot`);
  for (const { matrix, name } of [{ matrix: '@relais:', name: 'Relais' }, ...people])
    await register(url, matrix.slice(1, matrix.indexOf(':')), password, name, started);
  const [source, secret, port] = [scenario.source?.id ?? 'demo', randomBytes(24).toString('hex'), await freePort()];
  const config = await writeConfig(folder, {
    url,
    port,
    source,
    facility: scenario.source?.facility ?? '',
    name: scenario.source?.name,
    units: scenario.source?.units,
    format: scenario.steps.some((step) => 'event' in step) ? 'events' : 'hl7v2',
  });
  const env = {
    RELAIS_SEAL_KEY: randomBytes(32).toString('hex'),
    RELAIS_SOURCE_SECRET: secret,
    RELAIS_PASSWORD: password,
  };
  const relais = relaisProcess({ config, port, source, secret, env, log: join(folder, 'relais.log') });
  onProgress('provisioning the bot: device, cross-signing, secret storage, key backup');
  await relais.command(['provision', '--user', 'relais']);
  await relais.clock(scenario.start);
  onProgress('starting relais serve');
  await relais.start();

  const names = new Map(people.map((p) => [p.id, p.name]));
  const cast: Cast = { personas: new Map(), names, directs: new Map() };
  const enter = (id: string): Promise<Persona> => {
    const who = people.find((p) => p.id === id);
    if (!who) throw new Error(`nobody is called ${id} in people.yaml`);
    return openPersona({ homeserver: url, user: who.matrix, password, deviceName: `demo ${id}` });
  };
  for (const { id, name } of people) {
    if (scenario.late.includes(id) || present?.includes(id) === false) continue;
    onProgress(`${name} logs in and cross-signs`);
    cast.personas.set(id, await enter(id));
  }
  return {
    homeserver: { url, stop: async () => started?.stop() },
    relais,
    bot: `@relais:${await serverName(url, started)}`,
    scenario,
    cast,
    groupRooms: groupRooms(),
    enter,
    folder,
    dayFolder: dirname(file),
    secret,
    password,
    people,
  };
}

/** The people of the scenario with Matrix ids of this server. */
async function writePeople(from: string, folder: string, server: string): Promise<Ready['people']> {
  const text = (await readFile(join(from, 'people.yaml'), 'utf8')).replaceAll(':relais.test', `:${server}`);
  await writeFile(join(folder, 'people.yaml'), text);
  await copyFile(join(from, 'equipe.yaml'), join(folder, 'equipe.yaml'));
  return (parse(text) as { persons: Ready['people'] }).persons;
}

async function writeConfig(
  folder: string,
  given: {
    url: string;
    port: number;
    source: string;
    facility: string;
    name: string | undefined;
    units: NonNullable<Scenario['source']>['units'];
    format: 'events' | 'hl7v2';
  },
): Promise<string> {
  const path = join(folder, 'relais.yaml');
  const config = {
    environment: 'demo',
    account: { homeserver: given.url, directory: 'account' },
    store: { path: 'relais.sqlite' },
    listen: { host: '127.0.0.1', port: given.port },
    seal: { key_env: 'RELAIS_SEAL_KEY' },
    sources: [
      {
        id: given.source,
        ...(given.name ? { name: given.name } : {}),
        format: given.format,
        facility: [given.facility],
        secret_env: 'RELAIS_SOURCE_SECRET',
        ...(given.units === undefined && {
          documents: { default: 'pointer', '11490-0': 'attachment' },
          secretariats: [{ group: 'secretariat-hospitalisation' }],
        }),
        units: given.units?.map((unit) => ({ ...unit, policy: 'event+label' })) ?? [
          { code: '4500', label: 'Urgences', policy: 'event' },
          { code: '4521', label: 'Médecine A', policy: 'event+label' },
          { code: '4530', label: 'Chirurgie B', policy: 'event+label' },
        ],
      },
    ],
    people: 'people.yaml',
    equipe: 'equipe.yaml',
    directory: { rpps: join(PROJECT, 'demo', 'data', 'rpps-synthetique.txt') },
    slots: join(PROJECT, 'demo', 'data', 'creneaux.yaml'),
    repertory: join(PROJECT, 'demo', 'data', 'repertoire.yaml'),
    territories: [{ id: 'demo', name: 'Territoire de démonstration' }],
  };
  await writeFile(path, JSON.stringify(config, null, 2)); // JSON is YAML
  return path;
}

async function register(
  url: string,
  user: string,
  password: string,
  name: string,
  started: Homeserver | undefined,
): Promise<void> {
  if (started) {
    await started.register(user, password, name);
    return;
  }
  const body = JSON.stringify({ username: user, password, auth: { type: 'm.login.dummy' }, inhibit_login: true });
  const answer = await fetch(`${url}/_matrix/client/v3/register`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  if (answer.ok) return;
  const said = (await answer.json().catch(() => ({}))) as { errcode?: string };
  const cure =
    said.errcode === 'M_USER_IN_USE'
      ? 'it was registered by an earlier run: use a fresh test server'
      : 'open registration without verification on this test server (Synapse: enable_registration and enable_registration_without_verification)';
  throw new Error(`${user} could not be registered on ${url} (${answer.status} ${said.errcode ?? ''}): ${cure}`);
}

/** The part after the colon; a server that runs already tells it in what it says of a user that it does not know. */
async function serverName(url: string, started: Homeserver | undefined): Promise<string> {
  if (started) return started.serverName;
  const known = process.env['RELAIS_DEMO_SERVER_NAME'];
  if (known) return known;
  const answer = await fetch(`${url}/.well-known/matrix/server`).catch(() => undefined);
  const said = answer?.ok
    ? ((await answer.json().catch(() => ({}))) as { 'm.server'?: string })['m.server']
    : undefined;
  return said?.split(':')[0] ?? new URL(url).hostname;
}

function groupRooms(): Map<string, string> {
  const loaded = loadPathways([join(PROJECT, 'config', 'pathways')]);
  if ('problems' in loaded) throw new Error('the shipped pathways do not load');
  return new Map(runnable(loaded.pathways).flatMap((p) => p.stages.map(({ to }) => [to.group, p.title] as const)));
}
