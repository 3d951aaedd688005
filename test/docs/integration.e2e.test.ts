/** docs/integration.md: each of its examples is run as it is printed, with the real curl, openssl and python3. */
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { relaisSchema } from '../../config/schema/relais.ts';
import { runCli } from '../support/cli.ts';
import { type Doors, HOSPITAL_SECRET, openDoors, pem, TLS_FOLDER } from '../support/hospital-doors.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');
const PAGE = readFileSync(join(ROOT, 'docs', 'integration.md'), 'utf8');
const MESSAGE = join(ROOT, 'demo', 'day', '06-louise-entree-8859-15.hl7'); // bytes that are no UTF-8: they must not be changed

/** The examples in that language, in the order of the page. */
const examples = (language: string): string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((found) => found[1] ?? '');

let doors: Doors;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relais-integration-'));
  copyFileSync(MESSAGE, join(folder, 'message.hl7'));
  for (const [from, to] of [
    ['ca.pem', 'relais-ca.pem'],
    ['hospital.pem', 'sih.pem'],
    ['hospital.key', 'sih.key'],
  ] as const)
    copyFileSync(join(TLS_FOLDER, from), join(folder, to));
  doors = await openDoors('CH_MODELE', {
    tls: { cert: pem('server.pem'), key: pem('server.key'), ca: pem('ca.pem') },
    clientCertificates: 'required',
    clientNames: ['sih.ch-modele.test'],
  });
});
afterAll(async () => {
  await doors.close();
  rmSync(folder, { recursive: true });
});

/** Runs an example in a folder that holds what it names. @returns what it printed */
async function example(command: string, text: string): Promise<string> {
  const { stdout } = await run(command, ['-c', text], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      RELAIS_URL: doors.url,
      RELAIS_SECRET: HOSPITAL_SECRET,
      RELAIS_HOST: 'localhost',
      RELAIS_MLLP_PORT: String(doors.mllp),
    },
  });
  return stdout;
}

describe('docs/integration.md', () => {
  it('curl signs and is acknowledged; the very bytes are stored', async () => {
    const [curl = ''] = examples('sh');
    expect(await example('bash', curl)).toMatch(/\rMSA\|AA\|/);
    const [kept] = await doors.store.inbox.list({ limit: 1 });
    expect(Buffer.from(kept?.body ?? []).equals(readFileSync(MESSAGE))).toBe(true);
  });

  it('python signs; the same message again is answered the same, and kept once', async () => {
    const [, http = ''] = examples('python');
    expect(await example('python3', http)).toMatch(/\nMSA\|AA\|/);
    expect(await doors.store.inbox.count('undecided')).toBe(1);
  });

  it('python speaks MLLP over TLS with its certificate', async () => {
    const [mllp = ''] = examples('python');
    expect(await example('python3', mllp)).toMatch(/\nMSA\|AA\|/);
  });

  it('the yaml of a source is what the schema takes', () => {
    const [yaml = ''] = examples('yaml');
    const { sources } = parse(yaml) as { sources: unknown[] };
    const rest = {
      environment: 'production',
      account: { homeserver: 'https://matrix.example.fr', directory: 'account' },
      store: { path: 'relais.sqlite' },
      listen: { port: 8080 },
      seal: { key_env: 'RELAIS_SEAL_KEY' },
      people: 'people.yaml',
      equipe: 'equipe.yaml',
    };
    expect(relaisSchema.safeParse({ ...rest, sources }).error?.issues ?? []).toEqual([]);
  });

  it('the snippet of the engine computes the same signature, on stand-ins of its Java objects', async () => {
    const [snippet = ''] = examples('js');
    const body = readFileSync(join(ROOT, 'demo', 'day', '02-jeanne-entree.hl7'), 'utf8');
    const channel = new Map<string, string>();
    class JavaString {
      readonly text: string;
      constructor(text: string) {
        this.text = text;
      }
      getBytes(charset: string): Buffer {
        expect(charset).toBe('UTF-8');
        return Buffer.from(this.text, 'utf8');
      }
    }
    let hmac: ReturnType<typeof createHmac>;
    const mac = {
      init: (key: Buffer) => void (hmac = createHmac('sha256', key)),
      update: (bytes: Buffer) => void hmac.update(bytes),
      doFinal: (bytes: Buffer) => hmac.update(bytes).digest(),
    };
    const javax = {
      crypto: {
        Mac: { getInstance: () => mac },
        spec: {
          SecretKeySpec: function (key: Buffer) {
            return key;
          },
        },
      },
    };
    const java = { lang: { String: JavaString } };
    const hex = { encodeHexString: (bytes: Buffer) => bytes.toString('hex') };
    const packages = { org: { apache: { commons: { codec: { binary: { Hex: hex } } } } } };
    runInNewContext(snippet, {
      java,
      javax,
      Packages: packages,
      configurationMap: new Map([['RELAIS_SECRET', HOSPITAL_SECRET]]),
      connectorMessage: { getRawData: () => body },
      channelMap: { put: (name: string, value: string) => channel.set(name, value) },
    });
    const answer = await fetch(`${doors.url}/v1/hl7v2`, {
      method: 'POST',
      headers: {
        'content-type': 'application/hl7-v2',
        'x-relais-source': 'ch-modele',
        'x-relais-timestamp': channel.get('relaisTimestamp') ?? '',
        'x-relais-signature': channel.get('relaisSignature') ?? '',
      },
      body,
    });
    expect([answer.status, /MSA\|(..)/.exec(await answer.text())?.[1]]).toEqual([200, 'AA']);
  });

  it('from a hospital’s file to a rehearsed transcript with two commands', async () => {
    const day = ['02-jeanne-entree', '08-jeanne-sortie-prevue-lundi', '14-jeanne-sortie'].map((name) =>
      readFileSync(join(ROOT, 'demo', 'day', `${name}.hl7`), 'utf8'),
    );
    const file = join(folder, 'export du lundi.txt');
    writeFileSync(file, `FHS|^~\\&|SIH\rBHS|^~\\&|SIH\r${day.join('\r\n\r\n')}\rBTS|3\rFTS|1\r`);
    const [commands = ''] = examples('');
    const lines = commands.split('\n').filter((line) => line.startsWith('npm run -s relais -- '));
    const [read, rehearse] = await Promise.all(
      lines.map((line) => {
        const args = (line.split(' -- ')[1] ?? '').split('#')[0]?.trim().split(' ') ?? [];
        return runCli(
          args.map((arg) => (arg === 'FILE' ? file : arg)),
          {},
        );
      }),
    );
    expect(read?.code).toBe(0);
    expect(
      read?.out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { acknowledgement: string }).acknowledgement),
    ).toEqual(['AA', 'AA', 'AA']);
    expect(rehearse?.code).toBe(0);
    expect(rehearse?.out).toMatch(/Sortie de l’hôpital — Mme Jeanne ESSAI/);
  });

  it('and relais send does over both doors what the page says', async () => {
    const file = join(folder, 'message.hl7');
    const overHttp = await runCli(['send', '--http', doors.url, '--source', 'ch-modele', file], {
      RELAIS_SECRET: HOSPITAL_SECRET,
    });
    expect(overHttp).toMatchObject({ code: 0, out: expect.stringContaining('1 messages: 1 AA.') as string });
    const [ca, cert, key] = ['relais-ca.pem', 'sih.pem', 'sih.key'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const overMllp = await runCli(
      ['send', '--mllp', `localhost:${doors.mllp}`, '--ca', ca, '--cert', cert, '--key', key, file],
      {},
    );
    expect(overMllp).toMatchObject({ code: 0, out: expect.stringContaining('1 messages: 1 AA.') as string });
  });
});
