import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { openHttp } from '../../bot/matrix/http.ts';
import type { Concern } from '../../bot/matrix/http.ts';
import { TransportFailure } from '../../care/relay/transport.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

const answers =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

async function failureOf(url: string, concern?: Concern, timeoutMs = 5_000): Promise<TransportFailure> {
  const call = { body: { secret: 'Dupont' }, timeoutMs, ...(concern !== undefined && { concern }) };
  const failure = await openHttp(url, 'syt_token')
    .json('PUT', ['rooms', '!r', 'send', 'm.room.message', 'txn'], call)
    .catch((error: unknown) => error);
  if (!(failure instanceof TransportFailure)) throw new Error(`not a TransportFailure: ${String(failure)}`);
  return failure;
}

describe('what went wrong on the wire', () => {
  it.each<[number, unknown, Concern | undefined, string]>([
    [429, { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 1500 }, 'message', 'transient'],
    [500, { errcode: 'M_UNKNOWN' }, 'message', 'transient'],
    [502, '<html>bad gateway</html>', 'message', 'transient'],
    [504, '<html>gateway time-out</html>', 'message', 'ambiguous'],
    [413, { errcode: 'M_TOO_LARGE' }, 'message', 'message'],
    [400, { errcode: 'M_BAD_JSON' }, 'message', 'message'],
    [403, { errcode: 'M_FORBIDDEN' }, 'message', 'room'],
    [404, { errcode: 'M_NOT_FOUND' }, 'message', 'room'],
    [403, { errcode: 'M_FORBIDDEN' }, 'room', 'room'],
    [404, { errcode: 'M_NOT_FOUND' }, 'room', 'room'],
    [401, { errcode: 'M_UNKNOWN_TOKEN' }, 'message', 'account'],
    [403, { errcode: 'M_USER_DEACTIVATED' }, 'room', 'account'],
    [400, { errcode: 'M_UNKNOWN' }, undefined, 'transient'],
  ])('%i %j about a %s is %s', async (status, body, concern, kind) => {
    const failure = await failureOf(await serve(answers(status, body)), concern);
    expect(failure.kind).toBe(kind);
    expect(failure.message).not.toMatch(/Dupont|syt_token|txn/);
  });

  it('says how long to wait, from the body or from the header', async () => {
    expect(
      (await failureOf(await serve(answers(429, { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 1500 })))).retryAfterMs,
    ).toBe(1500);
    server?.close();
    expect((await failureOf(await serve(answers(429, '', { 'retry-after': '3' })))).retryAfterMs).toBe(3000);
  });

  it('a refused connection is transient: nothing left', async () => {
    const url = await serve(answers(200, {}));
    await new Promise((closed) => server?.close(closed));
    expect(await failureOf(url, 'message')).toMatchObject({ kind: 'transient', scope: 'homeserver' });
  });

  it.each([
    [429, 'homeserver'],
    [502, 'homeserver'],
    [503, 'homeserver'],
    [401, 'homeserver'],
    [500, 'call'],
    [504, 'call'],
    [403, 'call'],
  ])('%i concerns the %s', async (status, scope) => {
    expect((await failureOf(await serve(answers(status, {})), 'message')).scope).toBe(scope);
  });

  it('a reset and a time-out after the request left are ambiguous', async () => {
    const reset = await serve((request) => request.on('data', () => request.socket.resetAndDestroy()));
    expect((await failureOf(reset, 'message')).kind).toBe('ambiguous');
    server?.close();
    const silent = await serve(() => undefined);
    expect((await failureOf(silent, 'message', 50)).kind).toBe('ambiguous');
  });

  it('a page that is no JSON, with status 200, is ambiguous', async () => {
    expect((await failureOf(await serve(answers(200, '<html>welcome to the hotel</html>')), 'message')).kind).toBe(
      'ambiguous',
    );
  });

  it('escapes the path, and sends the token in the header only', async () => {
    let seen: { url: string | undefined; token: string | undefined } | undefined;
    const url = await serve((request, response) => {
      seen = { url: request.url, token: request.headers.authorization };
      response.end('{"ok":true}');
    });
    expect(
      await openHttp(`${url}/`, 'syt_token').json('GET', ['rooms', '!a/b:c', 'state'], {
        query: { at: 'x y', none: undefined },
      }),
    ).toEqual({ ok: true });
    expect(seen).toEqual({ url: '/_matrix/client/v3/rooms/!a%2Fb%3Ac/state?at=x+y', token: 'Bearer syt_token' });
  });
});
