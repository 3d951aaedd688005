/** Who is rung when a target is missed: always somebody. */
import { expect, test } from 'vitest';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import { routeEscalation } from '../../care/request/escalation.ts';
import { newRequest } from '../../care/request/request.ts';
import { pathway } from './offers.ts';

const NOW = Date.UTC(2026, 10, 23, 8);
const PRET = pathway(`
id: pret
title: Prêt
family: pret
ask: { who: [infirmier], consent: not-needed, urgent: accept }
to: { group: materiel, dispatch: first-accept }
sla: { clock: calendar, take: { within: 4h, escalate: [{ at: 100%, to: asker }] } }
`);

const person = (id: string, groups: string[] = []): Person => {
  return { id, matrix: `@${id}:test`, name: `Mme ${id}`, role: 'infirmier', groups };
};
const pret = person('pret', ['materiel']);

/** Rooms and those who are rung there, when it was asked by `asker` and these are known today. */
function rung(asker: string | undefined, known: Person[]): string[] {
  const opened = { by: 'person' } as const;
  const given = { code: 'D-4K7', pathway: PRET, opened, asker, askedAt: NOW, answers: [] };
  const people = peopleFrom(known, [], []);
  const deliveries = routeEscalation(people, newRequest(given, NOW), 'escalated', 'asker', NOW);
  return deliveries.map(({ room, ring }) => `${room} 🔔 ${ring.join()}`);
}

test('the asker, in their own room', () => {
  expect(rung('idel', [person('idel'), pret])).toEqual(['direct:@idel:test 🔔 @idel:test']);
});

test.each([
  ['who asked has left', 'idel'],
  ['an event asked', undefined],
])('nobody asked any more (%s): the whole group, rather than nobody', (_why, asker) => {
  expect(rung(asker, [pret])).toEqual(['group:materiel 🔔 @pret:test']);
});
