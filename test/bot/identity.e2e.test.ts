/**
 * A dossier under the wrong patient, on a real homeserver: the desk confirms in its encrypted room, what was said is redacted
 * on the server, the room ends, and neither équipe's client ever holds a byte of the other patient's identity.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openMatrixTransport } from '../../bot/matrix/matrix-transport.ts';
import { provision } from '../../bot/matrix/provision.ts';
import { randomIds } from '../../bridge/random-ids.ts';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import type { Store } from '../../care/relay/ports.ts';
import { BARE_HOUSE } from '../support/bare-house.ts';
import type { Persona, SeenEvent } from '../../demo/client.ts';
import { compose, type Relais } from '../../main.ts';
import { openStore } from '../../store/open.ts';
import { DESK, HECTOR, HECTORS, LUCIE, over } from '../flows/two-patients.ts';
import { POLICY } from '../flows/stage.ts';
import { adt, bytes, type Fields } from '../formats/hl7v2/fixtures.ts';
import { envelope, sealer } from '../store/fixtures.ts';
import { eventually, PASSWORD, useHomeserver } from '../support/homeserver.ts';
import { systemClocks } from '../support/system-clocks.ts';

const bench = useHomeserver();
let store: Store;
let relais: Relais;
let ended: Promise<void>;
let bot = '';
const complaints: string[] = [];
const stop = new AbortController();
const personas = new Map<string, Persona>();

const who = (id: string): Persona => {
  const persona = personas.get(id);
  if (!persona) throw new Error(`nobody called ${id}`);
  return persona;
};
const bodyOf = ({ content: { body } }: SeenEvent): string => (typeof body === 'string' ? body : '');
/** What this person's own client holds, decrypted or not: everything that it ever saw. */
const everSeen = (id: string): string => JSON.stringify(who(id).events);

beforeAll(async () => {
  for (const id of ['mt', 'autre', 'vigile']) personas.set(id, await bench.persona(id));
  const person = (id: string, role: Person['role'], groups: string[] = []): Person => {
    return { id, matrix: who(id).userId, name: `Dr ${id}`, role, groups };
  };
  const persons = [
    person('mt', 'medecin-traitant'),
    person('autre', 'medecin-traitant'),
    person('vigile', 'identito-vigilance', [DESK]),
  ];
  const teams = [
    { facility: 'CH_VAL', ipp: '00700123', members: ['mt'] },
    { facility: 'CH_VAL', ipp: '00700999', members: ['autre'] },
  ];
  await bench.homeserver.register('relais', PASSWORD);
  const directory = bench.folder('relais');
  const made = await provision({ homeserver: bench.homeserver.url, user: 'relais', password: PASSWORD, directory });
  bot = made.userId;
  const transport = await openMatrixTransport({ directory, clocks: systemClocks, log: () => undefined });
  store = await openStore({ path: ':memory:', sealer, clocks: systemClocks, ids: randomIds });
  relais = compose({
    ...BARE_HOUSE,
    store,
    transport,
    clocks: systemClocks,
    ids: randomIds,
    sealer,
    people: peopleFrom(persons, teams, []),
    sources: new Map([['ch-val', { ...POLICY, identityDesk: DESK, name: 'CH Val' }]]),
    log: (level, message) => {
      if (level !== 'info') complaints.push(message);
    },
  });
  ended = relais.run(stop.signal).finally(() => transport.close());
});
afterAll(async () => {
  stop.abort();
  await ended;
  await store.close();
});

let control = 0;
async function post(trigger: string, fields: Fields = {}): Promise<void> {
  control += 1;
  const body = bytes(adt(trigger, over(fields, { MSH: { 10: `E${control}` } })));
  await relais.store.inbox.accept([envelope(`E${control}`, { lane: 'in:ch-val', source: 'ch-val', body })]);
}

it('A44, confirmed: redacted on the server, the room ends, the right équipe has its own', async () => {
  const [mt, autre, vigile] = [who('mt'), who('autre'), who('vigile')];
  await post('A01');
  await post('A02', { ZBE: { 1: 'MV2' }, EVN: { 2: '20260112100000', 6: '20260112100000' } });
  const last = await mt.seen((event) => event.sender === bot && bodyOf(event).startsWith('Changement de service'));
  expect(last.encrypted).toBe(true);
  const wrongRoom = last.roomId;
  const wrong = mt.events.filter((e) => e.roomId === wrongRoom && e.sender === bot && e.type === 'm.room.message');
  const ids = wrong.map((event) => event.eventId);
  expect(ids).toHaveLength(4); // the card, the entry, the card edited, the transfer

  const moved = over(HECTORS, {
    PID: { 18: 'NDA7001^^^CH_VAL^AN' },
    PV1: null,
    ZBE: null,
    MRG: { 1: '00700123^^^CH_VAL^PI', 3: 'NDA7001^^^CH_VAL^AN' },
  });
  await post('A44', moved);
  const asked = await vigile.seen((event) => event.sender === bot && bodyOf(event).includes('rattacher le dossier'));
  expect(asked.encrypted).toBe(true);
  const code = /V-\w{3,5}/.exec(bodyOf(asked))?.[0] ?? '';
  await vigile.say(asked.roomId, `!confirmer ${code}`);

  const summary = await autre.seen((event) => event.sender === bot && bodyOf(event).includes('voici l’essentiel'));
  expect(summary.encrypted).toBe(true);
  expect(summary.roomId).not.toBe(wrongRoom);
  expect(bodyOf(summary)).toMatch(HECTOR);
  await mt.seen((event) => event.roomId === wrongRoom && bodyOf(event).startsWith('Correction'));
  await mt.until('the bot gone', () => mt.membership(wrongRoom, bot) === 'leave');

  const room = `rooms/${encodeURIComponent(wrongRoom)}`;
  for (const id of ids) {
    const event = await bench.as(mt, 'GET', `${room}/event/${encodeURIComponent(id)}`);
    expect(event).toMatchObject({
      content: {},
      unsigned: { redacted_because: { type: 'm.room.redaction', sender: bot } },
    });
    expect(Object.keys(event['content'] as object)).toEqual([]);
  }
  expect(await bench.as(mt, 'GET', `${room}/state/m.room.tombstone/`)).toEqual({ body: '', replacement_room: '' });
  expect(await eventually(async () => ((await store.outbox.pending()) === 0 ? true : undefined))).toBe(true);

  expect(autre.events.some((event) => event.roomId === wrongRoom)).toBe(false);
  expect(everSeen('autre')).not.toMatch(LUCIE);
  expect(everSeen('mt')).not.toMatch(HECTOR);
  const rows = (await store.audit(500)).filter((row) => row.action === 'redact');
  expect(rows.map((row) => row.outcome)).toEqual(['posted', 'posted', 'posted', 'posted']);
  expect(complaints).toEqual([]);
});

it('A40, confirmed: the surviving équipe goes on in another room, the other one is told nothing', async () => {
  const [mt, autre, vigile] = [who('mt'), who('autre'), who('vigile')];
  await post('A01', { PV1: { 19: 'VEN8^^^CH_VAL^VN' }, PID: { 18: 'NDA8' }, ZBE: { 1: 'MV8' } });
  const entry = await mt.seen(
    (e) =>
      e.sender === bot && e.type === 'm.room.message' && e.roomId !== mt.events[0]?.roomId && LUCIE.test(bodyOf(e)),
  );
  const seen = mt.events.length;
  const merge = { ZBE: null, PV1: null, MRG: { 1: '00700999^^^CH_VAL^PI' } };
  await post('A40', merge);
  const asked = await vigile.seen((event) => event.sender === bot && bodyOf(event).includes('réunir deux dossiers'));
  await vigile.say(asked.roomId, `!confirmer ${/V-\w{3,5}/.exec(bodyOf(asked))?.[0] ?? ''}`);
  await mt.until('the summary', () =>
    mt.events.slice(seen).some((event) => bodyOf(event).includes('voici l’essentiel')),
  );
  const summary = mt.events.slice(seen).find((event) => bodyOf(event).includes('voici l’essentiel'));
  expect(summary?.encrypted).toBe(true);
  expect(bodyOf(summary as SeenEvent).match(/•/g)).toHaveLength(2);
  expect(summary?.roomId).not.toBe(entry.roomId);
  const old = `rooms/${encodeURIComponent(entry.roomId)}`;
  expect(await bench.as(mt, 'GET', `${old}/state/m.room.tombstone/`)).toEqual({
    body: '',
    replacement_room: summary?.roomId,
  });
  await autre.seen((event) => event.sender === bot && bodyOf(event).includes('Vous ne suivez plus ce dossier ici'));
  expect(everSeen('autre')).not.toMatch(LUCIE);
  expect(everSeen('mt')).not.toMatch(HECTOR);
  expect(complaints).toEqual([]);
});
