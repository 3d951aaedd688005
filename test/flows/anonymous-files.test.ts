/** What somebody who is not named sends: the taker has the picture, and nothing that says whose it is. */
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { JPEG_PICTURE, jpegPhoto, PNG_PICTURE, pngPhoto, TELLS } from '../bot/photos.ts';
import { offer } from '../request/offers.ts';
import { openWard, type Ward } from './stage.ts';

const peau = (anonymous: string): ReturnType<typeof offer> =>
  offer(`
id: avis-peau
title: Avis peau
family: avis
words: [peau]
ask: { who: [medecin-traitant], consent: not-needed, anonymous: ${anonymous}, urgent: accept }
about: nobody
form:
  - { key: question, type: text, required: true, share: before }
  - { key: photos, type: file, most: 3, accept: [image/*, application/pdf] }
to: { group: avis-cardiologie, dispatch: first-accept }
answer: { form: [{ key: avis, type: text, required: true }, { key: schema, type: file, required: true }] }
`);

const last = (ward: Ward, id = 'mt'): string => ward.bodies(id).at(-1) ?? '';
const code = (ward: Ward): string => /D-\w+/.exec(last(ward, 'cardio1'))?.[0] ?? '';
async function says(ward: Ward, ...all: string[]): Promise<void> {
  for (const one of all) await ward.types('mt', one);
}

/** As a client sends it: with a small picture of its own, where the sender's homeserver keeps it. @returns its address */
async function sends(ward: Ward, id: string, bytes: Uint8Array, mimetype: string): Promise<string> {
  const { file, size } = await ward.transport.upload(Readable.from([bytes]), 1_000_000);
  const small = await ward.transport.upload(Readable.from([jpegPhoto()]), 1_000_000);
  const info = { mimetype, size, w: 24, h: 16, thumbnail_file: small.file, 'org.example.device': 'iPhone de Claire' };
  const msgtype = mimetype.startsWith('image/') ? 'm.image' : 'm.file';
  const content = { msgtype, body: 'cabinet-du-Dr-mt.jpg', file, info };
  ward.transport.type(await ward.direct(`@${id}:test`), `@${id}:test`, content);
  await ward.settle();
  return file.url;
}

type Content = Record<string, unknown>;
const read = (ward: Ward, id: string): Content[] => ward.readBy(`@${id}:test`).map((h) => h.event.content);
const images = (ward: Ward, id: string): Content[] => read(ward, id).filter((c) => c['msgtype'] === 'm.image');
async function bytesOf(ward: Ward, content: Content): Promise<Buffer> {
  const limits = { bytes: 1_000_000, types: ['image/*'] };
  return ward.transport.download(content, limits, async (file) => Buffer.concat(await Array.fromAsync(file.bytes())));
}

describe('photos of an anonymous asker', () => {
  it('arrive once, as they look, under a key of their own, and say nothing of who took them', async () => {
    const ward = await openWard({ offers: [peau('always')] });
    await says(ward, 'avis peau', 'Tache du dos');
    const sent = [
      await sends(ward, 'mt', jpegPhoto(6), 'image/jpeg'),
      await sends(ward, 'mt', pngPhoto(), 'image/png'),
    ];
    await says(ward, 'fini', 'oui');
    await ward.types('cardio1', `prendre ${code(ward)}`);
    const got = images(ward, 'cardio1');
    expect(got.map((c) => c['body'])).toEqual(['document-1.jpg', 'document-2.jpg']);
    for (const tell of [...sent, 'thumbnail', 'iPhone', 'cabinet']) expect(JSON.stringify(got)).not.toContain(tell);
    expect(got[0]?.['info']).toMatchObject({ mimetype: 'image/jpeg', w: 24, h: 16 });
    const [jpeg, png] = await Promise.all(got.map((content) => bytesOf(ward, content)));
    for (const tell of TELLS) expect(`${jpeg?.toString('latin1')}${png?.toString('latin1')}`).not.toContain(tell);
    expect(jpeg?.includes(JPEG_PICTURE)).toBe(true);
    expect(png?.includes(PNG_PICTURE)).toBe(true);
    await ward.close();
  });

  it('that are no photo, whatever they call themselves, are not passed on: the taker reads why', async () => {
    const ward = await openWard({ offers: [peau('always')] });
    await says(ward, 'avis peau', 'Tache du dos');
    await sends(ward, 'mt', Buffer.from('\0\0\0\x18ftypheic GPS'), 'image/jpeg');
    await says(ward, 'fini', 'oui');
    await ward.types('cardio1', `prendre ${code(ward)}`);
    expect(images(ward, 'cardio1')).toEqual([]);
    expect(ward.bodies('cardio1').join()).toContain('« document-1.jpg » n’est pas transmis');
    await ward.close();
  });

  it('a PDF, a HEIC are not taken, and what to send instead is said', async () => {
    const ward = await openWard({ offers: [peau('always')] });
    await says(ward, 'avis peau', 'Tache du dos');
    for (const mime of ['application/pdf', 'image/heic']) {
      await sends(ward, 'mt', Buffer.from('/Author (Claire)'), mime);
      expect(last(ward), mime).toContain('Ce fichier peut dire qui vous êtes');
    }
    await says(ward, 'passer', 'oui');
    expect(last(ward, 'cardio1')).toContain('Tache du dos');
    await ward.close();
  });

  it('where one chooses: a PDF stops at sending, and goes as it is once the name is given', async () => {
    const ward = await openWard({ offers: [peau('default')] });
    await says(ward, 'avis peau', 'Tache du dos');
    const url = await sends(ward, 'mt', Buffer.from('/Author (Claire)'), 'application/pdf');
    await says(ward, 'fini', 'oui', 'oui');
    expect(last(ward)).toContain('« Anonyme » pour donner votre nom');
    expect(ward.bodies('cardio1')).toEqual([]);
    await says(ward, '3', 'non', 'oui');
    await ward.types('cardio1', `prendre ${code(ward)}`);
    expect(JSON.stringify(read(ward, 'cardio1'))).toContain(url);
    await ward.close();
  });

  it('what the one who answers sends is not touched: they are named', async () => {
    const ward = await openWard({ offers: [peau('always')] });
    await says(ward, 'avis peau', 'Tache du dos', 'passer', 'oui');
    const asked = code(ward);
    await ward.types('cardio1', `prendre ${asked}`);
    await ward.types('cardio1', `repondre ${asked}`);
    await ward.types('cardio1', 'Bénin');
    const url = await sends(ward, 'cardio1', Buffer.from('/Author (cardio1)'), 'application/pdf');
    await ward.types('cardio1', 'oui');
    await ward.types('cardio1', 'oui');
    expect(JSON.stringify(read(ward, 'cardio1').filter((c) => c['msgtype'] === 'm.file'))).toContain(url);
    await ward.close();
  });
});
