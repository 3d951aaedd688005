/** `relais serve` in a process of its own, configured and provisioned, with real persons around it. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bodyOf, readByPersona } from '../../demo/cast.ts';
import type { Persona, SeenEvent } from '../../demo/client.ts';
import { relaisProcess, type RelaisProcess } from '../../demo/relais-process.ts';
import { adt } from '../formats/hl7v2/fixtures.ts';
import { type Bench, PASSWORD } from './homeserver.ts';
import { freePort } from '../../demo/free-port.ts';

export type PersonEntry = { id: string; matrix: string; name: string; role: string; groups?: string[] };
type TeamEntry = { ipp: string; members: string[] };

export type Served = {
  relais: RelaisProcess;
  /** The bot's Matrix id. */
  bot: string;
  folder: string;
  /** To run other commands in another way than `relais.command`. */
  config: string;
  env: Record<string, string>;
  /** Shown by `relais provision`. */
  recoveryKey: string;
  /** Who is known, and each patient's équipe: read when the server starts. */
  write(people: PersonEntry[], teams: TeamEntry[]): void;
  /** Posts until it is acknowledged, as a hospital's engine does. */
  acknowledged(body: Uint8Array): Promise<void>;
  log(): Promise<string>;
};

export type ServedOptions = {
  people: PersonEntry[];
  teams: TeamEntry[];
  /** Instead of the homeserver itself: a proxy before it. */
  homeserver?: string;
  /** Where the account's directory and the base are; default in the folder. */
  account?: string;
  store?: { path: string } | { url_env: string };
  env?: Record<string, string>;
  /** More keys of `account`. */
  more?: Record<string, unknown>;
  /** False: the test provisions by itself. */
  provision?: boolean;
};

const FACILITY = 'CH_MODELE';

/** Not started yet. @param name of the bot's account, and of its folder */
export async function openServed(
  bench: Pick<Bench, 'homeserver' | 'folder'>,
  name: string,
  options: ServedOptions,
): Promise<Served> {
  const folder = bench.folder(`served-${name}`);
  mkdirSync(folder, { recursive: true });
  await bench.homeserver.register(name, PASSWORD);
  const env = {
    RELAIS_SEAL_KEY: randomBytes(32).toString('hex'),
    RELAIS_SOURCE_SECRET: randomBytes(24).toString('hex'),
    RELAIS_PASSWORD: PASSWORD,
    ...options.env,
  };
  const port = await freePort();
  const config = join(folder, 'relais.yaml');
  const written = {
    environment: 'test',
    account: {
      homeserver: options.homeserver ?? bench.homeserver.url,
      directory: options.account ?? 'account',
      ...options.more,
    },
    store: options.store ?? { path: 'relais.sqlite' },
    listen: { host: '127.0.0.1', port },
    seal: { key_env: 'RELAIS_SEAL_KEY' },
    sources: [{ id: 'ch', format: 'hl7v2', facility: [FACILITY], secret_env: 'RELAIS_SOURCE_SECRET' }],
    people: 'people.yaml',
    equipe: 'equipe.yaml',
    territories: [{ id: 'demo', name: 'Démonstration' }],
  };
  writeFileSync(config, JSON.stringify(written));
  const log = join(folder, 'relais.log');
  writeFileSync(log, '');
  const relais = relaisProcess({ config, port, source: 'ch', secret: env.RELAIS_SOURCE_SECRET, env, log });
  const served: Served = {
    relais,
    bot: `@${name}:${bench.homeserver.serverName}`,
    folder,
    config,
    env,
    recoveryKey: '',
    write(people, teams) {
      const persons = people.map((person) => ({ groups: [], territory: 'demo', ...person }));
      writeFileSync(join(folder, 'people.yaml'), JSON.stringify({ persons }));
      writeFileSync(
        join(folder, 'equipe.yaml'),
        JSON.stringify(teams.map((team) => ({ facility: FACILITY, ...team }))),
      );
    },
    async acknowledged(body) {
      for (;;) {
        const answer = await relais.post(body, '/v1/hl7v2').catch(() => undefined);
        if (answer?.status === 200 && answer.body.includes('MSA|AA')) return;
        if (answer && answer.status < 500) throw new Error(`${answer.status} ${answer.body}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    log: () => readFile(log, 'utf8'),
  };
  served.write(options.people, options.teams);
  if (options.provision !== false) {
    const said = await relais.command(['provision', '--user', name]);
    served.recoveryKey = /Recovery key: (.*)/.exec(said)?.[1] ?? '';
    await relais.command(['clock', '2026-11-26 08:00']); // the day of the messages
  }
  return served;
}

/** A synthetic patient of each number; `n` is the minute of the movement, by which a reader's text tells it. */
export function movement(ipp: string, trigger: 'A01' | 'A02' | 'A03', n: number): Uint8Array {
  const at = `20261126${two(8 + Math.floor(n / 60))}${two(n % 60)}00`;
  return new TextEncoder().encode(
    adt(trigger, {
      MSH: { 4: FACILITY, 7: at, 10: `K${ipp}-${trigger}-${n}` },
      EVN: { 2: at, 6: at },
      PID: { 3: `${ipp}^^^${FACILITY}&1.2.250.1.999.1&ISO^PI`, 5: `${nameOf(ipp)}^Zelie^^^^^L`, 18: '' },
      PV1: { 3: `4521^1^1^${FACILITY}`, 19: `V${ipp}^^^${FACILITY}^VN` },
      ZBE: { 1: `M${ipp}-${trigger}-${n}^${FACILITY}^1.2.250.1.999.5^ISO`, 2: at, 7: `Med^^^^^${FACILITY}^UF^^^4521` },
    }),
  );
}

/** `10001` is FICTIVEBAAAB: letters only, as a name, and found in no word of ours. */
export function nameOf(ipp: string): string {
  return `FICTIVE${ipp.replaceAll(/\d/g, (digit) => 'ABCDEFGHIJ'.charAt(Number(digit)))}`;
}

/** What the persona read of a patient's transfers: their minutes, in the server's order, each as often as it was said. */
export function transfersRead(reader: Persona, bot: string, ipp: string): string[] {
  return readByPersona(reader, bot)
    .filter((e) => e.replaces === undefined && isOf(e, ipp) && bodyOf(e).startsWith('Changement de service'))
    .flatMap((e) => /à (\d+h\d*)/.exec(bodyOf(e))?.[1] ?? []);
}

/** The room in which this patient is spoken of, once the persona has read something there. */
export function roomOf(reader: Persona, bot: string, ipp: string): string | undefined {
  return readByPersona(reader, bot).find((e) => isOf(e, ipp))?.roomId;
}

/** How `transfersRead` shows the movement `n`. */
export function minuteOf(n: number): string {
  return `${8 + Math.floor(n / 60)}h${n % 60 === 0 ? '' : two(n % 60)}`;
}

const isOf = (event: SeenEvent, ipp: string): boolean => bodyOf(event).includes(nameOf(ipp));
const two = (n: number): string => String(n).padStart(2, '0');
