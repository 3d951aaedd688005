/**
 * Where each declines for themselves: every state that people can bring a request to, every move of everybody in it, beside
 * a model of three sentences. A no is one person's; who takes it takes their no back; when nobody is left the backup is
 * called once, then it ends.
 */
import { describe, expect, test } from 'vitest';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import { released } from '../../care/request/clock-moves.ts';
import { counted, figuresOf } from '../../care/request/counting.ts';
import { rearm } from '../../care/request/deadlines.ts';
import { routeEscalation } from '../../care/request/escalation.ts';
import type { Around, Moved } from '../../care/request/moved.ts';
import { mayNotSendAway, type RequestMove, step } from '../../care/request/moves.ts';
import type { Pathway } from '../../care/request/pathway.ts';
import { isEnded, newRequest, type Request } from '../../care/request/request.ts';
import { reportOf } from '../../care/request/report.ts';
import { routeStep } from '../../care/request/routing.ts';
import { inOrder } from '../../care/request/seeing.ts';
import { pathway } from './offers.ts';

const NOW = Date.UTC(2026, 10, 23, 8);
const file = (to: string): Pathway =>
  pathway(`
id: ambulance
title: Ambulance
family: ambulance
ask: { who: [medecin], consent: not-needed, urgent: accept }
form: [{ key: trajet, type: text, share: before }]
to: { group: ambulances, dispatch: first-accept, decline: each${to} }
answer: { who: [infirmier] }
sla: { clock: calendar, take: { within: 1h, escalate: [{ at: 100%, to: group }] } }
`);
const ALONE = file('');
const HELPED = file(', backup: [renfort]');

const person = (id: string, groups: string[], role: Person['role'] = 'infirmier'): Person => {
  return { id, matrix: `@${id}:test`, name: `Mme ${id}`, role, groups };
};
const WHO = {
  asker: person('asker', ['ambulances']),
  one: person('one', ['ambulances']),
  two: person('two', ['ambulances', 'renfort']),
  help: person('help', ['renfort']),
  desk: person('desk', ['ambulances'], 'secretariat'), // of the group, but may not answer: nobody waits for their no
  stranger: person('stranger', ['autres']),
};
type Name = keyof typeof WHO;
const PEOPLE = peopleFrom(Object.values(WHO), [], []);
const around: Around = {
  now: NOW,
  nameOf: (id) => id,
  called: () => [],
  group: (name) => PEOPLE.group(name),
};

const asked = (by: Pathway): Request =>
  newRequest({ code: 'D-1', pathway: by, opened: { by: 'person' }, asker: 'asker', askedAt: NOW, answers: [] }, NOW);

function after(request: Request, who: Name, move: RequestMove): Moved {
  const moved = step(request, WHO[who], move, around);
  if ('data' in moved) throw new Error(`${move.do} by ${who} is refused: ${moved.code}`);
  return moved;
}
const declines = (request: Request, who: Name, text = ''): Moved => after(request, who, { do: 'refuse', text });
const steps = ({ told }: Moved): string[] => told.map((one) => one.step);

type Model = { declined: string[]; taker: string | undefined; called: boolean; ended: boolean };
const modelOf = ({ declined = [], taker, escalatedTo, status }: Request): Model => ({
  declined: [...declined].sort(),
  taker,
  called: escalatedTo.includes('backup'),
  ended: status === 'refused',
});

/** @returns undefined: refused */
function expected(model: Model, who: Name, what: 'take' | 'give-back' | 'refuse', helped: boolean): Model | undefined {
  const may = who === 'one' || who === 'two' || (who === 'help' && helped);
  if (!may || model.ended) return undefined;
  if (what === 'take')
    return model.taker === undefined
      ? { ...model, taker: who, declined: model.declined.filter((id) => id !== who) }
      : undefined;
  if (what === 'give-back') return model.taker === who ? { ...model, taker: undefined } : undefined;
  if (model.taker === undefined ? model.declined.includes(who) : model.taker !== who) return undefined;
  const declined = [...model.declined, who].sort();
  const left = (all: string[]): boolean => all.some((id) => !declined.includes(id));
  const open = left(model.called ? ['one', 'two', 'help'] : ['one', 'two']);
  const calls = !open && helped && !model.called && left(['two', 'help']);
  return { declined, taker: undefined, called: model.called || calls, ended: !open && !calls };
}

describe.each([
  ['without a backup', ALONE, false, 8],
  ['with one', HELPED, true, 38],
])('%s', (_name, by, helped, states) => {
  test('every state, every move of everybody', () => {
    const seen = new Map<string, Request>([[JSON.stringify(modelOf(asked(by))), asked(by)]]);
    for (const before of seen.values())
      for (const who of Object.keys(WHO) as Name[])
        for (const what of ['take', 'give-back', 'refuse'] as const) {
          const kept = JSON.stringify(before);
          const moved = step(before, WHO[who], { do: what, text: '' }, around);
          expect(JSON.stringify(before), 'a move changes nothing in place').toBe(kept);
          const wanted = expected(modelOf(before), who, what, helped);
          expect('data' in moved ? undefined : modelOf(moved.request), `${kept} ${who} ${what}`).toEqual(wanted);
          if ('data' in moved) continue;
          const { request } = moved;
          expect(request.history.at(-1)?.step).toBe(moved.told.at(-1)?.step);
          expect(moved.told.at(-1)?.on).toEqual(request);
          const rung = moved.told.flatMap((told) => routeStep(PEOPLE, told, undefined, NOW)).flatMap((d) => d.ring);
          for (const id of request.declined ?? []) expect(rung, `${id} is not rung again`).not.toContain(`@${id}:test`);
          const armed = rearm(PEOPLE, request, NOW).filter((change) => change.do === 'set');
          expect(armed.length > 0).toBe(request.status === 'asked'); // what waits is woken; what has ended is not
          if (request.status === 'asked')
            for (const to of ['group', 'backup', 'on-duty'] as const) {
              const called = routeEscalation(PEOPLE, request, 'escalated', to, NOW).flatMap((d) => d.ring);
              expect(called.filter((id) => id !== '@asker:test' && id !== '@desk:test')).not.toEqual([]);
              for (const id of request.declined ?? []) expect(called).not.toContain(`@${id}:test`);
            }
          const key = JSON.stringify(modelOf(request));
          if (!seen.has(key)) seen.set(key, request);
        }
    expect(seen.size).toBe(states);
  });
});

test('the last no calls the backup at once, its last no ends it: the asker alone reads why', () => {
  const first = declines(asked(HELPED), 'one', 'hors secteur');
  expect(steps(first)).toEqual(['declined']);
  const second = declines(first.request, 'two');
  expect(steps(second)).toEqual(['declined', 'backup-called']);
  const last = declines(second.request, 'help', 'en congé');
  expect(steps(last)).toEqual(['declined', 'all-declined']);
  expect(isEnded(last.request)).toBe(true);
  const said = last.told.flatMap((told) => routeStep(PEOPLE, told, undefined, NOW));
  const why = said.filter((one) => JSON.stringify(one).includes('hors secteur\\nen congé'));
  expect(why.map(({ room, ring }) => [room, ring])).toEqual([['direct:@asker:test', ['@asker:test']]]);
  expect(last.request.history.filter((h) => h.step === 'declined').map((h) => h.by)).toEqual(['one', 'two', 'help']);
});

test('who had taken it gives it back by their no; the others are rung, and the clock speaks again if all is past', () => {
  const taken = after(asked(ALONE), 'one', { do: 'take' }).request;
  const back = declines(taken, 'one');
  expect(steps(back)).toEqual(['declined', 'given-back']);
  const rung = back.told.flatMap((told) => routeStep(PEOPLE, told, undefined, NOW)).flatMap((d) => d.ring);
  expect(rung).toEqual(['@two:test', '@desk:test', '@asker:test']);
  const late = NOW + 2 * 3_600_000;
  const past = rearm(PEOPLE, { ...back.request, escalatedTo: ['group'] }, late);
  expect(past.filter((change) => change.do === 'set')).toMatchObject([{ dueAt: late }]);
});

test('the last one gives it back by their no: the backup is called, and the clock that was past speaks again', () => {
  const taken = after(declines(asked(HELPED), 'one').request, 'two', { do: 'take' }).request;
  const back = declines({ ...taken, escalatedTo: ['group'] }, 'two');
  expect(steps(back)).toEqual(['declined', 'given-back', 'backup-called']);
  const late = NOW + 2 * 3_600_000;
  const past = rearm(PEOPLE, back.request, late);
  expect(past.filter((change) => change.do === 'set')).toMatchObject([{ dueAt: late }]);
  const rung = back.told.map((told) => routeStep(PEOPLE, told, undefined, NOW).flatMap((d) => d.ring));
  expect(rung).toEqual([[], ['@asker:test'], ['@help:test']]);
});

test('a no is kept while another has it, and when the clock releases it', () => {
  const one = declines(asked(ALONE), 'one').request;
  const taken = after(one, 'two', { do: 'take' }).request;
  expect(step(taken, WHO.one, { do: 'refuse', text: '' }, around)).toMatchObject({ code: 'not-the-taker' });
  expect(released(taken, NOW).request.declined).toEqual(['one']);
});

test('twice is said, and changes nothing; it leaves the list of what waits', () => {
  const one = declines(asked(ALONE), 'one').request;
  expect(step(one, WHO.one, { do: 'refuse', text: '' }, around)).toMatchObject({ code: 'declined-already' });
  expect(inOrder([one], WHO.one, NOW)).toEqual([]);
  expect(inOrder([one], WHO.two, NOW)).toHaveLength(1);
});

test('one of them does not send it elsewhere for the others; who has taken it does', () => {
  expect(mayNotSendAway(asked(ALONE), WHO.one, around)).toMatchObject({ code: 'not-taken' });
  const taken = after(asked(ALONE), 'one', { do: 'take' }).request;
  expect(mayNotSendAway(taken, WHO.one, around)).toBeUndefined();
});

test('the only one who had not declined has left the group: the others are asked anew, rather than nobody', () => {
  const one = declines(asked(ALONE), 'one').request;
  const without = peopleFrom([WHO.asker, WHO.one], [], []);
  for (const what of ['reminded', 'escalated'] as const)
    expect(routeEscalation(without, one, what, 'group', NOW).flatMap((d) => d.ring)).toEqual(['@one:test']);
});

test('the next stage asks everybody again', () => {
  const two = pathway(`
id: deux
title: Deux temps
family: deux
ask: { who: [medecin], consent: not-needed, urgent: accept }
stages:
  - { id: aller, title: Aller, done: fait, to: { group: ambulances, dispatch: first-accept, decline: each } }
  - { id: retour, title: Retour, done: fait, to: { group: ambulances, dispatch: first-accept, decline: each } }
`);
  const one = declines(asked(two), 'one', 'loin').request;
  const taken = after(one, 'two', { do: 'take' }).request;
  const next = after(taken, 'two', { do: 'answer', text: 'Fait.' });
  expect(next.request).toMatchObject({ stage: 1, declined: [] });
  const rung = next.told.flatMap((told) => routeStep(PEOPLE, told, undefined, NOW)).flatMap((d) => d.ring);
  expect(rung).toContain('@one:test');
});

test('the report says who could not, not why; the figures count one request, answered or not', () => {
  const one = declines(asked(ALONE), 'one', 'en congé').request;
  const taken = after(one, 'two', { do: 'take' }).request;
  const done = after(taken, 'two', { do: 'answer', text: 'Fait.' }).request;
  const { steps: rows } = reportOf(PEOPLE, [], done, undefined, NOW);
  expect(rows.map(({ step: row, by, text }) => [row, by, text])).toEqual([
    ['asked', 'Mme asker', undefined],
    ['declined', 'Mme one', undefined],
    ['taken', 'Mme two', undefined],
    ['answered', 'Mme two', undefined],
  ]);
  const refused = declines(one, 'two').request;
  const figures = figuresOf(counted([done, refused, one], NOW));
  expect(figures).toMatchObject({ asked: 3, taken: 1, answered: 1, unanswered: 1, open: 1 });
});
