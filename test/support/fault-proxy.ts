/** A small proxy in front of the homeserver that counts what passes and, told so, makes it go wrong. */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request, as it came to the proxy. */
type Passed = {
  method: string;
  /** Without its query. */
  path: string;
  /** A /sync of the loop, which waits for news; not the one that is asked at the start. */
  isLongPoll: boolean;
  at: number;
  /** Room and transaction id, decoded, where it is an event that is sent. */
  send: { roomId: string; txnId: string } | undefined;
};

type Answer = { status: number; body?: unknown; headers?: Record<string, string> };

/** What happens to one request. */
type Deed =
  /** The homeserver never sees it. */
  | { answer: Answer }
  /** The homeserver handles it, then the connection is reset: the answer is lost. */
  | 'reset-after'
  /** It waits here until the promise resolves, then goes on to the homeserver. */
  | { hold: Promise<unknown> }
  /** The homeserver handles it, then this runs; there is no answer. */
  | { handled: () => Promise<unknown> };

/** Looks at each request; undefined lets it pass. Stays until it is replaced. */
type Rule = (passed: Passed) => Deed | undefined;

export type FaultProxy = {
  readonly url: string;
  /** Everything that came, in order. */
  readonly passed: readonly Passed[];
  /** The events sent among them, from index `from` of `passed` on. */
  puts(from?: number): Passed[];
  /** Requests of events under way now, and the most there have been since `forgetMost`. */
  most(): number;
  forgetMost(): void;
  rule: Rule | undefined;
  /** Connections are refused; the same port opens again with `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
  /** Resolves once it holds; looked at after each request that came and each that ended. */
  until(holds: () => boolean): Promise<void>;
};

/** @param target base URL of the homeserver */
export async function openFaultProxy(target: string): Promise<FaultProxy> {
  const passed: Passed[] = [];
  const watchers = new Set<() => void>();
  const stir = (): void => [...watchers].forEach((watcher) => watcher());
  let [underWay, most, port] = [0, 0, 0];
  let server: Server | undefined;

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const one = describe(incoming);
    passed.push(one);
    if (one.send) most = Math.max(most, (underWay += 1));
    response.on('close', () => {
      if (one.send) underWay -= 1;
      stir();
    });
    stir();
    const body = await bodyOf(incoming);
    const deed = proxy.rule?.(one);
    if (typeof deed === 'object' && 'answer' in deed) {
      say(response, deed.answer);
      return;
    }
    if (typeof deed === 'object' && 'hold' in deed) await deed.hold;
    if (response.destroyed) return; // the caller has given up meanwhile
    pass(target, incoming, body, (answer, bytes) => {
      if (deed === 'reset-after') incoming.socket.resetAndDestroy();
      else if (typeof deed === 'object' && 'handled' in deed) void deed.handled().finally(() => response.destroy());
      else response.writeHead(answer.statusCode ?? 502, answer.headers).end(bytes);
    }).on('error', () => response.destroy());
  };

  const up = async (): Promise<void> => {
    server = createServer((incoming, response) => void serve(incoming, response).catch(() => response.destroy()));
    await new Promise<void>((listening) => server?.listen(port, '127.0.0.1', listening));
    ({ port } = server.address() as AddressInfo);
  };
  const down = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    await new Promise(
      (closed) => (closing ? closing.close(closed) : closed(undefined), closing?.closeAllConnections()),
    );
  };

  await up();
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${port}`,
    passed,
    puts: (from = 0) => passed.slice(from).filter(({ send }) => send !== undefined),
    most: () => most,
    forgetMost: () => (most = underWay),
    rule: undefined,
    up,
    down,
    stop: down,
    until: (holds) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!holds()) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
  };
  return proxy;
}

function describe(incoming: IncomingMessage): Passed {
  const [path = '', query = ''] = (incoming.url ?? '').split('?');
  const isLongPoll = path.endsWith('/sync') && new URLSearchParams(query).get('timeout') !== '0';
  const found = /\/rooms\/([^/]+)\/send\/[^/]+\/([^/]+)$/.exec(path);
  const send =
    found?.[1] && found[2] && incoming.method === 'PUT'
      ? { roomId: decodeURIComponent(found[1]), txnId: decodeURIComponent(found[2]) }
      : undefined;
  return { method: incoming.method ?? '', path, isLongPoll, at: Date.now(), send };
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function say(response: ServerResponse, { status, body, headers }: Answer): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
}

function pass(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
  answered: (answer: IncomingMessage, bytes: Buffer) => void,
): ReturnType<typeof request> {
  const headers = { ...incoming.headers, host: new URL(target).host, connection: 'close' };
  const onward = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers }, (answer) => {
    void bodyOf(answer).then(
      (bytes) => answered(answer, bytes),
      () => onward.destroy(),
    );
  });
  onward.end(body);
  return onward;
}
