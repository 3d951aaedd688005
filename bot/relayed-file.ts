/**
 * A photo or a file that somebody gave in a form, posted again in the request's room: the same encrypted file under its own
 * key, in its original quality. Nothing of it passes through Relais but the event that describes it.
 *
 * Of somebody who is not named, the photo is fetched, what says who took it is taken out, and it becomes a file of Relais with a
 * key of its own: neither its metadata, nor its small picture, nor the homeserver where it was left says who sent it.
 */
import type { Announcement } from '../care/relay/announcement.ts';
import type { Store } from '../care/relay/ports.ts';
import { type Transport, TransportFailure } from '../care/relay/transport.ts';
import { fileNotPassedOn } from '../config/texts/anonymous-files.ts';
import type { FileSource } from './file-delivery.ts';
import { MOST_BYTES } from './filling.ts';
import { withoutMetadata } from './photo-metadata.ts';

/** What is kept of the event that brought it: `m.image` or `m.file`, its name, its encrypted file. */
type GivenFile = { msgtype: string; body: string; file: unknown; info: unknown };

/** @throws when the file is gone; TransportFailure when it cannot be fetched now: the next try fetches it again */
export async function relayedFile(
  { store, transport }: { store: { files: Store['files'] }; transport: Pick<Transport, 'download'> },
  { file: id, name, anonymous }: Extract<Announcement, { kind: 'form-file' }>,
): Promise<FileSource> {
  const stored = await store.files.load<GivenFile>('form-file', id);
  if (!stored) throw new Error(`form-file ${id} is gone`);
  const { msgtype, body, file, info } = stored.state;
  // As the request calls it: an anonymous asker's file has a name of its own.
  if (!anonymous) return { name: name ?? body, msgtype, file, info };
  const called = name ?? 'photo';
  const words = fileNotPassedOn(called);
  const photo = await fetched(transport, { file, info }).then((bytes) => bytes && withoutMetadata(bytes));
  if (!photo) return { words };
  const { w, h } = (info ?? {}) as { w?: unknown; h?: unknown };
  const dimensions = typeof w === 'number' && typeof h === 'number' ? { dimensions: { w, h } } : {};
  return { name: called, ...photo, ...dimensions, most: photo.bytes.length, tooLarge: words };
}

/** @returns undefined when it is not to be had: gone, changed on its way, too large */
async function fetched(
  transport: Pick<Transport, 'download'>,
  content: Record<string, unknown>,
): Promise<Uint8Array | undefined> {
  try {
    return await transport.download(content, { bytes: MOST_BYTES, types: ['image/*'] }, async (file) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of file.bytes()) chunks.push(chunk);
      return Buffer.concat(chunks);
    });
  } catch (error) {
    if (error instanceof TransportFailure && error.kind === 'message') return undefined;
    throw error;
  }
}
