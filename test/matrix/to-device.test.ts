/**
 * What comes to a device, malformed in every way, at the real crypto machine: were it to throw, the same /sync answer would
 * end every start for ever. It does not: it passes over what it cannot read, and takes the next key.
 */
import {
  DecryptionSettings,
  DeviceId,
  DeviceLists,
  EncryptionSettings,
  initAsync,
  OlmMachine,
  RequestType,
  RoomId,
  TrustRequirement,
  UserId,
} from '@matrix-org/matrix-sdk-crypto-wasm';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readUserIds } from '../../bot/matrix/user-ids.ts';

const KEY = 'wKCUeMJ0rBBEhQEQRwkVT0KN0rDlW7Vd0qAzbhq6A0I';
const MEGOLM = { algorithm: 'm.megolm.v1.aes-sha2', room_id: '!r:hs', session_id: KEY, sender_key: KEY };
const VERIFICATION = { from_device: 'ALICE', transaction_id: 't', methods: ['m.sas.v1'], timestamp: 1 };

/** Everything that the specification lets come to a device; the olm message is a real one, made by the machine of another. */
const CONTENTS: Record<string, unknown> = {
  'm.room_key': { ...MEGOLM, session_key: 'AgAAAAA' },
  'm.forwarded_room_key': { ...MEGOLM, session_key: 'AQAA', forwarding_curve25519_key_chain: [] },
  'm.room_key_request': { action: 'request', request_id: '1', requesting_device_id: 'OTHER', body: MEGOLM },
  'm.room_key.withheld': { ...MEGOLM, code: 'm.unverified' },
  'm.secret.request': { action: 'request', name: 'm.cross_signing.master', requesting_device_id: 'O', request_id: '1' },
  'm.secret.send': { request_id: '1', secret: 'x' },
  'm.dummy': {},
  'm.key.verification.request': VERIFICATION,
  'm.key.verification.start': { ...VERIFICATION, method: 'm.sas.v1', hashes: ['sha256'] },
  'm.key.verification.key': { transaction_id: 't', key: KEY },
  'm.key.verification.mac': { transaction_id: 't', keys: KEY, mac: { 'ed25519:ALICE': KEY } },
  'm.key.verification.cancel': { transaction_id: 't', code: 'm.user', reason: 'x' },
  'm.room.encrypted': { ...MEGOLM, device_id: 'ALICE', ciphertext: 'AwgAEnAC' },
  'org.example.unknown': { a: 1 },
};

type Uploaded = { device_keys: object; one_time_keys: Record<string, object> };

async function upload(machine: OlmMachine): Promise<Uploaded> {
  for (const { id, type, body } of await machine.outgoingRequests()) {
    if (type !== RequestType.KeysUpload || id === undefined) continue;
    await machine.markRequestAsSent(id, type, JSON.stringify({ one_time_key_counts: { signed_curve25519: 50 } }));
    return JSON.parse(body) as Uploaded;
  }
  throw new Error('no keys to upload');
}

const BOB = '@bob:hs';
const ALICE = '@alice:hs';
const room = (): RoomId => new RoomId('!r:hs');
let bob: OlmMachine;
let alice: OlmMachine;
let keys = 0;

beforeAll(async () => {
  await initAsync();
  bob = await OlmMachine.initialize(new UserId(BOB), new DeviceId('BOB'));
  alice = await OlmMachine.initialize(new UserId(ALICE), new DeviceId('ALICE'));
  const [ofBob, ofAlice] = [await upload(bob), await upload(alice)];
  const device_keys = { [BOB]: { BOB: ofBob.device_keys }, [ALICE]: { ALICE: ofAlice.device_keys } };
  for (const machine of [alice, bob]) {
    await machine.updateTrackedUsers([new UserId(BOB), new UserId(ALICE)]);
    for (const { id, type } of await machine.outgoingRequests())
      if (type === RequestType.KeysQuery && id !== undefined)
        await machine.markRequestAsSent(id, type, JSON.stringify({ device_keys }));
  }
  const claim = await alice.getMissingSessions([new UserId(BOB)]);
  if (!claim) throw new Error('a session is there already');
  const one = Object.fromEntries(Object.entries(ofBob.one_time_keys).slice(0, 1));
  await alice.markRequestAsSent(claim.id, claim.type, JSON.stringify({ one_time_keys: { [BOB]: { BOB: one } } }));
  bob.registerRoomKeyUpdatedCallback(async () => {
    keys += 1;
  });
});

/** A fresh room key, as alice's device sends it. */
async function roomKey(): Promise<{ type: string; sender: string; content: unknown }> {
  await alice.invalidateGroupSession(room());
  for (const request of await alice.shareRoomKey(room(), [new UserId(BOB)], new EncryptionSettings())) {
    type Body = { messages: Record<string, Record<string, unknown>> };
    const content = (JSON.parse(request.body) as Body).messages[BOB]?.['BOB'];
    await alice.markRequestAsSent(request.id, request.type, '{}');
    if (content !== undefined) return { type: request.event_type, sender: ALICE, content };
  }
  throw new Error('no key was shared');
}

const receive = (events: unknown): Promise<unknown> =>
  bob.receiveSyncChanges(
    JSON.stringify(events),
    new DeviceLists(),
    new Map(),
    undefined,
    new DecryptionSettings(TrustRequirement.Untrusted),
  );

/** The same JSON with one of its nodes left out, or another value in its place. */
function spoiled(value: unknown, at: number, by: unknown): unknown {
  let n = at;
  const walk = (node: unknown): unknown => {
    if (n-- === 0) return by;
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, one]) => [key, walk(one)]));
  };
  return walk(value);
}

describe('what comes to the device', () => {
  it('never makes the machine throw, whatever is wrong with it; the next key is taken', async () => {
    const olm = [await roomKey(), await roomKey()];
    const bases = [...Object.entries(CONTENTS).map(([type, content]) => ({ type, sender: ALICE, content })), ...olm];
    const junk = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(undefined, ALICE, BOB, 'm.room_key', KEY, -1));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...bases), fc.nat(14), junk, async (base, at, by) => {
        await receive([spoiled(base, at, by) ?? null]);
        await bob.outgoingRequests();
      }),
      { numRuns: 400 },
    );
    const before = keys;
    await receive([null, { type: 1 }, await roomKey(), 'x']);
    await expect.poll(() => keys).toBeGreaterThan(before);
  });

  it('a device list that names no user is read without it', () => {
    const refused: number[] = [];
    const read = readUserIds(['@a:hs', '', 'bob', '@x', '@Été x:hs'], (count) => refused.push(count));
    expect(read.map(String)).toEqual(['@a:hs', '@Été x:hs']);
    expect(refused).toEqual([3]);
  });
});
