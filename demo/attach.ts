/** A file that a persona joins: encrypted before it is uploaded, as every client does in an encrypted room. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encryptInto } from '../bot/matrix/attachment.ts';
import type { Persona } from './client.ts';

/** @param given what the client says of it; `size` bytes of nothing are what is sent */
export async function attach(
  persona: Persona,
  roomId: string,
  { name, mime, size }: { name: string; mime: string; size: number },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'relais-attach-'));
  try {
    const path = join(folder, 'encrypted');
    const clear = async function* (): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(size);
    };
    const keys = await encryptInto(path, clear());
    const { content_uri: url } = await persona.client.uploadContent(new Blob([new Uint8Array(await readFile(path))]));
    const msgtype = mime.startsWith('image/') ? 'm.image' : 'm.file';
    const content = { msgtype, body: name, file: { ...keys, url }, info: { mimetype: mime, size } };
    await persona.client.sendMessage(roomId, content as never);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
