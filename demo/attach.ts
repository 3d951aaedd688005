/** A file that a persona joins: encrypted before it is uploaded, as every client does in an encrypted room. */
import { createCipheriv, createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encryptInto } from '../bot/matrix/attachment.ts';
import type { Persona } from './client.ts';

const IV = new Uint8Array(16);

/** What a file of this name holds: the same bytes each time, so that who receives it can be asked for them. */
export function bytesOf({ name, size }: { name: string; size: number }): Uint8Array {
  return new Uint8Array(
    createCipheriv('aes-256-ctr', createHash('sha256').update(name).digest(), IV).update(new Uint8Array(size)),
  );
}

/** @param given what the client says of it, and what `bytesOf` makes the content from */
export async function attach(
  persona: Persona,
  roomId: string,
  { name, mime, size }: { name: string; mime: string; size: number },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'relais-attach-'));
  try {
    const path = join(folder, 'encrypted');
    const clear = async function* (): AsyncGenerator<Uint8Array> {
      yield bytesOf({ name, size });
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
