/**
 * Thousands of random walks through every arrangement: people and the clock do anything in any order. Whatever happens, a
 * group's room never holds what is not shared with it, and a request is always somebody's or the group's.
 */
import { describe, expect, test } from 'vitest';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import { DAY, HOUR } from '../../care/relay/civil-time.ts';
import { closedByItself, expired, released, silenced, started } from '../../care/request/clock-moves.ts';
import { rearm } from '../../care/request/deadlines.ts';
import { routeEscalation } from '../../care/request/escalation.ts';
import type { Moved } from '../../care/request/moved.ts';
import { type RequestMove, step } from '../../care/request/moves.ts';
import { runnable } from '../../care/request/pathway.ts';
import { inTerritory, isEnded, isOwed, mayDo, newRequest, type Request, stageOf } from '../../care/request/request.ts';
import { routeStep } from '../../care/request/routing.ts';
import { randomly } from '../formats/hl7v2/fixtures.ts';
import { OFFERS, OTHERS } from '../flows/arrangements.ts';

const SECRET = 'UNIQUEMENT-DANS-LE-SALON';
const IDENTITY = {
  usedName: 'IDENTITE',
  birthName: undefined,
  givenName: 'Lucie',
  birthDate: '1961-07-04',
  sex: 'F' as const,
};
const ASKER: Person = {
  id: 'mt',
  matrix: '@mt:test',
  name: 'Dr NOMDEMANDEUR',
  role: 'medecin-traitant',
  groups: [],
  territory: 'cambresis',
};
const PEOPLE = peopleFrom([...OTHERS, ASKER], [], []);
const START = Date.UTC(2026, 10, 23, 8);

/** @param words what the group may read of this stage's answer, or not */
function moves(random: (below: number) => number, words: string, isEach: boolean): RequestMove {
  // Noes that end nothing by themselves.
  if (isEach && random(3) === 0) return { do: 'refuse', text: SECRET };
  const all: RequestMove[] = [
    { do: 'take' },
    { do: 'take' },
    { do: 'answer', text: `normale ${words}` },
    { do: 'answer', text: `anormale ${words}` },
    { do: 'give-back' },
    { do: 'hand-over', name: 'idel1' },
    { do: 'ask-info', text: SECRET },
    { do: 'give-info', text: SECRET },
    { do: 'close' },
    { do: 'refuse', text: SECRET },
    { do: 'cancel' },
  ];
  // Ends are rarer, so that walks are long.
  return all[random(random(4) === 0 ? all.length : all.length - 2)] ?? { do: 'take' };
}

function clock(request: Request, now: number, random: (below: number) => number): Moved | undefined {
  if (request.waits !== undefined) return request.waits <= now ? started(request) : undefined;
  if (request.status === 'answered') return random(3) === 0 ? closedByItself(request, now) : undefined;
  if (request.taker && isOwed(request)) return released(request, now);
  if (request.status === 'asked' && random(8) === 0) return expired(request, now);
  return random(12) === 0 ? silenced(request, now) : undefined;
}

describe('random walks', () => {
  test.each(runnable(OFFERS).map((one) => [one.id, one] as const))('%s', (_id, offered) => {
    const pathway = inTerritory(offered, 'cambresis');
    if (!pathway) throw new Error('no territory');
    const isEach = pathway.stages.every((stage) => stage.to.decline === 'each');
    const seen = new Set<string>();
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = randomly(seed);
      let now = START;
      const anonymous = pathway.ask.anonymous !== 'never';
      const answers = pathway.form.map((field) => ({
        key: field.key,
        type: 'text' as const,
        value: field.share === 'before' ? 'partagé' : SECRET,
      }));
      let request = newRequest(
        {
          code: 'D-1',
          pathway,
          opened: { by: 'person' },
          asker: ASKER.id,
          askedAt: now,
          answers,
          anonymous,
          identity: IDENTITY,
        },
        now,
      );
      for (let turn = 0; turn < 30 && !isEnded(request); turn += 1) {
        now += random(3) === 0 ? 3 * DAY : HOUR;
        // Mostly those whose turn it is, so that walks reach the last stage.
        const able = [...OTHERS, ASKER].filter((p) =>
          request.taker ? p.id === request.taker : mayDo(stageOf(request), p),
        );
        const from = random(3) === 0 || able.length === 0 ? [...OTHERS, ASKER] : able;
        const who = from[random(from.length)] ?? ASKER;
        const words = stageOf(request).answer.form[0]?.share === 'before' ? 'partagé' : SECRET;
        const around = {
          now,
          nameOf: (id: string) => id,
          called: (name: string) => OTHERS.filter((p) => p.id === name),
          group: (name: string) => PEOPLE.group(name),
        };
        const moved =
          random(4) === 0 ? clock(request, now, random) : step(request, who, moves(random, words, isEach), around);
        if (!moved || 'data' in moved) continue;
        const said = moved.told.flatMap((told) => routeStep(PEOPLE, told, IDENTITY, now));
        if (!isEnded(moved.request)) said.push(...routeEscalation(PEOPLE, moved.request, 'escalated', 'group', now));
        for (const { room, announcement } of said) {
          const text = JSON.stringify(announcement);
          // Names of rooms and threads are seen by the server.
          expect(room).not.toMatch(/IDENTITE|NOMDEMANDEUR/);
          if (!room.startsWith('request:')) expect(text).not.toContain('IDENTITE');
          if (room.startsWith('group:')) expect(text).not.toContain(SECRET);
          if (anonymous && !room.startsWith('direct:@mt')) expect(text).not.toContain('NOMDEMANDEUR');
        }
        request = moved.request;
        for (const told of moved.told) seen.add(told.step);
        const together = stageOf(request).to.dispatch === 'everyone';
        if (isOwed(request))
          expect(request.taker !== undefined || (together && request.participants.length > 0)).toBe(true);
        if (request.status === 'asked') expect(request.taker).toBeUndefined();
        // Who has declined has not taken it, and is rung no more.
        expect(request.declined ?? []).not.toContain(request.taker);
        if (!isEnded(request))
          for (const id of request.declined ?? [])
            expect(said.flatMap((one) => one.ring)).not.toContain(PEOPLE.byId(id)?.matrix);
        if (request.offeredTo !== undefined) expect(isOwed(request)).toBe(true);
        // Nothing is armed for what has ended; what is pending always has somebody or something to wake it.
        const armed = rearm(PEOPLE, request, now).filter((change) => change.do === 'set');
        if (isEnded(request)) expect(armed).toEqual([]);
        else if (request.waits !== undefined) expect(armed.map((change) => change.step)).toEqual(['start']);
        if (request.status === 'answered') expect(armed.map((change) => change.step)).toEqual(['close']);
      }
    }
    // Where everybody takes part, nobody's no ends it.
    const isOpen = pathway.stages.every((stage) => stage.to.dispatch === 'everyone');
    const no = isOpen ? [] : [isEach ? 'all-declined' : 'refused'];
    for (const reached of [...no, 'cancelled', 'silenced', 'expired']) expect(seen).toContain(reached);
    if (isOpen) expect(seen).not.toContain('refused');
    expect([...seen].some((one) => one === 'answered' || one === 'replied')).toBe(true);
  });
});
