/**
 * The MLLP door: one listener per source, so that who speaks is known by where they speak (port, TLS certificate, address)
 * and not by what they write. Only reached from the composition: nothing at the edge imports this.
 */
import { BlockList, createServer as createTcp, isIPv6, type Server, type Socket } from 'node:net';
import { createServer as createTls, type TLSSocket, type TlsOptions } from 'node:tls';
import type { Source } from './admit.ts';
import type { IntakeDeps } from './hl7v2-intake.ts';
import { converse, type Conversation } from './mllp-connection.ts';

export type MllpListener = {
  host: string;
  /** 0 for any free port. */
  port: number;
  /** PEM texts. */
  tls?: { cert: string; key: string; ca: string | undefined } | undefined;
  clientCertificates: 'required' | 'optional' | 'none';
  /** Names (CN or DNS) that a client's certificate may bear; undefined: any that the authority signed. */
  clientNames?: readonly string[] | undefined;
  /** Addresses and networks (CIDR); undefined: any. */
  allow?: readonly string[] | undefined;
  maxConnections: number;
};

export type MllpServer = {
  port: number;
  /** Takes no new connection, finishes the messages in hand (at most `CLOSE_GRACE_MS`), then resolves. Safe to call twice. */
  close: () => Promise<void>;
};

const CLOSE_GRACE_MS = 5_000;
const HANDSHAKE_MS = 10_000;

/**
 * @throws when the address cannot be opened (EADDRINUSE, EACCES), or the certificate and its key do not go together: its
 *   message names the source and no secret
 */
export async function serveMllp(
  source: Pick<Source, 'id' | 'facilities' | 'maxBytes'>,
  listener: MllpListener,
  deps: IntakeDeps,
): Promise<MllpServer> {
  const conversations = new Set<Conversation>();
  const sockets = new Set<Socket>(); // those that have not shown who they are, too
  const isAllowed = allowList(listener.allow);
  const say = (message: string, socket: Socket): void => {
    deps.log('warn', message, { source: source.id, from: socket.remoteAddress ?? '' });
  };
  const greet = (socket: Socket): void => {
    const talk = converse(socket, source, deps, deps.ids.next());
    conversations.add(talk);
    void talk.ended.then(() => conversations.delete(talk));
  };
  const server = listener.tls === undefined ? createTcp({ allowHalfOpen: true }, greet) : openTls(listener, say, greet);
  server.maxConnections = listener.maxConnections;
  server.on('drop', () => {
    deps.log('warn', 'mllp connection refused: too many', { source: source.id, most: listener.maxConnections });
  });
  // First, so that nothing of what a stranger sends is read.
  server.prependListener('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (isAllowed(socket.remoteAddress ?? '')) return;
    say('mllp connection refused: this address is not in allow', socket);
    socket.destroy();
  });
  await listen(server, listener, source.id);
  const { port } = server.address() as { port: number };
  let closing: Promise<void> | undefined;
  const closeOnce = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const talk of conversations) talk.finish();
    const cut = new AbortController();
    const grace = new Promise((resolve) => {
      const timer = setTimeout(resolve, CLOSE_GRACE_MS);
      cut.signal.addEventListener('abort', () => clearTimeout(timer));
    });
    await Promise.race([closed, grace]);
    cut.abort();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port, close: () => (closing ??= closeOnce()) };
}

function openTls(
  listener: MllpListener,
  say: (message: string, socket: Socket) => void,
  greet: (socket: Socket) => void,
): Server {
  const { tls, clientCertificates, clientNames } = listener;
  const options: TlsOptions = {
    ...(tls && { cert: tls.cert, key: tls.key }),
    ...(tls?.ca !== undefined && { ca: tls.ca }),
    minVersion: 'TLSv1.2',
    handshakeTimeout: HANDSHAKE_MS,
    requestCert: clientCertificates !== 'none',
    rejectUnauthorized: clientCertificates === 'required',
  };
  const server = createTls(options, (socket: TLSSocket) => {
    const names = clientCertificates === 'none' ? [] : namesOf(socket);
    const shown = names.length > 0;
    if (shown && !socket.authorized) {
      say('mllp connection refused: certificate of another authority', socket);
      return void socket.destroy();
    }
    if (clientNames !== undefined && (shown || clientCertificates === 'required')) {
      if (!names.some((name) => clientNames.includes(name))) {
        say('mllp connection refused: the certificate bears none of client_names', socket);
        return void socket.destroy();
      }
    }
    greet(socket);
  });
  server.on('tlsClientError', (fault: NodeJS.ErrnoException, socket: Socket) => {
    say(`mllp TLS handshake failed (${fault.code ?? fault.name})`, socket);
  });
  return server;
}

/** Common name and DNS names of the client's certificate; none when it showed none. */
function namesOf(socket: TLSSocket): string[] {
  const shown = socket.getPeerCertificate();
  if (Object.keys(shown).length === 0) return [];
  const alternatives = (shown.subjectaltname ?? '').split(', ').flatMap((one) => /^DNS:(.+)$/.exec(one)?.[1] ?? []);
  return [shown.subject.CN ?? [], alternatives, '(without a name)'].flat();
}

async function listen(server: Server, { host, port }: MllpListener, source: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (fault: NodeJS.ErrnoException) => {
      const cure =
        fault.code === 'EADDRINUSE' ? 'another process has this port' : 'is this an address of this machine?';
      reject(
        Object.assign(new Error(`MLLP of ${source}: ${host}:${port} cannot be opened (${fault.code ?? ''}): ${cure}`), {
          code: fault.code,
        }),
      );
    });
    server.listen({ host, port }, resolve);
  });
}

function allowList(allow: readonly string[] | undefined): (address: string) => boolean {
  if (allow === undefined) return () => true;
  const list = new BlockList();
  for (const entry of allow) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
