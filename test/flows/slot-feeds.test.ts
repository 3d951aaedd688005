/** Slots that come from elsewhere, as those who book them read it: calendars, tables, a scheduling service over HTTP. */
import { writeFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { importSlots, type SlotFeed, readFeeds } from '../../bridge/slot-feeds.ts';
import { demoSlots } from '../../cli/demo-data.ts';
import { tidySlots } from '../../cli/serve-slots.ts';
import { DAY } from '../../care/relay/civil-time.ts';
import { countSlots } from '../../care/request/slot-count.ts';
import { wholeFeed, type FedSlot } from '../../care/request/slot-feed.ts';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import { openWard, paris, type Ward } from './stage.ts';

const last = (ward: Ward, id: string): string => ward.bodies(id).at(-1) ?? '';
const cardio: Person = { id: 'cardio1', matrix: '@cardio1:test', name: 'Dr cardio1', role: 'specialiste', groups: [] };
const mt: Person = { id: 'mt', matrix: '@mt:test', name: 'Dr mt', role: 'medecin-traitant', groups: [] };
let codes = 0;
const ports = (ward: Ward) => ({
  store: ward.store,
  people: peopleFrom([cardio, mt], [], []),
  ids: { code: () => `X${(codes += 1)}` },
});
const fed = (hour: number, over: Partial<FedSlot> = {}): FedSlot => ({
  uid: `u${hour}`,
  offeredBy: 'Dr cardio1',
  person: 'cardio1',
  specialty: 'cardiologie',
  place: 'MSP de Caudry',
  start: paris(2026, 1, 13, hour),
  end: paris(2026, 1, 13, hour, 30),
  places: 1,
  ...over,
});
const say = async (ward: Ward, ...slots: FedSlot[]) => {
  const tally = await importSlots(ports(ward), { id: 'aller-vers', slots, covers: wholeFeed }, 'operator', () =>
    ward.now(),
  );
  await ward.settle();
  return tally;
};

it('is offered, stays as it is when said again, and moves: who had booked is told and the new hour is free', async () => {
  const ward = await openWard({ slots: demoSlots() });
  expect(await say(ward, fed(10), fed(11))).toEqual({ offered: 2, changed: 0, withdrawn: 0, unchanged: 0 });
  expect(await say(ward, fed(10), fed(11))).toEqual({ offered: 0, changed: 0, withdrawn: 0, unchanged: 2 });
  await ward.types('mt', 'snp demain cardiologie');
  expect(last(ward, 'mt')).toContain('2 créneaux');
  await ward.types('mt', '1');
  await ward.types('mt', 'oui');
  expect(ward.bodies('cardio1').join('\n')).toContain('Dr mt réserve une place : mardi 13 janvier à 10h');
  const moved = fed(10, { start: paris(2026, 1, 13, 14), end: paris(2026, 1, 13, 14, 30) });
  expect(await say(ward, moved, fed(11))).toEqual({ offered: 1, changed: 0, withdrawn: 1, unchanged: 1 });
  expect(last(ward, 'mt')).toContain('Rendez-vous annulé par Dr cardio1 : mardi 13 janvier à 10h');
  await ward.types('mt', 'snp demain cardiologie');
  expect(last(ward, 'mt')).toContain('14h');
  expect(last(ward, 'mt')).not.toContain('10h');
  // A phone number alone moves nobody.
  expect(await say(ward, { ...moved, phone: '03 53 01 02 03' }, fed(11))).toMatchObject({ changed: 1, withdrawn: 0 });
  await ward.close();
});

it('withdrawn and back again, it is free: nobody is thought to have it', async () => {
  const ward = await openWard({ slots: demoSlots() });
  await say(ward, fed(10));
  await ward.types('mt', 'snp demain cardiologie');
  await ward.types('mt', '1');
  await ward.types('mt', 'oui');
  await say(ward);
  expect(last(ward, 'mt')).toContain('Rendez-vous annulé');
  expect(await say(ward, fed(10))).toMatchObject({ offered: 1 });
  await ward.types('idel', 'snp demain cardiologie');
  expect(last(ward, 'idel')).toContain('1. mardi 13 janvier à 10h');
  await ward.types('mt', 'annuler');
  expect(last(ward, 'mt')).not.toContain('place rendue');
  await ward.close();
});

it('a thousand slots come in several commits, all of them, each with its audit row', async () => {
  const ward = await openWard({ slots: demoSlots() });
  const many = Array.from({ length: 1_000 }, (_, n) =>
    fed(8, { uid: `m${n}`, start: paris(2026, 1, 13, 8) + n * 60_000, end: paris(2026, 1, 13, 8, 30) + n * 60_000 }),
  );
  expect(await say(ward, ...many)).toMatchObject({ offered: 1_000 });
  const rows = (await ward.store.audit(2_000)).filter(({ action }) => action === 'slots:import');
  expect(rows).toHaveLength(5);
  await ward.close();
});

it('a calendar over HTTP: read, not sent again the same day, and a sudden emptiness is not believed at once', async () => {
  const ward = await openWard({ slots: demoSlots() });
  const calendar = (...events: string[]): string => ['BEGIN:VCALENDAR', ...events, 'END:VCALENDAR'].join('\r\n');
  const slot = ['BEGIN:VEVENT', 'UID:a', 'DTSTART:20260113T090000Z', 'DURATION:PT30M', 'END:VEVENT'].join('\r\n');
  let body: string | Response = calendar(slot);
  const asked: (string | null)[] = [];
  const fetching = (async (_url: string, init: RequestInit) => {
    asked.push(new Headers(init.headers).get('if-none-match'));
    if (body instanceof Response) return body;
    return new Response(body, { headers: { etag: '"1"' } });
  }) as typeof fetch;
  const said: string[] = [];
  const feed: SlotFeed = {
    id: 'aller-vers',
    from: { url: 'https://agenda.example.fr/secret.ics' },
    defaults: { places: 1, offeredBy: 'Dr cardio1', specialty: 'cardiologie', place: 'MSP de Caudry' },
    events: 'all',
  };
  const turn = () =>
    readFeeds(ports(ward), [feed], {
      clocks: { civil: () => ward.now() },
      log: (_level, message) => void said.push(message),
      fetching,
    });
  await turn();
  await ward.types('mt', 'snp demain cardiologie');
  expect(last(ward, 'mt')).toContain('1. mardi 13 janvier à 10h — Dr cardio1, MSP de Caudry');
  body = new Response(null, { status: 304 });
  await turn();
  body = new Response('gone', { status: 503 });
  await turn();
  body = '<html>Connectez-vous</html>';
  await turn();
  body = calendar();
  await turn();
  await ward.types('mt', 'snp demain cardiologie');
  expect(last(ward, 'mt')).toContain('1. mardi 13 janvier');
  await turn();
  await ward.types('mt', 'snp demain cardiologie');
  expect(last(ward, 'mt')).toContain('aucun créneau libre');
  expect(asked.slice(0, 3)).toEqual([null, '"1"', '"1"']);
  expect(said).toContain('slots: it answers 503: is the address still good?; what it said before stands');
  expect(said.join()).not.toContain('secret.ics');
  body = new Response('x'.repeat(5 * 1024 * 1024 + 1));
  await turn();
  expect(said.at(-1)).toContain('larger than');
  await ward.close();
});

it('a table on the disk of somebody’s Excel', async () => {
  const ward = await openWard({ slots: demoSlots() });
  const file = join(await mkdtemp(join(tmpdir(), 'slots-')), 'creneaux.csv');
  const text =
    'date;début;fin;spécialité;lieu;par\r\n13/01/2026;10h;10h30;prêt Holter;Pharmacie de l’Hôtel;Pharmacie Essai\r\n';
  await writeFile(file, Buffer.from(text.replace('’', "'"), 'latin1'));
  const feed: SlotFeed = { id: 'prets', from: { file }, defaults: { places: 1 }, events: 'all' };
  await readFeeds(ports(ward), [feed], { clocks: { civil: () => ward.now() }, log: () => undefined });
  await ward.types('mt', 'snp demain prêt holter');
  expect(last(ward, 'mt')).toContain("Pharmacie Essai, Pharmacie de l'Hôtel");
  await ward.close();
});

/** @returns the code of the cardiologist's place, which the doctor has booked */
async function booked(ward: Ward): Promise<string> {
  await say(ward, fed(10));
  await ward.types('mt', 'snp demain cardiologie');
  await ward.types('mt', '1');
  await ward.types('mt', 'oui');
  return /C-\w+/.exec(ward.bodies('mt').findLast((body) => body.startsWith('Réservé')) ?? '')?.[0] ?? '';
}

it('the booking’s room is told that it ends, a week after the slot, and is left', async () => {
  const ward = await openWard({ slots: demoSlots() });
  const code = await booked(ward);
  const room = () => ward.store.rooms.get(`request:${code}`);
  await ward.until(paris(2026, 1, 20, 10, 29));
  expect((await room())?.state).toBe('open');
  await ward.until(paris(2026, 1, 20, 10, 30));
  expect(last(ward, 'mt')).toContain(`${code} est passé : ce salon se ferme`);
  expect((await room())?.state).toBe('closed');
  await ward.close();
});

it('a place given back ends its room too', async () => {
  const ward = await openWard({ slots: demoSlots() });
  const code = await booked(ward);
  await ward.types('mt', `annuler ${code}`);
  await ward.until(paris(2026, 1, 19, 9, 30));
  expect((await ward.store.rooms.get(`request:${code}`))?.state).toBe('closed');
  await ward.close();
});

it('slots are counted, and what is long over is erased while the counts stay', async () => {
  const ward = await openWard();
  const slots = { offered: async () => [], matches: () => true };
  await say(ward, fed(10), fed(11, { places: 3 }));
  await ward.types('mt', 'snp demain cardiologie');
  await ward.types('mt', '1');
  await ward.types('mt', 'oui');
  await ward.types('idel', 'snp demain');
  await ward.types('idel', '1');
  await ward.until(paris(2026, 1, 12, 9, 30));
  await ward.types('mt', 'snp samedi dentaire');
  const counts = () => countSlots({ store: ward.store, slots }, paris(2026, 1, 1, 0), paris(2026, 1, 31, 0));
  const total = { offered: 4, booked: 1, released: 0, expired: 1, withdrawn: 0, noPlace: 1 };
  expect((await counts()).total).toEqual(total);
  await tidySlots(ward.store, () => ward.now() + 80 * DAY);
  expect(await ward.store.files.find('slot', 'feed:aller-vers')).toHaveLength(2);
  await tidySlots(ward.store, () => ward.now() + 95 * DAY);
  expect(await ward.store.files.find('slot', 'feed:aller-vers')).toHaveLength(0);
  expect((await counts()).total).toEqual(total);
  await ward.close();
});
