/** The photo of an anonymous asker on its way out: neither lost nor sent twice, whatever fails. */
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { emptyDecision } from '../../care/relay/decision.ts';
import { TransportFailure } from '../../care/relay/transport.ts';
import { openSendingBench } from '../support/sending.ts';
import { JPEG_PICTURE, jpegPhoto } from './photos.ts';

const A = 'group:a';
const announcement = { kind: 'form-file', file: 'F1', name: 'photo-1.jpg', anonymous: true } as const;

it('is fetched again after each failure, and stands once in the room', async () => {
  const bench = await openSendingBench();
  const { transport, store, clocks } = bench;
  const { file, size } = await transport.upload(Readable.from([jpegPhoto(6)]), 1_000_000);
  const state = { msgtype: 'm.image', body: 'a.jpg', file, info: { mimetype: 'image/jpeg', size } };
  await store.commit(
    { ...emptyDecision(), files: [{ kind: 'form-file', id: 'F1', version: 0, state }] },
    clocks.civil(),
  );
  await bench.say(A, { text: '', announcement }, 'after');
  const download = transport.download.bind(transport);
  const upload = transport.upload.bind(transport);
  const failed: string[] = [];
  const once = (what: string): void => {
    if (failed.includes(what)) return;
    failed.push(what);
    throw new TransportFailure('transient', what);
  };
  transport.download = async (content, limits, use) => {
    once('download');
    return download(content, limits, use);
  };
  transport.upload = async (bytes, limit) => {
    once('upload');
    return upload(bytes, limit);
  };
  bench.fault = async (put, really) => {
    const id = await really();
    if (put.body === 'photo-1.jpg' && !failed.includes('answer')) {
      failed.push('answer');
      throw new TransportFailure('ambiguous', 'reset');
    }
    return id;
  };
  for (let n = 0; n < 6; n += 1) {
    await bench.drain();
    if (n === 2) bench.restart();
    clocks.advance(60_000);
  }
  expect(failed).toEqual(['download', 'upload', 'answer']);
  expect(await bench.read(A)).toEqual(['photo-1.jpg', 'after']);
  const matrixId = (await store.rooms.get(A))?.matrixId ?? '';
  const event = transport.rooms.get(matrixId)?.events.find((one) => one.content['msgtype'] === 'm.image');
  const bytes = await download(event?.content ?? {}, { bytes: 1_000_000, types: ['image/*'] }, async (photo) =>
    Buffer.concat(await Array.fromAsync(photo.bytes())),
  );
  expect(bytes.includes(JPEG_PICTURE)).toBe(true);
  expect(bytes.includes('GPS')).toBe(false);
});

it('that the homeserver no longer has, or not whole, is said to be missing; the lane goes on', async () => {
  const bench = await openSendingBench();
  const { store, clocks } = bench;
  const file = { v: 'v2', url: 'mxc://elsewhere/gone' };
  const state = { msgtype: 'm.image', body: 'a.jpg', file, info: { mimetype: 'image/jpeg' } };
  await store.commit(
    { ...emptyDecision(), files: [{ kind: 'form-file', id: 'F1', version: 0, state }] },
    clocks.civil(),
  );
  await bench.say(A, { text: '', announcement }, 'after');
  await bench.drain();
  expect(await bench.read(A)).toEqual([expect.stringContaining('« photo-1.jpg » n’est pas transmis'), 'after']);
});
