/** Every move, by everybody, in every status: what is not allowed below is refused, and leaves the request as it was. */
import { describe, expect, test } from 'vitest';
import type { Person } from '../../care/people/person.ts';
import { closedByItself, expired, released, silenced } from '../../care/request/clock-moves.ts';
import type { Around } from '../../care/request/moved.ts';
import { mayNotSendAway, redirect, type RequestMove, step } from '../../care/request/moves.ts';
import { isEnded, newRequest, type Request, type RequestStatus } from '../../care/request/request.ts';
import { pathway } from './offers.ts';

const AVIS = pathway(`
id: avis
title: Avis
family: avis
words: [avis]
ask: { who: [medecin], consent: not-needed, urgent: accept }
form: [{ key: question, type: text, share: before }]
to: { group: experts, dispatch: first-accept, backup: [renfort] }
`);
const RCP = pathway(`
id: rcp
title: RCP
family: rcp
ask: { who: [medecin], consent: not-needed, urgent: accept }
to: { group: experts, dispatch: everyone }
`);
const NOW = Date.UTC(2026, 10, 23, 8);

function person(id: string, groups: string[] = []): Person {
  return { id, matrix: `@${id}:test`, name: `Dr ${id}`, role: 'medecin', groups };
}
const WHO = {
  asker: person('asker', ['experts']),
  taker: person('taker', ['experts']),
  colleague: person('colleague', ['experts']),
  backup: person('backup', ['renfort']),
  stranger: person('stranger', ['autres']),
};
type Name = keyof typeof WHO;
const around: Around = {
  now: NOW,
  nameOf: (id) => `Dr ${id}`,
  called: (name) => Object.values(WHO).filter((p) => p.id === name),
  group: (name) => Object.values(WHO).filter((p) => p.groups.includes(name)),
};
const MOVES: Record<string, RequestMove> = {
  take: { do: 'take' },
  'give-back': { do: 'give-back' },
  'hand-over': { do: 'hand-over', name: 'colleague' },
  'ask-info': { do: 'ask-info', text: 'Depuis quand ?' },
  'give-info': { do: 'give-info', text: 'Hier.' },
  answer: { do: 'answer', text: 'Rien à faire.' },
  refuse: { do: 'refuse', text: 'Pas pour nous.' },
  close: { do: 'close' },
  cancel: { do: 'cancel' },
};
const STATUSES: RequestStatus[] = [
  'asked',
  'taken',
  'info-requested',
  'answered',
  'closed',
  'refused',
  'redirected',
  'cancelled',
  'expired',
];

const asked = (path = AVIS): Request =>
  newRequest({ code: 'D-1', pathway: path, opened: { by: 'person' }, asker: 'asker', askedAt: NOW, answers: [] }, NOW);

/** One step that must be allowed. */
function after(request: Request, who: Name, move: RequestMove): Request {
  const moved = step(request, WHO[who], move, around);
  if ('data' in moved) throw new Error(`${move.do} by ${who} is refused: ${moved.code}`);
  return moved.request;
}

/** A request in each status, reached by the moves themselves. */
function inStatus(status: RequestStatus): Request {
  const taken = after(asked(), 'taker', { do: 'take' });
  switch (status) {
    case 'asked':
      return asked();
    case 'taken':
      return taken;
    case 'info-requested':
      return after(taken, 'taker', { do: 'ask-info', text: 'Depuis quand ?' });
    case 'answered':
      return after(taken, 'taker', { do: 'answer', text: 'Rien.' });
    case 'closed':
      return closedByItself(inStatus('answered'), NOW).request;
    case 'refused':
      return after(taken, 'taker', { do: 'refuse', text: 'Non.' });
    case 'redirected':
      return redirect(taken, WHO.taker, { code: 'D-2', title: 'Autre' }, '', around).request;
    case 'cancelled':
      return after(asked(), 'asker', { do: 'cancel' });
    case 'expired':
      return expired(asked(), NOW).request;
    default:
      return status satisfies never;
  }
}

/** The whole of what is allowed: status, move, who, and the status that follows. */
const ALLOWED: [RequestStatus, string, Name[], RequestStatus][] = [
  ['asked', 'take', ['taker', 'colleague', 'backup'], 'taken'],
  ['asked', 'refuse', ['asker', 'taker', 'colleague', 'backup'], 'refused'],
  ['asked', 'cancel', ['asker'], 'cancelled'],
  ['taken', 'give-back', ['taker'], 'asked'],
  ['taken', 'hand-over', ['taker'], 'taken'],
  ['taken', 'ask-info', ['taker'], 'info-requested'],
  ['taken', 'answer', ['taker'], 'answered'],
  ['taken', 'refuse', ['taker'], 'refused'],
  ['taken', 'cancel', ['asker'], 'cancelled'],
  ['info-requested', 'give-back', ['taker'], 'asked'],
  ['info-requested', 'hand-over', ['taker'], 'info-requested'],
  ['info-requested', 'give-info', ['asker'], 'taken'],
  ['info-requested', 'answer', ['taker'], 'answered'],
  ['info-requested', 'refuse', ['taker'], 'refused'],
  ['info-requested', 'cancel', ['asker'], 'cancelled'],
  ['answered', 'answer', ['taker'], 'answered'],
  ['answered', 'close', ['asker', 'taker'], 'closed'],
];

describe('a request', () => {
  const cases = STATUSES.flatMap((status) =>
    Object.keys(MOVES).flatMap((move) => (Object.keys(WHO) as Name[]).map((who) => [status, move, who] as const)),
  );
  test(`allows ${ALLOWED.flatMap(([, , who]) => who).length} of ${cases.length} and refuses the others`, () => {
    const seen: string[] = [];
    for (const [status, name, who] of cases) {
      const move = MOVES[name];
      if (!move) continue;
      const before = inStatus(status);
      const kept = JSON.stringify(before);
      const moved = step(before, WHO[who], move, around);
      expect(JSON.stringify(before), 'a move changes nothing in place').toBe(kept);
      if ('data' in moved) continue;
      seen.push(`${status} ${name} ${who} ${moved.request.status}`);
      // What is told is what is written, and the last state is the one that is kept.
      expect(moved.request.history.at(-1)?.step).toBe(moved.told.at(-1)?.step);
      expect(moved.told.at(-1)?.on).toEqual(moved.request);
      if (!isEnded(moved.request) && moved.request.status !== 'asked') expect(moved.request.taker).toBeDefined();
      if (moved.request.status !== 'info-requested')
        expect(moved.request.pauses.every((p) => p.to !== undefined)).toBe(true);
    }
    const expected = ALLOWED.flatMap(([from, move, who, to]) => who.map((one) => `${from} ${move} ${one} ${to}`));
    expect(seen.sort()).toEqual(expected.sort());
  });

  test.each(STATUSES)('in status %s may be sent elsewhere by those who may decline it', (status) => {
    for (const who of Object.keys(WHO) as Name[]) {
      const declined = step(inStatus(status), WHO[who], { do: 'refuse', text: 'Non.' }, around);
      expect(mayNotSendAway(inStatus(status), WHO[who], around) === undefined).toBe(!('data' in declined));
    }
  });

  test('handed over: the first keeps it until the colleague takes it; nobody else may', () => {
    const offered = after(inStatus('taken'), 'taker', { do: 'hand-over', name: 'colleague' });
    expect(offered).toMatchObject({ taker: 'taker', offeredTo: 'colleague', status: 'taken' });
    expect(step(offered, WHO.backup, { do: 'take' }, around)).toMatchObject({ code: 'already-taken' });
    const taken = after(offered, 'colleague', { do: 'take' });
    expect(taken).toMatchObject({ taker: 'colleague', offeredTo: undefined });
    expect(taken.clocks).toEqual(offered.clocks);
    expect(step(taken, WHO.taker, { do: 'answer', text: 'x' }, around)).toMatchObject({ code: 'not-the-taker' });
    // Given back or answered meanwhile: the offer is over.
    expect(after(offered, 'taker', { do: 'give-back' }).offeredTo).toBeUndefined();
    for (const name of ['asker', 'stranger', 'taker', 'nobody', ''])
      expect(step(inStatus('taken'), WHO.taker, { do: 'hand-over', name }, around)).toHaveProperty('data');
  });

  test('handed over while a precision is awaited: it is still awaited, and the clock stands still', () => {
    const offered = after(inStatus('info-requested'), 'taker', { do: 'hand-over', name: 'colleague' });
    const taken = after(offered, 'colleague', { do: 'take' });
    expect(taken.status).toBe('info-requested');
    expect(taken.pauses.at(-1)?.to).toBeUndefined();
  });

  test('released, expired, silenced by the clock', () => {
    expect(released(inStatus('info-requested'), NOW).request).toMatchObject({ status: 'asked', taker: undefined });
    expect(silenced(inStatus('taken'), NOW).request.status).toBe('cancelled');
    for (const request of [expired(asked(), NOW), closedByItself(inStatus('answered'), NOW)])
      expect(isEnded(request.request)).toBe(true);
  });

  test('an answer that was corrected replaces the first, and opens nothing again', () => {
    const moved = step(inStatus('answered'), WHO.taker, { do: 'answer', text: 'Autre.' }, around);
    if ('data' in moved) throw new Error(moved.code);
    expect(moved.done).toBeUndefined();
    expect(moved.request.replies).toHaveLength(1);
    expect(moved.request.replies[0]?.answers).toEqual([{ key: 'answer', type: 'text', value: 'Autre.' }]);
  });

  test('that everybody answers has no single taker; the asker ends it', () => {
    const one = after(asked(RCP), 'taker', { do: 'take' });
    const two = after(one, 'colleague', { do: 'take' });
    expect(two).toMatchObject({ status: 'taken', taker: undefined, participants: ['taker', 'colleague'] });
    const said = after(two, 'taker', { do: 'answer', text: 'Pour.' });
    expect(step(said, WHO.stranger, { do: 'answer', text: 'Contre.' }, around)).toMatchObject({ code: 'not-taken' });
    expect(step(said, WHO.colleague, { do: 'close' }, around)).toMatchObject({ code: 'may-not-answer' });
    expect(step(said, WHO.taker, { do: 'give-back' }, around)).toHaveProperty('data'); // what is said is said
    expect(after(said, 'colleague', { do: 'give-back' }).participants).toEqual(['taker']);
    expect(after(after(one, 'taker', { do: 'give-back' }), 'colleague', { do: 'take' }).participants).toEqual([
      'colleague',
    ]);
    expect(after(said, 'asker', { do: 'close' }).status).toBe('answered');
  });
});
