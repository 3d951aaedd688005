/**
 * The best client that we can write: kept-alive node:http, an OlmMachine in memory, nothing kept on disk, no queue. The floor,
 * the echo bot and those who ask are made of it; each run is a new device.
 */
import {
  DecryptionSettings,
  DeviceId,
  DeviceLists,
  EncryptionAlgorithm,
  EncryptionSettings,
  HistoryVisibility,
  OlmMachine,
  RoomId,
  TrustRequirement,
  UserId,
  initAsync,
} from '@matrix-org/matrix-sdk-crypto-wasm';
import { type Http, openHttp } from '../bot/matrix/http.ts';
import { openOutgoing } from '../bot/matrix/outgoing.ts';
import { quietLogger } from '../bot/matrix/quiet.ts';
import { json, logIn, openWire, type Wire } from './wire.ts';

export type ClientRoom = {
  id: string;
  encrypted: boolean;
  /** Who else is in it: they get its keys. */
  others: readonly string[];
};

/** One /sync answer, as far as encryption is concerned. */
export type CryptoAnswer = {
  to_device?: { events?: unknown[] };
  device_lists?: { changed?: string[]; left?: string[] };
  device_one_time_keys_count?: Record<string, number>;
};

export type Client = {
  userId: string;
  deviceId: string;
  wire: Wire;
  http: Http;
  /** Signs this device by its owner: who wants signed devices believes it and gives it keys. */
  signItself(password: string): Promise<void>;
  /** @returns the event id, when the homeserver has answered. The room's key is shared before the first message. @param began told when the PUT leaves */
  put: (room: ClientRoom, content: Record<string, unknown>, began?: (at: number) => void) => Promise<string>;
  receive(answer: CryptoAnswer): Promise<void>;
  /** @returns the clear content. @throws when the key is not there */
  decrypt: (room: string, event: object) => Promise<Record<string, unknown>>;
  close(): void;
};

export async function openClient(homeserver: string, user: string, password: string): Promise<Client> {
  const { user_id: userId, device_id: deviceId, access_token: token } = await logIn(homeserver, user, password);
  await initAsync();
  const id = (name: string): UserId => new UserId(name);
  const machine = await OlmMachine.initialize(id(userId), new DeviceId(deviceId), undefined, undefined, quietLogger);
  const http = openHttp(homeserver, token);
  const log = (): undefined => undefined;
  const outgoing = openOutgoing(machine, http, log, { durable: async () => undefined, learnt: log });
  await outgoing.pump();
  const wire = openWire(homeserver, { authorization: `Bearer ${token}`, 'content-type': 'application/json' });
  const shared = new Map<string, Promise<void>>();
  let transactions = 0;

  async function share(room: ClientRoom): Promise<void> {
    const users = (): UserId[] => room.others.map(id);
    await machine.updateTrackedUsers(users());
    await outgoing.pump();
    await outgoing.claim(() => machine.getMissingSessions(users()));
    const settings = new EncryptionSettings();
    settings.algorithm = EncryptionAlgorithm.MegolmV1AesSha2;
    settings.historyVisibility = HistoryVisibility.Invited;
    settings.rotationPeriodMessages = 1_000_000n; // "already shared": no new session while it is measured
    for (const request of await machine.shareRoomKey(new RoomId(room.id), users(), settings))
      await outgoing.send(request);
  }

  async function ciphertext(room: ClientRoom, content: Record<string, unknown>): Promise<Record<string, unknown>> {
    if (!shared.has(room.id)) shared.set(room.id, share(room));
    await shared.get(room.id);
    const text = await machine.encryptRoomEvent(new RoomId(room.id), 'm.room.message', JSON.stringify(content));
    return { ...(JSON.parse(text) as Record<string, unknown>), 'm.relates_to': content['m.relates_to'] };
  }

  return {
    userId,
    deviceId,
    wire,
    http,
    async signItself(secret) {
      const requests = await machine.bootstrapCrossSigning(true);
      const keys = JSON.parse(requests.uploadSigningKeysRequest.body) as object;
      const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user: userId }, password: secret };
      await http.text('POST', ['keys', 'device_signing', 'upload'], { body: { ...keys, auth } });
      await outgoing.send(requests.uploadSignaturesRequest);
    },
    async put(room, content, began) {
      const type = room.encrypted ? 'm.room.encrypted' : 'm.room.message';
      const body = JSON.stringify(room.encrypted ? await ciphertext(room, content) : content);
      const txn = `bench-${deviceId}-${(transactions += 1)}`;
      const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room.id)}/send/${type}/${txn}`;
      began?.(performance.now());
      return (await json<{ event_id: string }>(wire.call('PUT', path, body))).event_id;
    },
    async receive({ to_device: toDevice, device_lists: lists, device_one_time_keys_count: counts }) {
      const [events, changed, left] = [toDevice?.events ?? [], lists?.changed ?? [], lists?.left ?? []];
      if (events.length + changed.length + left.length === 0) return;
      await machine.receiveSyncChanges(
        JSON.stringify(events),
        new DeviceLists(changed.map(id), left.map(id)),
        new Map(Object.entries(counts ?? {})),
        undefined,
        anySender(),
      );
      await outgoing.pump();
    },
    async decrypt(room, event) {
      const clear = await machine.decryptRoomEvent(JSON.stringify(event), new RoomId(room), anySender());
      return (JSON.parse(clear.event) as { content: Record<string, unknown> }).content;
    },
    close: () => {
      machine.close();
      wire.close();
    },
  };
}

const anySender = (): DecryptionSettings => new DecryptionSettings(TrustRequirement.Untrusted);
