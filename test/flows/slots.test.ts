/** Slots: shown, kept, booked, given back, offered by a colleague; as each of them reads it. */
import { expect, it } from 'vitest';
import { demoSlots } from '../../cli/demo-data.ts';
import { peopleFrom } from '../../care/people/person.ts';
import type { NewDelivery } from '../../care/relay/decision.ts';
import { decideHold } from '../../care/request/booking.ts';
import type { BookingNews } from '../../care/request/slot-decision.ts';
import type { Slot } from '../../care/request/slot.ts';
import { ONE_SLOT } from './one-slot.ts';
import { openWard, paris, type Ward } from './stage.ts';

const last = (ward: Ward, id: string): string => ward.bodies(id).at(-1) ?? '';
const codeIn = (text: string): string => /C-\w{4}/.exec(text)?.[0] ?? '';

it('keeps a place, then books it; the colleague is rung, and the patient is named in their own room only', async () => {
  const ward = await openWard({ slots: ONE_SLOT });
  await ward.types('mt', 'snp demain cardio');
  expect(last(ward, 'mt')).toContain('1. mardi 13 janvier à 10h');
  await ward.types('mt', '1');
  expect(last(ward, 'mt')).toContain('Place gardée pour vous jusqu’à');
  expect(ward.bodies('cardio1')).toHaveLength(0);
  await ward.types('mt', 'Oui, palpitations à l’effort');
  const confirmed = ward.bodies('mt').findLast((body) => body.startsWith('Réservé')) ?? '';
  const code = codeIn(confirmed);
  expect(code).toMatch(/^C-/);
  expect(ward.bodies('cardio1').join('\n')).toContain(`Dr mt réserve une place : mardi 13 janvier à 10h`);
  expect(ward.bodies('cardio1').join('\n')).toContain("palpitations à l'effort");
  const room = [...ward.transport.rooms.values()].find((r) => r.spec.name === code);
  expect(room?.spec.encrypted).toBe(true);
  expect([...(room?.members.keys() ?? [])].sort()).toEqual(['@cardio1:test', '@mt:test', '@relais:transcript']);
  // Nobody else sees it any more, and the evening before both are reminded, without a ring.
  await ward.types('idel', 'snp demain cardio');
  expect(last(ward, 'idel')).toContain('aucun créneau libre');
  await ward.until(paris(2026, 1, 12, 18, 0));
  expect(last(ward, 'mt')).toContain('Demain : rendez-vous');
  expect(last(ward, 'cardio1')).toContain('réservé par Dr mt');
  await ward.close();
});

it('a place that is not confirmed is given back after ten minutes, and the other one gets it', async () => {
  const ward = await openWard({ slots: ONE_SLOT });
  await ward.types('mt', 'snp demain cardio');
  await ward.types('idel', 'snp demain cardio');
  await ward.types('mt', 'reserver 1');
  await ward.types('idel', 'reserver 1');
  expect(last(ward, 'idel')).toContain('vient d’être pris');
  await ward.until(paris(2026, 1, 12, 9, 15));
  expect(last(ward, 'mt')).toContain('Vous n’avez pas confirmé');
  await ward.types('mt', 'oui');
  expect(last(ward, 'mt')).toContain('pas de réservation');
  await ward.types('idel', 'reserver 1');
  await ward.types('idel', 'ok');
  expect(ward.bodies('idel').join('\n')).toContain('Réservé');
  await ward.close();
});

it('is given back by its code, and offered again', async () => {
  const ward = await openWard({ slots: ONE_SLOT });
  await ward.types('mt', 'snp demain cardio');
  await ward.types('mt', '1');
  await ward.types('mt', 'oui');
  const code = codeIn(ward.bodies('mt').join('\n'));
  await ward.types('mt', `annuler ${code.toLowerCase()}`);
  expect(last(ward, 'mt')).toContain('place rendue');
  expect(last(ward, 'cardio1')).toContain('a annulé');
  // Neither hold nor reminder: only the room's end.
  expect((await ward.store.timers.list('slot', 'r@2026-01-13.0')).map(({ step }) => step)).toEqual([`close:${code}`]);
  await ward.types('idel', 'snp demain');
  expect(last(ward, 'idel')).toContain('1. mardi 13 janvier');
  await ward.close();
});

it('is offered by a colleague in one line, seen by the others, and withdrawn: who had booked is rung', async () => {
  const ward = await openWard();
  await ward.types('cardio1', 'creneau ajouter demain 14h-16h 3 places cardio à la MSP de Caudry');
  const id = /S-\w{4}/.exec(last(ward, 'cardio1'))?.[0] ?? '';
  expect(last(ward, 'cardio1')).toContain('mardi 13 janvier à 14h, cardio, la MSP de Caudry, 3 places');
  await ward.types('mt', 'creneau cardio demain après-midi');
  expect(last(ward, 'mt')).toContain('(3 places)');
  await ward.types('mt', '1');
  await ward.types('mt', 'oui');
  await ward.types('cardio1', 'creneau');
  expect(last(ward, 'cardio1')).toContain('1 réservée(s) sur 3');
  await ward.types('mt', `creneau retirer ${id}`);
  expect(last(ward, 'mt')).toContain('Seul le confrère');
  await ward.types('cardio1', `creneau retirer ${id}`);
  const rung = ward.readBy('@mt:test').at(-1)?.event.content;
  expect(rung?.['body']).toContain('Rendez-vous annulé par Dr cardio1');
  expect(rung?.['m.mentions']).toEqual({ user_ids: ['@mt:test'] });
  await ward.types('mt', 'creneau cardio demain');
  expect(last(ward, 'mt')).toContain('aucun créneau libre');
  await ward.close();
});

it('an offer without an hour, or in the past, is asked again', async () => {
  const ward = await openWard();
  await ward.types('cardio1', 'creneau ajouter demain');
  expect(last(ward, 'cardio1')).toContain('Dites le jour et les heures');
  await ward.types('cardio1', 'creneau ajouter aujourd’hui 8h-9h');
  expect(last(ward, 'cardio1')).toMatch(/déjà passé|Dites le jour/);
  await ward.close();
});

it('the demo’s slots: a page, the next one, nothing over', async () => {
  const ward = await openWard({ slots: demoSlots(), start: [2026, 11, 23, 15, 30] });
  await ward.types('mt', 'snp ce soir generaliste');
  expect(last(ward, 'mt').split('\n').length).toBeLessThanOrEqual(8);
  await ward.types('mt', 'suite');
  expect(last(ward, 'mt')).toContain('6. ');
  await ward.close();
});

it('ten who want one place: one has it, nine are told', async () => {
  const askers = Array.from({ length: 10 }, (_, n) => `p${n}`);
  const persons = askers.map((id) => ({
    id,
    matrix: `@${id}:test`,
    name: `Dr ${id}`,
    role: 'medecin' as const,
    groups: [],
  }));
  const ward = await openWard({ slots: ONE_SLOT, persons });
  for (const id of askers) await ward.types(id, 'snp demain cardio');
  for (const id of askers) {
    const room = await ward.direct(`@${id}:test`);
    ward.transport.type(room, `@${id}:test`, { msgtype: 'm.text', body: '1' });
  }
  await ward.settle();
  const ends = askers.map((id) => last(ward, id));
  expect(ends.filter((end) => end.includes('Place gardée'))).toHaveLength(1);
  expect(ends.filter((end) => end.includes('vient d’être pris'))).toHaveLength(9);
  await ward.close();
});

it('a reminder that Relais could not give the evening before names the right day, and none comes after the appointment', async () => {
  for (const [hour, said] of [
    [8, 1],
    [11, 0],
  ] as const) {
    const ward = await openWard({ slots: ONE_SLOT });
    await ward.types('mt', 'snp demain cardio');
    await ward.types('mt', '1');
    await ward.types('mt', 'oui');
    const before = ward.bodies('mt').length;
    await ward.jump(paris(2026, 1, 13, hour));
    const reminders = ward.bodies('mt').slice(before);
    expect(reminders).toHaveLength(said);
    for (const body of reminders) expect(body).toMatch(/^Aujourd’hui : rendez-vous/);
    await ward.close();
  }
});

it('two bookings never have one code, which is the name of their room', async () => {
  const slot = (id: string, hour: number): Slot => ({
    id,
    offeredBy: 'Dr cardio1',
    person: 'cardio1',
    specialty: 'cardiologie',
    place: 'CH du Modèle',
    start: paris(2026, 1, 13, hour),
    end: paris(2026, 1, 13, hour + 1),
    places: 1,
  });
  const ward = await openWard();
  const people = peopleFrom([], [], []);
  const ids = { code: (length: number) => 'ABCDEFGH'.slice(0, length) }; // as bad as luck can be
  const by = { id: 'mt', matrix: '@mt:test', name: 'Dr mt', role: 'medecin' as const, groups: [] };
  const codes: string[] = [];
  const reply = (news: BookingNews): NewDelivery => {
    codes.push(news.code ?? '');
    return { room: 'direct:@mt:test', ring: [], announcement: { kind: 'answer', command: 'reserver', result: news } };
  };
  for (const one of [slot('a', 10), slot('b', 11)]) {
    const decided = await decideHold({ store: ward.store, people, ids }, one, by, ward.now(), reply);
    if ('data' in decided) throw new Error(decided.code);
    expect(await ward.store.commit(decided, ward.now())).toBe('committed');
  }
  expect(codes).toEqual(['C-ABCD', 'C-ABCDE']);
  await ward.close();
});
