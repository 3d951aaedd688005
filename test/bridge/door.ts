/** A door with fake readers, and how a hospital knocks at it. */
import type { Hono } from 'hono';
import * as z from 'zod';
import type { AppDeps } from '../../bridge/app.ts';
import { createApp } from '../../bridge/app.ts';
import type { Source } from '../../bridge/admit.ts';
import type { DoorEnv } from '../../bridge/problem.ts';
import { sign } from '../../bridge/verify.ts';
import type { Reading } from '../../care/stay/intent.ts';
import { fakeInbox } from './fake-inbox.ts';
import type { FakeInbox } from './fake-inbox.ts';

export const MACHINE_NOW = Date.UTC(2026, 10, 23, 9, 0, 0);
export const CIVIL_NOW = Date.UTC(2027, 0, 4, 15, 0, 0); // stepped by a demo: must never decide about freshness

const SOURCES: Record<string, Source> = {
  dpi: { id: 'dpi', format: 'hl7v2', facilities: ['590782421'], secret: 'hl7-secret', maxBytes: 4_000 },
  portail: { id: 'portail', format: 'events', facilities: ['590782421'], secret: 'json-secret', maxBytes: 4_000 },
};

const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

const eventSchema = z.strictObject({ key: z.string().min(8), facility: z.string(), patient: z.string() });

/** Enough of a reader: MSH by pipes. `BUG` makes it throw, as a defect would. */
function fakeReadHl7v2(bytes: Uint8Array): Reading {
  const message = text(bytes);
  if (message.includes('BUG')) throw new TypeError('cannot read MARTIN');
  const msh = message.split('\r')[0]?.split('|') ?? [];
  const refused = { readable: false as const, place: undefined, warnings: [] };
  if (msh[0] !== 'MSH') return { ...refused, verdict: 'rejected', reason: 'not-hl7', detail: 'no MSH', key: undefined };
  const key = `${msh[9] ?? ''}|${msh[6] ?? ''}`;
  if (msh[11] !== '2.5')
    return { ...refused, verdict: 'rejected', reason: 'unsupported-version', detail: 'send 2.5', key };
  if (!message.includes('PID|')) {
    return { ...refused, verdict: 'quarantined', reason: 'missing-identity', place: 'PID', detail: 'send a PID', key };
  }
  return { readable: true, key, facility: msh[3] ?? '', intents: [], warnings: [] };
}

export type Opened = { app: Hono<DoorEnv>; inbox: FakeInbox; lines: string[] };

export function openDoor(over: Partial<AppDeps> = {}): Opened {
  const inbox = fakeInbox();
  const lines: string[] = [];
  let n = 0;
  const app = createApp({
    sources: (id) => (Object.hasOwn(SOURCES, id) ? SOURCES[id] : undefined),
    accept: inbox.accept,
    clocks: { civil: () => CIVIL_NOW, machine: () => MACHINE_NOW },
    ids: { next: () => `id${++n}` },
    readHl7v2: fakeReadHl7v2,
    readEvent: (json) => {
      const parsed = eventSchema.safeParse(json);
      if (!parsed.success) {
        const problems = parsed.error.issues.map((i) => ({
          path: `/${i.path.join('/')}`,
          message: i.message,
          cure: 'Mend it.',
        }));
        return { problems };
      }
      return { readable: true, key: parsed.data.key, facility: parsed.data.facility, intents: [], warnings: [] };
    },
    acknowledge: ({ received, code, id, error }) => {
      const control =
        text(received ?? new Uint8Array(0))
          .split('\r')[0]
          ?.split('|')[9] ?? '';
      const err = error === undefined ? '' : `\rERR||${error.place ?? ''}|${error.code}|E||||${error.text}`;
      return `MSH|^~\\&|RELAIS||||||ACK|${id}|P|2.5\rMSA|${code}|${control}${err}\r`;
    },
    eventSchema,
    health: async () => ({ ready: true, parts: { store: 'ok' } }),
    metrics: async () => 'relais_inbox_undecided 0\n',
    log: (level, message, fields) => lines.push(JSON.stringify({ level, message, ...fields })),
    ...over,
  });
  return { app, inbox, lines };
}

export type Knock = {
  path?: string;
  source?: string;
  secret?: string;
  timestamp?: string;
  type?: string;
  headers?: Record<string, string>;
};

/** Headers of a signed request, as a hospital's engine makes them. */
export async function signedHeaders(body: Uint8Array, how: Knock): Promise<Record<string, string>> {
  const source = how.source ?? 'dpi';
  const timestamp = how.timestamp ?? String(Math.floor(MACHINE_NOW / 1000));
  const secret = how.secret ?? SOURCES[source]?.secret ?? 'x';
  return {
    'content-type': how.type ?? (source === 'portail' ? 'application/json' : 'application/hl7-v2'),
    'x-relais-source': source,
    'x-relais-timestamp': timestamp,
    'x-relais-signature': await sign(secret, source, timestamp, body),
    ...how.headers,
  };
}

export async function knock(app: Hono<DoorEnv>, message: string | Uint8Array, how: Knock = {}): Promise<Response> {
  const body = typeof message === 'string' ? new TextEncoder().encode(message) : message;
  const path = how.path ?? (how.source === 'portail' ? '/v1/events' : '/v1/hl7v2');
  return app.request(path, { method: 'POST', headers: await signedHeaders(body, how), body: new Uint8Array(body) });
}

export type SaidProblem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  stored?: string;
  errors?: { pointer: string; detail: string }[];
};

/** Reads a problem and checks what every one of them owes to its reader. */
export async function problemOf(response: Response): Promise<SaidProblem> {
  if (response.headers.get('content-type') !== 'application/problem+json') throw new Error('not a problem');
  const said = (await response.json()) as SaidProblem;
  if (said.status !== response.status || said.detail === '') throw new Error('a problem must say its status and cure');
  if (said.instance !== `urn:relais:request:${response.headers.get('x-request-id') ?? ''}`) throw new Error('no id');
  return said;
}

export const ADT = [
  'MSH|^~\\&|DPI|590782421|RELAIS|RELAIS|20261123095500||ADT^A03^ADT_A03|000123|P|2.5',
  'EVN||20261123095500',
  'PID|||IPP42^^^CH&1.2.3&ISO^PI||MARTIN^JEANNE',
  '',
].join('\r');
