/**
 * kill -9 of `relais serve` in the middle of traffic both ways, then start again: every acknowledged message is one event
 * in its room, in order, encrypted and readable; every line typed while it was down is answered (invariants 1, 2, 3, 4).
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { count } from '../../demo/counting.ts';
import { bodyOf, readByPersona } from '../../demo/cast.ts';
import type { Persona } from '../../demo/client.ts';
import { type Ready, setUp } from '../../demo/setup.ts';
import { adt, type Fields } from '../formats/hl7v2/fixtures.ts';
import { addUp, compare, note } from '../support/kill-figures.ts';

const KILLS = Number(process.env['RELAIS_KILLS'] ?? 5);
const MESSAGES = 12; // per round and patient

let folder: string;
let ready: Ready;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relais-kill-'));
  ready = await setUp({ folder: join(folder, 'demo'), onProgress: () => undefined });
});

afterAll(async () => {
  for (const persona of ready.cast.personas.values()) persona.stop();
  await ready.relais.stop();
  await ready.homeserver.stop();
  await rm(folder, { recursive: true, force: true });
});

it('loses nothing, says nothing twice, keeps the order over kill -9', async () => {
  const claire = persona('claire');
  const patients = ['10001', '10002'];
  const sent = new Map<string, string[]>(patients.map((ipp) => [ipp, []]));
  for (const ipp of patients) await acknowledged(message(ipp, 'A01', 0));
  await ready.relais.quiet(0);
  const direct = await claire.openDirectRoom(ready.bot);
  await claire.seen((e) => e.sender === ready.bot && bodyOf(e).startsWith('Bonjour'));

  let n = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const bursts = patients.map(async (ipp) => {
      for (let i = 0; i < MESSAGES; i += 1) {
        const number = n + i + 1;
        await acknowledged(message(ipp, 'A02', number));
        sent.get(ipp)?.push(minuteOf(number));
      }
    });
    const line = claire.say(direct, `annuaire tour${round}`);
    // Killed at another moment of each burst: between the acknowledgement, the decision, the send and its record.
    const kill = (async (): Promise<void> => {
      await ready.relais.post(message('10003', 'A01', round + 1), '/v1/hl7v2').catch(() => undefined);
      for (let turns = 0; turns < round * 3; turns += 1) await ready.relais.metrics().catch(() => undefined);
      await ready.relais.kill();
      await ready.relais.start();
    })();
    await Promise.all([...bursts, line, kill]);
    n += MESSAGES;
  }
  await ready.relais.quiet(0);
  for (let round = 0; round < KILLS; round += 1) {
    await claire.seen((e) => e.sender === ready.bot && bodyOf(e).includes(`tour${round}`), 60_000);
  }
  const wantedOf = (ipp: string): string[] => sent.get(ipp) ?? [];
  for (const ipp of patients)
    await claire
      .until(`all of ${ipp}`, () => transfers(claire, ipp).length >= wantedOf(ipp).length, 60_000)
      .catch(() => undefined); // what is missing is counted below
  const figures = await count(ready.cast, ready.bot);
  const compared = addUp(
    patients.map((ipp) => ({
      kills: 0,
      messages: wantedOf(ipp).length,
      undecryptable: 0,
      ...compare(wantedOf(ipp), transfers(claire, ipp)),
    })),
  );
  note({ ...compared, kills: KILLS, undecryptable: figures.undecryptable });
  for (const ipp of patients) expect(transfers(claire, ipp)).toEqual(wantedOf(ipp));
  expect(figures).toMatchObject({ undecryptable: 0, clearTextInEncryptedRooms: 0, duplicates: 0, outOfOrder: 0 });
  const log = await readFile(join(ready.folder, 'relais.log'), 'utf8');
  expect(log).not.toMatch(/FICTIVE|INVENTEE|NOMBIS|19610704|04.07.1961/);
});

function persona(id: string): Persona {
  const found = ready.cast.personas.get(id);
  if (!found) throw new Error(`${id} is not here`);
  return found;
}

/** As a hospital's engine does: the same bytes again until they are acknowledged. */
async function acknowledged(body: Uint8Array): Promise<void> {
  for (;;) {
    const answer = await ready.relais.post(body, '/v1/hl7v2').catch(() => undefined);
    if (answer?.status === 200 && answer.body.includes('MSA|AA')) return;
    if (answer && answer.status < 500 && answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`);
  }
}

const two = (x: number): string => String(x).padStart(2, '0');

/** Each message has its own minute, so that a reader's text tells which one it is. */
function minuteOf(number: number): string {
  return `${8 + Math.floor(number / 60)}h${number % 60 === 0 ? '' : two(number % 60)}`;
}

function message(ipp: string, trigger: string, number: number): Uint8Array {
  const at = `20261126${two(8 + Math.floor(number / 60))}${two(number % 60)}00`;
  const names: Record<string, string> = { '10001': 'FICTIVE^Lucie', '10002': 'INVENTEE^Rose', '10003': 'NOMBIS^Zoe' };
  const over: Fields = {
    MSH: { 4: 'CH_MODELE', 7: at, 10: `K${ipp}-${trigger}-${number}` },
    EVN: { 2: at, 6: at },
    PID: { 3: `${ipp}^^^CH_MODELE&1.2.250.1.999.1&ISO^PI`, 5: `${names[ipp] ?? ''}^^^^^L`, 18: '' },
    PV1: { 3: '4521^1^1^CH_MODELE', 19: `V${ipp}^^^CH_MODELE^VN` },
    ZBE: { 1: `M${ipp}-${trigger}-${number}^CH_MODELE^1.2.250.1.999.5^ISO`, 2: at, 7: 'Med^^^^^CH_MODELE^UF^^^4521' },
  };
  return new TextEncoder().encode(adt(trigger, over));
}

/** The minutes of the transfers that this person read of one patient, in the server's order. */
function transfers(reader: Persona, ipp: string): string[] {
  const name = { '10001': 'FICTIVE', '10002': 'INVENTEE' }[ipp] ?? '';
  return readByPersona(reader, ready.bot)
    .filter(
      (e) => e.replaces === undefined && bodyOf(e).startsWith('Changement de service') && bodyOf(e).includes(name),
    )
    .flatMap((e) => /à (\d+h\d*)/.exec(bodyOf(e))?.[1] ?? []);
}
