/** HTTP as cheaply as Node does it: kept-alive connections, no fetch. The floor and the hospital both speak through it. */
import { Agent, request } from 'node:http';

export type Answer = { status: number; body: string };

export type Wire = {
  call(method: 'GET' | 'POST' | 'PUT', path: string, body?: string | Uint8Array, headers?: Headers): Promise<Answer>;
  close(): void;
};

type Headers = Readonly<Record<string, string>>;

/** @param headers sent with every call */
export function openWire(base: string, headers: Headers = {}): Wire {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const { hostname, port } = new URL(base);
  return {
    call: (method, path, body, more = {}) =>
      new Promise((resolve, reject) => {
        const length: Headers = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
        const sent = request({ agent, hostname, port, method, path, headers: { ...headers, ...more, ...length } });
        sent.once('error', reject);
        sent.once('response', (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.once('error', reject);
          answer.once('end', () =>
            resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
          );
        });
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** @throws Error with the answer when it is not a 2xx */
export async function json<T>(answer: Promise<Answer>): Promise<T> {
  const { status, body } = await answer;
  if (status < 200 || status >= 300) throw new Error(`${status}: ${body.slice(0, 300)}`);
  return JSON.parse(body) as T;
}

export type Login = { user_id: string; device_id: string; access_token: string };

/** A new device of this account, whose token does not expire. */
export async function logIn(homeserver: string, user: string, password: string): Promise<Login> {
  const wire = openWire(homeserver);
  const body = JSON.stringify({ type: 'm.login.password', identifier: { type: 'm.id.user', user }, password });
  return json<Login>(wire.call('POST', '/_matrix/client/v3/login', body)).finally(() => wire.close());
}
