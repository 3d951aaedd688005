/**
 * Who is told what at each step of a request. The group sees only `share: before` fields, without identity; the asker is
 * told at each step; identity, files and the answer travel in the request room of asker and taker (DESIGN §4).
 */
import type { NewDelivery } from '../relay/decision.ts';
import { roomRef } from '../relay/room.ts';
import type { People, Person } from '../people/person.ts';
import { dueAt } from './deadlines.ts';
import type { RequestNews, RequestStep } from './news.ts';
import type { EscalationTarget } from './sla-policy.ts';
import type { Request } from './request.ts';

/** @param text free text of this step: never sent to the group */
export function routeStep(
  people: People,
  request: Request,
  step: RequestStep,
  text: string | undefined,
  now: number,
): NewDelivery[] {
  const say = (audience: 'group' | 'asker' | 'request-room'): RequestNews =>
    news(people, request, step, audience, text);
  const asker = matrixOf(people, request.asker);
  const taker = matrixOf(people, request.taker);
  const group = (ring: string[], name: string = request.pathway.to.group): NewDelivery => ({
    room: roomRef.group(name),
    thread: thread(request),
    root: true, // the first one said opens the thread, the later ones find it open
    ring,
    announcement: { kind: 'request', audience: 'group', news: say('group') },
  });
  // Those who were called to help learn that it is no longer needed.
  const backups = request.escalatedTo.includes('backup') ? request.pathway.to.backup : [];
  const toAll = (): NewDelivery[] => [group([]), ...backups.map((name) => group([], name))];
  const toAsker = (ring: string[]): NewDelivery[] =>
    asker.map((userId) => ({
      room: roomRef.direct(userId),
      ring,
      announcement: { kind: 'request' as const, audience: 'asker' as const, news: say('asker') },
    }));
  const inRoom = (ring: string[]): NewDelivery => ({
    room: roomRef.request(request.code),
    ring,
    announcement: { kind: 'request', audience: 'request-room', news: say('request-room') },
  });
  switch (step) {
    case 'asked':
      return [group(firstRung(people, request, now)), ...toAsker([])];
    case 'taken':
      return [...toAll(), inRoom([...asker, ...taker]), ...toAsker([])];
    case 'given-back':
      return [group(firstRung(people, request, now)), ...toAsker(asker)];
    case 'info-requested':
      return [inRoom(asker), ...toAsker(asker)];
    case 'info-given':
      return [inRoom(taker)];
    case 'answered':
      return [inRoom(asker), ...toAsker(asker), group([])];
    case 'cancelled':
      return [...toAll(), ...(request.taker ? [inRoom(taker)] : []), ...toAsker([])];
    case 'closed':
    case 'reminded':
    case 'escalated':
      return [];
    default:
      return step satisfies never;
  }
}

/** A reminder rings who owes the next step; an escalation rings whom the pathway names. */
export function routeEscalation(
  people: People,
  request: Request,
  step: 'reminded' | 'escalated',
  to: EscalationTarget,
  now: number,
): NewDelivery[] {
  const told = news(people, request, step, 'group', undefined, to);
  const main = roomRef.group(request.pathway.to.group);
  const inGroup = (room: string, ring: string[]): NewDelivery => ({
    room,
    thread: thread(request),
    root: true,
    ring,
    announcement: { kind: 'request', audience: 'group', news: told },
  });
  const direct = (person: Person): NewDelivery => ({
    room: roomRef.direct(person.matrix),
    ring: [person.matrix],
    announcement: { kind: 'request', audience: 'escalation', news: told },
  });
  // Nobody there to be told: the whole group, rather than nobody.
  const orAll = (found: NewDelivery[]): NewDelivery[] =>
    found.length > 0
      ? found
      : [
          inGroup(
            main,
            people.group(request.pathway.to.group).map((p) => p.matrix),
          ),
        ];
  if (step === 'reminded') {
    const taker = matrixOf(people, request.taker);
    const lane: NewDelivery = {
      room: roomRef.request(request.code),
      ring: taker,
      announcement: { kind: 'request', audience: 'request-room', news: told },
    };
    return request.taker ? [lane] : [inGroup(main, firstRung(people, request, now))];
  }
  switch (to) {
    case 'group':
      return [
        inGroup(
          main,
          people.group(request.pathway.to.group).map((p) => p.matrix),
        ),
      ];
    case 'on-duty': {
      const found = people.onDuty(request.pathway.to.group, now);
      const duty = found?.id === request.asker ? undefined : found;
      // Nobody on duty: the whole group, rather than nobody.
      return duty
        ? [inGroup(main, [duty.matrix]), direct(duty)]
        : [
            inGroup(
              main,
              people.group(request.pathway.to.group).map((p) => p.matrix),
            ),
          ];
    }
    case 'backup':
      return orAll(
        request.pathway.to.backup
          .filter((g) => people.group(g).length > 0)
          .map((g) =>
            inGroup(
              roomRef.group(g),
              people.group(g).map((p) => p.matrix),
            ),
          ),
      );
    case 'asker':
      return [people.byId(request.asker)].flatMap((person) => (person ? direct(person) : []));
    case 'coordinator':
      return orAll(people.withRole('coordinateur').map(direct));
    default:
      return to satisfies never;
  }
}

function news(
  people: People,
  request: Request,
  step: RequestStep,
  audience: 'group' | 'asker' | 'request-room',
  text: string | undefined,
  escalatedTo?: string,
): RequestNews {
  const before = request.pathway.form.filter((f) => audience !== 'group' || f.share === 'before');
  return {
    step,
    code: request.code,
    title: request.pathway.title,
    asker: people.byId(request.asker)?.name ?? request.asker,
    taker: request.taker ? (people.byId(request.taker)?.name ?? request.taker) : undefined,
    shown: before.flatMap((f) => {
      const given = request.fields.find((v) => v.key === f.key);
      return given ? [{ label: f.label, value: given.value }] : [];
    }),
    text: audience === 'request-room' ? text : undefined,
    askedAt: request.askedAt,
    due: dueAt(request),
    escalatedTo,
  };
}

/** on-duty-then-all rings only the person on duty at first; the others read it without being rung. */
function firstRung(people: People, request: Request, now: number): string[] {
  const group = people.group(request.pathway.to.group).filter((p) => p.id !== request.asker);
  const duty =
    request.pathway.to.dispatch === 'on-duty-then-all' ? people.onDuty(request.pathway.to.group, now) : undefined;
  // Who asks cannot take: on duty or not, the others are rung.
  return (duty && duty.id !== request.asker ? [duty] : group).map((p) => p.matrix);
}

function matrixOf(people: People, id: string | undefined): string[] {
  const person = id === undefined ? undefined : people.byId(id);
  return person ? [person.matrix] : [];
}

function thread(request: Request): string {
  return `request:${request.code}`;
}
