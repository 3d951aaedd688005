/** Files both ways on a real homeserver, with people whose client encrypts and decrypts by the crypto library. */
import { Attachment, EncryptedAttachment } from '@matrix-org/matrix-sdk-crypto-wasm';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { beforeAll, expect, test } from 'vitest';
import type { EncryptedFile } from '../../care/relay/transport.ts';
import type { Persona } from '../../demo/client.ts';
import { useHomeserver } from '../support/homeserver.ts';
import type { RunningBot } from '../support/homeserver.ts';
import { joined, patientRoom, readBy } from '../support/rooms.ts';

const bench = useHomeserver();
const IMAGES = { bytes: 1_000_000, types: ['image/*', 'application/pdf'] };
let bot: RunningBot;
let claire: Persona;
let roomId: string;

beforeAll(async () => {
  const { directory } = await bench.bot('relais');
  [bot, claire] = [await bench.run(directory), await bench.persona('claire')];
  roomId = await bot.transport.createRoom(patientRoom('r-media', [claire.userId]));
  await joined(claire, roomId);
});

/** As her client does: encrypted on the phone, uploaded, then the key in an encrypted event. */
async function sendImage(
  clear: Uint8Array,
  change: (encrypted: Uint8Array) => void = () => undefined,
): Promise<string> {
  const made = Attachment.encrypt(clear);
  const encrypted = new Uint8Array(made.encryptedData);
  change(encrypted);
  const { content_uri: url } = await claire.client.uploadContent(new Blob([encrypted]));
  const file = { ...(JSON.parse(made.mediaEncryptionInfo ?? '') as EncryptedFile), url };
  const content = { msgtype: 'm.image', body: 'ecg.jpg', file, info: { mimetype: 'image/jpeg', size: clear.length } };
  return (await claire.client.sendMessage(roomId, content as never)).event_id;
}

async function whole(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const leftOver = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('relais-media-'));

test('a person’s encrypted image is read by the bot, and leaves nothing on the disk', async () => {
  const ecg = randomBytes(700_001);
  const before = leftOver();
  const { content, encrypted } = await readBy(bot, roomId, await sendImage(ecg));
  expect(encrypted).toBe(true);
  const got = await bot.transport.download(content, IMAGES, async (file) => {
    expect(file).toMatchObject({ type: 'image/jpeg', size: ecg.length });
    return whole(file.bytes());
  });
  expect(got.equals(ecg)).toBe(true);
  expect(leftOver().filter((name) => !before.includes(name))).toEqual([]);
});

test('what was changed on its way, is too large or of another type is never handed over', async () => {
  const used = async (): Promise<never> => {
    throw new Error('it was handed over');
  };
  const changed = await sendImage(randomBytes(1_000), (encrypted) => {
    encrypted[500] = (encrypted[500] ?? 0) ^ 1;
  });
  const { content } = await readBy(bot, roomId, changed);
  await expect(bot.transport.download(content, IMAGES, used)).rejects.toThrow('its hash differs');

  const sound = (await readBy(bot, roomId, await sendImage(randomBytes(1_000)))).content;
  await expect(bot.transport.download(sound, { ...IMAGES, bytes: 999 }, used)).rejects.toMatchObject({
    kind: 'message',
  });
  await expect(bot.transport.download(sound, { ...IMAGES, types: ['application/pdf'] }, used)).rejects.toThrow('type');
  const elsewhere = { ...sound, file: { ...(sound['file'] as EncryptedFile), url: 'mxc://relais.test/../../v3/sync' } };
  await expect(bot.transport.download(elsewhere, IMAGES, used)).rejects.toThrow('address');
  const gone = { ...sound, file: { ...(sound['file'] as EncryptedFile), url: 'mxc://relais.test/nothing' } };
  await expect(bot.transport.download(gone, IMAGES, used)).rejects.toMatchObject({ kind: 'message' });
});

test('a PDF of the bot is decrypted by a person; the server has neither its name nor its bytes', async () => {
  const letter = Buffer.concat([Buffer.from('%PDF-1.7 Mme MARTINEAU '), randomBytes(300_000)]);
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < letter.length; at += 65_536) yield letter.subarray(at, at + 65_536);
  };
  const { file, size } = await bot.transport.upload(pieces(), 1_000_000);
  expect(size).toBe(letter.length);
  const content = { msgtype: 'm.file', body: 'lettre.pdf', file, info: { mimetype: 'application/pdf', size } };
  const eventId = await bot.transport.send(roomId, 'm.room.message', content, 'media-1', true);
  const seen = await claire.seen((event) => event.eventId === eventId && event.failure === undefined);
  expect(seen.encrypted).toBe(true);

  const received = seen.content['file'] as EncryptedFile;
  const url = claire.client.mxcUrlToHttp(received.url, undefined, undefined, undefined, false, true, true) ?? '';
  const withoutToken = await fetch(url.replace('/_matrix/client/v1/media/', '/_matrix/media/v3/'));
  expect(withoutToken.status).toBe(404); // the old, open address gives nothing
  const answer = await fetch(url, { headers: { authorization: `Bearer ${claire.client.getAccessToken() ?? ''}` } });
  expect(answer.headers.get('content-type')).toBe('application/octet-stream');
  expect(answer.headers.get('content-disposition') ?? '').not.toContain('lettre');
  const stored = new Uint8Array(await answer.arrayBuffer());
  expect(Buffer.from(stored).includes('MARTINEAU')).toBe(false);
  const clear = Attachment.decrypt(new EncryptedAttachment(stored, JSON.stringify(received)));
  expect(Buffer.from(clear).equals(letter)).toBe(true);
});

test('a file larger than the limit, or than the homeserver takes, is refused as the message’s fault', async () => {
  const zeros = async function* (size: number): AsyncGenerator<Uint8Array> {
    for (let sent = 0; sent < size; sent += 65_536) yield new Uint8Array(65_536);
  };
  await expect(bot.transport.upload(zeros(200_000), 100_000)).rejects.toMatchObject({ kind: 'message' });
  await expect(bot.transport.upload(zeros(21 << 20), 1 << 30)).rejects.toMatchObject({ kind: 'message' });
});
