/**
 * The photo of an anonymous asker on a real homeserver, with clients that encrypt and decrypt by the crypto library: the taker
 * sees the same picture, under another key and another address, without what says who took it.
 */
import { Attachment, EncryptedAttachment } from '@matrix-org/matrix-sdk-crypto-wasm';
import { expect, test } from 'vitest';
import { emptyDecision } from '../../care/relay/decision.ts';
import type { OutboxItem } from '../../care/relay/ports.ts';
import type { EncryptedFile } from '../../care/relay/transport.ts';
import { fileContent } from '../../bot/file-delivery.ts';
import { openStore } from '../../store/open.ts';
import { clocks, countingIds, sealer } from '../store/fixtures.ts';
import { useHomeserver } from '../support/homeserver.ts';
import { joined, patientRoom, readBy } from '../support/rooms.ts';
import { JPEG_PICTURE, jpegPhoto, TELLS } from './photos.ts';

const bench = useHomeserver();

test('who takes it decrypts the same picture, and reads nothing of who took it', async () => {
  const { directory } = await bench.bot('relais');
  const [bot, claire, bruno] = [
    await bench.run(directory),
    await bench.persona('claire'),
    await bench.persona('bruno'),
  ];
  const [asks, takes] = [
    await bot.transport.createRoom(patientRoom('r-asks', [claire.userId])),
    await bot.transport.createRoom(patientRoom('r-takes', [bruno.userId])),
  ];
  await joined(claire, asks);
  await joined(bruno, takes);
  const made = Attachment.encrypt(new Uint8Array(jpegPhoto(6)));
  const { content_uri: url } = await claire.client.uploadContent(new Blob([new Uint8Array(made.encryptedData)]));
  const file = { ...(JSON.parse(made.mediaEncryptionInfo ?? '') as EncryptedFile), url };
  const info = { mimetype: 'image/jpeg', size: jpegPhoto(6).length, w: 24, h: 16, thumbnail_file: file };
  const sent = await claire.client.sendMessage(asks, { msgtype: 'm.image', body: 'cabinet.jpg', file, info } as never);
  const { content } = await readBy(bot, asks, sent.event_id);

  const store = await openStore({ path: ':memory:', sealer, clocks, ids: countingIds() });
  await store.commit({ ...emptyDecision(), files: [{ kind: 'form-file', id: 'F1', version: 0, state: content }] }, 0);
  const announcement = { kind: 'form-file', file: 'F1', name: 'photo-1.jpg', anonymous: true } as const;
  const item = { announcement, deliveryId: 'd1', seq: 1, ring: [], room: 'request:D-1' } as unknown as OutboxItem;
  const passedOn = await fileContent({ store, transport: bot.transport }, item, {
    threadRoot: undefined,
    replyTo: undefined,
  });
  await bot.transport.send(takes, 'm.room.message', passedOn ?? {}, 'anonymous-photo', true);
  await store.close();

  const seen = await bruno.seen((e) => e.content['msgtype'] === 'm.image', 60_000);
  expect(seen.encrypted).toBe(true);
  for (const tell of [url, 'cabinet', 'thumbnail', claire.userId])
    expect(JSON.stringify(seen.content)).not.toContain(tell);
  const got = seen.content['file'] as EncryptedFile;
  const where = bruno.client.mxcUrlToHttp(got.url, undefined, undefined, undefined, false, true, true) ?? '';
  const answer = await fetch(where, { headers: { authorization: `Bearer ${bruno.client.getAccessToken() ?? ''}` } });
  const stored = new EncryptedAttachment(new Uint8Array(await answer.arrayBuffer()), JSON.stringify(got));
  const clear = Buffer.from(Attachment.decrypt(stored));
  expect(clear.includes(JPEG_PICTURE)).toBe(true);
  for (const tell of TELLS) expect(clear.includes(tell), tell).toBe(false);
});
