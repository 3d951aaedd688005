/**
 * Two scenarios that `relais rehearse` plays offline, on a real Synapse with real clients: a polygraphy in its stages, and the
 * ECG of a Friday. And what only a homeserver can prove of them: the cardiologist decrypts the very bytes of the photo, so
 * does the colleague to whom it is handed over; whoever leaves a room sees nothing that they cannot read; the server has
 * neither a photo nor a name. (scenarios.long.test.ts plays ten.)
 */
import { Attachment, EncryptedAttachment } from '@matrix-org/matrix-sdk-crypto-wasm';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EncryptedFile } from '../../care/relay/transport.ts';
import { scenarioSchema } from '../../config/schema/scenario.ts';
import { bytesOf } from '../../demo/attach.ts';
import { readByPersona } from '../../demo/cast.ts';
import type { Persona, SeenEvent } from '../../demo/client.ts';
import { count } from '../../demo/counting.ts';
import { play } from '../../demo/play.ts';
import { type Ready, setUp } from '../../demo/setup.ts';
import { clearMessages, searchFiles } from '../support/leaks.ts';
import { pdfText } from '../support/pdf-text.ts';

const FOLDER = resolve(import.meta.dirname, '..', '..', 'config', 'scenarios');
const ECG = join(FOLDER, 'ecg-du-vendredi.yaml');

let folder: string;
let ready: Ready;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relais-ecg-'));
  const present = ['claire', 'marc', 'ines', 'bruno', 'camille', 'suzanne', 'nadia', 'paul', 'sophie'];
  ready = await setUp({ folder: join(folder, 'demo'), scenario: ECG, present, onProgress: () => undefined });
});

afterAll(async () => {
  for (const persona of ready.cast.personas.values()) persona.stop();
  await ready.relais.stop();
  await ready.homeserver.stop();
  await rm(folder, { recursive: true, force: true });
});

test.each(['polygraphie', 'ecg-du-vendredi'])('%s', async (name) => {
  const scenario = scenarioSchema.parse(parse(await readFile(join(FOLDER, `${name}.yaml`), 'utf8')));
  await ready.relais.clock(scenario.start);
  const transcript = { flush: () => undefined, note: () => undefined };
  // Killed before it is asked, which it reads when it is back; and in the middle of a form, which goes on with its photo.
  const beforeStep = async (index: number): Promise<void> => {
    const step = scenario.steps[index];
    if (!step) return;
    const asked = 'says' in step && step.says.includes('!avis cardio');
    if (asked || 'attaches' in step) await ready.relais.kill();
    if (!asked && ready.relais.pid() === undefined) await ready.relais.start();
  };
  await play({ ...ready, folder: FOLDER, transcript, beforeStep }, scenario);
});

test('who takes it decrypts the bytes that were taken in photo, and so does who takes it over', async () => {
  const ecg = { name: 'ecg.jpg', size: 300_000 };
  const bloc = { name: 'bloc.jpg', size: 120_000 };
  for (const [id, photo] of [
    ['ines', ecg],
    ['ines', bloc],
    ['bruno', bloc],
  ] as const) {
    const [relayed, ...twice] = filesOf(id, photo.name);
    expect(twice).toEqual([]);
    expect(relayed).toMatchObject({ encrypted: true, content: { msgtype: 'm.image' } });
    expect(Buffer.from(await opened(persona(id), relayed)).equals(bytesOf(photo))).toBe(true);
  }
  expect(filesOf('bruno', ecg.name)).toEqual([]);
});

test('the asker and the médecin traitant open the report of the same answer', async () => {
  for (const id of ['marc', 'claire']) {
    const reports = filesOf(id, /^compte-rendu-D-\w+\.pdf$/);
    const texts = await Promise.all(reports.map(async (one) => pdfText(await opened(persona(id), one)).text));
    const [text, ...others] = texts.filter((one) => one.includes('Pas de contre-indication'));
    expect(text).toContain('Mme Odile MODELE');
    expect(text).toContain('ecg.jpg');
    expect(others).toEqual([]);
  }
});

test('nothing was unreadable, in clear, or said twice; the server has no name and no photo', async () => {
  const figures = await count(ready.cast, ready.bot);
  expect(figures).toMatchObject({ undecryptable: 0, clearTextInEncryptedRooms: 0, duplicates: 0, outOfOrder: 0 });
  expect(figures.requestsAnswered).toBe(3);
  const { looked, found } = searchFiles(
    ready.folder,
    /odile|exemple jean|12\/05\/1941|1941-05-12|ecg\.jpg|bloc de branche|ronflements|somnolence/i,
  );
  expect(looked).toContain('homeserver.db');
  expect(found).toEqual([]);
  expect(clearMessages(join(ready.folder, 'homeserver'))).toBe(0);
});

function persona(id: string): Persona {
  const found = ready.cast.personas.get(id);
  if (!found) throw new Error(`${id} is not here`);
  return found;
}

/** Files of this name that the bot gave to this person, in the order of their arrival. */
function filesOf(id: string, name: string | RegExp): SeenEvent[] {
  return readByPersona(persona(id), ready.bot).filter((event) => {
    const body = String(event.content['body']);
    return 'file' in event.content && (typeof name === 'string' ? body === name : name.test(body));
  });
}

/** As this person's client does: downloaded with their account, opened with the key of the event. */
async function opened(reader: Persona, event: SeenEvent | undefined): Promise<Uint8Array> {
  const file = event?.content['file'] as EncryptedFile;
  const url = reader.client.mxcUrlToHttp(file.url, undefined, undefined, undefined, false, true, true) ?? '';
  const answer = await fetch(url, { headers: { authorization: `Bearer ${reader.client.getAccessToken() ?? ''}` } });
  const stored = new Uint8Array(await answer.arrayBuffer());
  return Attachment.decrypt(new EncryptedAttachment(stored, JSON.stringify(file)));
}
