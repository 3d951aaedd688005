/**
 * A stage: the whole of Relais in memory, with a transcript instead of Matrix and a clock that is stepped. Rehearsals
 * and the flow tests play on it; what passes here is the same composition as `relais serve`.
 */
import type { Source } from '../bridge/admit.ts';
import { createApp } from '../bridge/app.ts';
import { acknowledgement } from '../bridge/formats/hl7v2/ack.ts';
import { eventSchema, readEvent } from '../bridge/formats/events.ts';
import { readHl7v2 } from '../bridge/formats/hl7v2/pam-fr.ts';
import { sign } from '../bridge/verify.ts';
import { openTranscript, type TranscriptTransport } from '../bot/transcript.ts';
import type { AccessRules } from '../bot/rooms.ts';
import type { Clocks, Ids } from '../care/relay/clock.ts';
import type { Store } from '../care/relay/ports.ts';
import type { Sealer } from '../care/relay/seal.ts';
import type { RawRoomEvent } from '../care/relay/transport.ts';
import type { Directory } from '../care/people/directory.ts';
import type { RepertoryEntry } from '../care/people/repertory.ts';
import type { People } from '../care/people/person.ts';
import type { Offer } from '../care/request/pathway.ts';
import type { Slots } from '../care/request/slot.ts';
import type { SourcePolicy } from '../care/stay/verdict.ts';
import { loadTariffs } from '../config/load-tariffs.ts';
import { RINGING } from '../config/ringing.ts';
import type { Log } from '../care/relay/log.ts';
import { compose } from '../main.ts';
import { openStore, type StoreOptions } from '../store/open.ts';
import { sealerFromSecret } from '../store/seal.ts';
import { advance } from './advance.ts';

export type StageOptions = {
  /** Civil instant at which the stage opens, epoch ms UTC. */
  start: number;
  source: { id: string; facilities: string[]; policy: SourcePolicy };
  people: People;
  pathways: readonly Offer[];
  directory: Directory;
  slots: Slots;
  repertory?: readonly RepertoryEntry[];
  /** Invited persons join at once, but for these (Matrix ids). */
  late?: readonly string[];
  access?: AccessRules;
  log?: Log;
  /** SQLite file; in memory without it. */
  path?: string;
};

/** Which door it is brought to. */
type Posted = Source['format'];

type Heard = { roomId: string; roomName: string; event: RawRoomEvent };

export type Stage = {
  store: Store;
  sealer: Sealer;
  transport: TranscriptTransport;
  now(): number;
  /** Lets civil time run to an instant, deadlines on the way included. */
  until(instant: number): Promise<void>;
  /** Relais is down until an instant: what fell due meanwhile fires at the return. */
  jump(instant: number): Promise<void>;
  /** Machine time goes on, and nothing else. */
  wait(ms: number): Promise<void>;
  /** A hospital's message, over HTTP, signed. @returns status and body of the answer */
  post(body: Uint8Array, format?: Posted, mediaType?: string): Promise<{ status: number; body: string }>;
  /** A person types in a room. */
  says(roomId: string, userId: string, text: string): Promise<void>;
  reacts(roomId: string, userId: string, eventId: string, key: string): Promise<void>;
  joins(roomId: string, userId: string): Promise<void>;
  /** The direct room of a person with Relais, opened if need be. */
  direct(userId: string): Promise<string>;
  /** Everything that Relais has said in rooms where this person is, since they joined. */
  readBy(userId: string): Heard[];
  settle(): Promise<void>;
  close(): Promise<void>;
};

const MEDIA_TYPES: Record<Posted, string> = {
  hl7v2: 'application/hl7-v2',
  events: 'application/json',
  fhir: 'application/fhir+json',
  documents: 'multipart/form-data',
  sas: 'application/fhir+json',
};

const SECRET = 'a secret that protects nothing: everything here is synthetic';

export async function openStage(options: StageOptions): Promise<Stage> {
  let civil = options.start;
  let tick = 0;
  const clocks: Clocks = { civil: () => civil, machine: () => 1_700_000_000_000 + tick, pause: async () => undefined };
  const ids = sequentialIds();
  const sealer = sealerFromSecret(SECRET);
  const onDamaged: StoreOptions['onDamaged'] = (row) => options.log?.('error', 'a sealed row does not open', row);
  const memory = await openStore({ path: options.path ?? ':memory:', sealer, clocks, ids, onDamaged });
  const transport = openTranscript(
    '@relais:transcript',
    () => civil,
    (userId) => !(options.late ?? []).includes(userId),
  );
  const log: Log = options.log ?? ((): void => undefined);
  const { id: source, facilities, policy } = options.source;
  const sources = new Map([[source, policy.facilities ? policy : { ...policy, facilities }]]);
  const relais = compose({
    ...options,
    store: memory,
    transport,
    clocks,
    ids,
    sealer,
    pathways: () => options.pathways,
    tariffs: loadTariffs(),
    sources,
    ringing: RINGING,
    repertory: options.repertory ?? [],
    closeAfterDays: 30,
    access: options.access ?? { accessRule: undefined, allowedServers: undefined },
    log,
  });
  const { store } = relais;
  const door = {
    id: options.source.id,
    facilities: options.source.facilities,
    secret: SECRET,
    maxBytes: 4 * 1024 * 1024,
  };
  // One stage takes every format under one source: what is rehearsed is the meaning, not the declaration.
  const app = (format: Posted): ReturnType<typeof createApp> =>
    createApp({
      sources: (id) => (id === door.id ? { ...door, format } : undefined),
      accept: async (envelope) => {
        const [accepted] = await store.inbox.accept([envelope]);
        if (!accepted) throw new Error('the inbox gave no answer');
        return accepted;
      },
      clocks,
      ids,
      readHl7v2,
      readEvent,
      acknowledge: acknowledgement,
      eventSchema,
      health: async () => ({ ready: true, parts: {} }),
      metrics: async () => '',
      log,
    });
  const apps = {
    hl7v2: app('hl7v2'),
    events: app('events'),
    fhir: app('fhir'),
    documents: app('documents'),
    sas: app('sas'),
  };

  async function settle(): Promise<void> {
    do {
      await relais.settle();
      tick += 1;
    } while ((await transport.flush(relais.hear)) > 0);
  }

  await relais.arrange();
  const directs = new Map<string, string>();
  const stage: Stage = {
    store,
    sealer,
    transport,
    now: () => civil,
    async until(instant) {
      await advance(Math.max(instant, civil), {
        next: () => store.timers.next(),
        set: async (to) => {
          civil = Math.max(civil, to);
        },
        quiet: settle,
      });
    },
    async jump(instant) {
      civil = Math.max(civil, instant);
      await settle();
    },
    async wait(ms) {
      tick += ms;
      await relais.retryWaiting();
      await settle();
    },
    async post(body, format = 'hl7v2', mediaType = MEDIA_TYPES[format]) {
      const timestamp = String(Math.floor(clocks.machine() / 1000));
      const answer = await apps[format].request(format === 'sas' ? '/v1/slots' : `/v1/${format}`, {
        method: 'POST',
        headers: {
          'content-type': mediaType,
          'x-relais-source': door.id,
          'x-relais-timestamp': timestamp,
          'x-relais-signature': await sign(SECRET, door.id, timestamp, body),
        },
        body: body as Uint8Array<ArrayBuffer>,
      });
      await settle();
      return { status: answer.status, body: await answer.text() };
    },
    async says(roomId, userId, text) {
      transport.type(roomId, userId, { msgtype: 'm.text', body: text });
      await settle();
    },
    async reacts(roomId, userId, eventId, key) {
      const relates = { rel_type: 'm.annotation', event_id: eventId, key };
      transport.type(roomId, userId, { 'm.relates_to': relates }, { type: 'm.reaction' });
      await settle();
    },
    async joins(roomId, userId) {
      transport.accept(roomId, userId);
      await settle();
    },
    async direct(userId) {
      const known = directs.get(userId) ?? (await store.rooms.get(`direct:${userId}`))?.matrixId;
      if (known) return known;
      const roomId = transport.invite1to1(userId);
      directs.set(userId, roomId);
      await settle();
      return roomId;
    },
    readBy(userId) {
      const heard = [...transport.rooms.values()].flatMap((room) => {
        const from = room.readableFrom.get(userId);
        if (from === undefined) return [];
        return room.events
          .slice(from)
          .filter((event) => event.sender === transport.userId && event.type === 'm.room.message')
          .filter((event) => transport.holdsKey(event.event_id, userId))
          .map((event) => ({ roomId: room.id, roomName: room.spec.name, event }));
      });
      return heard.sort((a, b) => Number(a.event.event_id.slice(1)) - Number(b.event.event_id.slice(1)));
    },
    settle,
    close: () => store.close(),
  };
  return stage;
}

/** Reproducible ids: the same rehearsal prints the same transcript. */
function sequentialIds(): Ids {
  const letters = 'ACDEFGHJKMNPQRTWXY34679';
  let n = 0;
  let codes = 0;
  return {
    next: () => `id-${String((n += 1)).padStart(6, '0')}`,
    code(length) {
      codes += 1;
      let rest = codes * 7919;
      let out = '';
      for (let i = 0; i < length; i += 1) {
        out += letters[rest % letters.length] ?? '';
        rest = Math.floor(rest / letters.length) + 31 * (i + 1);
      }
      return out;
    },
  };
}
