/**
 * The homeserver's media: only ciphertext goes up and comes down, through the authenticated API. A file passes by a
 * temporary one, still encrypted: its length is known before it is sent, and its hash before it is used.
 */
import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TransportFailure } from '../../care/relay/transport.ts';
import type { Transport } from '../../care/relay/transport.ts';
import { atMost, checkHash, decryptFrom, encryptInto, readEncryptedFile } from './attachment.ts';
import { refused, unanswered } from './http.ts';

export type Media = Pick<Transport, 'upload' | 'download'>;

export type MediaOptions = {
  homeserver: string;
  /** The access token to use now. */
  token: () => Promise<string>;
};

const TIMEOUT_MS = 120_000;
/** Server and media id have no other characters; anything else could point at another path of the server. */
const MXC = /^mxc:\/\/([A-Za-z0-9.:[\]-]+)\/([A-Za-z0-9_-]+)$/;

export function openMedia({ homeserver, token }: MediaOptions): Media {
  const base = homeserver.replace(/\/+$/, '');

  async function ask(what: string, path: string, init: RequestInit): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(`${base}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/octet-stream' },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error', // a redirect would carry the token elsewhere
      });
    } catch (error) {
      throw unanswered(what, error);
    }
    if (answer.ok) return answer;
    const failure = refused(what, answer.status, answer.headers, await answer.text().catch(() => ''), 'message');
    // What a room would mean by it, a file does not: this file is not to be had, or not to be given.
    throw failure.kind === 'room' ? new TransportFailure('message', failure.message) : failure;
  }

  /** Asked first: a homeserver cuts the connection on what is too large, which would look like a network that breaks. */
  async function checkSize(size: number): Promise<void> {
    const answer = await ask('GET /media/config', '/_matrix/client/v1/media/config', { method: 'GET' });
    const { 'm.upload.size': most } = (await answer.json()) as { 'm.upload.size'?: unknown };
    if (typeof most === 'number' && size > most)
      throw new TransportFailure('message', `the file is larger than the homeserver takes (${most} bytes)`);
  }

  return {
    upload: (bytes, limit) =>
      withFolder(async (folder) => {
        const path = join(folder, 'encrypted');
        const keys = await encryptInto(path, atMost(bytes, limit));
        const { size } = await stat(path);
        await checkSize(size);
        // Neither its name nor its type: the server has no need to know what it keeps.
        const init = { method: 'POST', body: await openAsBlob(path) };
        const answer = await ask('POST /media/upload', '/_matrix/media/v3/upload', init);
        const { content_uri: url } = (await answer.json()) as { content_uri?: unknown };
        if (typeof url !== 'string' || !MXC.test(url))
          throw new TransportFailure('ambiguous', 'POST /media/upload: the answer names no media');
        return { file: { ...keys, url }, size };
      }),

    async download(content, limits, use) {
      const file = readEncryptedFile(content['file']);
      const [, server = '', id = ''] = MXC.exec(file.url) ?? [];
      if (id === '') throw new TransportFailure('message', 'the file’s address is not one of Matrix');
      const type = declaredType(content);
      if (!limits.types.some((wanted) => accepts(wanted, type)))
        throw new TransportFailure('message', 'a file of this type is not accepted');
      return withFolder(async (folder) => {
        const path = join(folder, 'encrypted');
        const where = `/_matrix/client/v1/media/download/${encodeURIComponent(server)}/${id}`;
        const { body } = await ask('GET /media/download', where, { method: 'GET' });
        if (body === null) throw new TransportFailure('message', 'the file is empty');
        await pipeline(atMost(whole(body), limits.bytes), createWriteStream(path, { mode: 0o600, flags: 'wx' }));
        await checkHash(path, file);
        return use({ type, size: (await stat(path)).size, bytes: () => decryptFrom(path, file) });
      });
    },
  };
}

/** A body that breaks off is the network's fault, not the file's. */
async function* whole(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw unanswered('GET /media/download', error);
  }
}

/** As its sender declares it: it is a claim, to choose by, never to trust. */
function declaredType(content: Record<string, unknown>): string {
  const { mimetype } = (content['info'] ?? {}) as { mimetype?: unknown };
  const type = typeof mimetype === 'string' ? mimetype.split(';')[0]?.trim().toLowerCase() : undefined;
  return type ?? 'application/octet-stream';
}

/** @param wanted `image/*` or `application/pdf` */
function accepts(wanted: string, type: string): boolean {
  return wanted.endsWith('/*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'relais-media-')); // 0700
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
