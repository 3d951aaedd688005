/**
 * Who is told what at each step of a request. The group sees only `share: before` answers, without identity; the asker is
 * told at each step; identity, files and the answer travel in the request room of asker and taker (DESIGN §4). What an
 * event of a stay asks is told to the équipe, in the patient's room.
 */
import type { NewDelivery } from '../relay/decision.ts';
import type { PatientView } from '../relay/announcement.ts';
import { roomRef } from '../relay/room.ts';
import type { People } from '../people/person.ts';
import type { Answer } from './form.ts';
import type { Told } from './moved.ts';
import type { RequestAudience } from './news.ts';
import { newsOf } from './news-of.ts';
import { isOwed, type Request, stageOf } from './request.ts';
import { heldRing } from './sla.ts';

/**
 * @param identity of the patient, for the request room only
 * @param rung Matrix ids of the équipe whom this step rings in the patient's room
 */
export function routeStep(
  people: People,
  told: Told,
  identity: PatientView | undefined,
  now: number,
  rung: readonly string[] = [],
): NewDelivery[] {
  const { on: request, step } = told;
  const { to } = stageOf(request);
  const say = (audience: RequestAudience): NewDelivery['announcement'] => ({
    kind: 'request',
    audience,
    news: newsOf(people, told, audience, identity),
  });
  const asker = matrixOf(people, request.asker);
  const takers = takersOf(people, request);
  const group = (ring: string[], name: string = to.group): NewDelivery => ({
    room: roomRef.group(name),
    thread: threadOf(request),
    root: true, // the first one said opens the thread, the later ones find it open
    ring,
    announcement: say('group'),
  });
  // Those who were called to help learn that it is no longer needed.
  const backups = request.escalatedTo.includes('backup') ? to.backup : [];
  const toAll = (): NewDelivery[] => [group([]), ...backups.map((name) => group([], name))];
  const toAsker = (ring: string[]): NewDelivery[] => {
    if (request.asker === undefined && request.patient)
      return [
        {
          room: roomRef.patient(request.patient),
          thread: threadOf(request),
          root: true,
          ring: [...rung],
          announcement: say('team'),
        },
      ];
    return asker.map((userId) => ({ room: roomRef.direct(userId), ring, announcement: say('asker') }));
  };
  const inRoom = (ring: string[]): NewDelivery[] => [
    { room: roomRef.request(request.code), ring, announcement: say('request-room') },
  ];
  const hasRoom = request.history.some((h) => h.step === 'taken' || h.step === 'joined');
  const inRoomIfAny = (ring: string[]): NewDelivery[] => (hasRoom ? inRoom(ring) : []);
  // Photos and files follow the words of the step that brought them, in the request room alone.
  const files = (answers: readonly Answer[], more: { anonymous?: true } = {}): NewDelivery[] =>
    answers.flatMap((answer) =>
      answer.type === 'photo' || answer.type === 'file'
        ? answer.value.map(({ id, name }): NewDelivery => ({
            room: roomRef.request(request.code),
            ring: [],
            announcement: { kind: 'form-file', file: id, name, ...more },
          }))
        : [],
    );
  // Whoever answers is named: only what the asker sent says who they are.
  const asked = files(request.answers, request.anonymous ? { anonymous: true } : {});
  const replied = files(request.replies.flatMap((reply) => reply.answers));
  const there = request.anonymous ? [] : asker;
  const rungNow = (): string[] =>
    heldRing(stageOf(request), now) === undefined ? firstRung(people, request, now) : [];
  switch (step) {
    case 'asked':
      return [group(rungNow()), ...(isContinued(request) ? [] : toAsker([]))];
    case 'taken':
      return [...toAll(), ...inRoom([...there, ...takers]), ...asked, ...replied, ...toAsker([])];
    case 'joined':
      return [...toAll(), ...inRoom(matrixOf(people, request.participants.at(-1))), ...asked, ...toAsker([])];
    case 'given-back':
    case 'released':
      return request.status === 'asked' ? [group(rungNow()), ...toAsker(asker)] : [group([])];
    case 'handed-over':
      return [
        group(matrixOf(people, request.offeredTo)),
        ...matrixOf(people, request.offeredTo).map((userId) => ({
          room: roomRef.direct(userId),
          ring: [userId],
          announcement: say('escalation'),
        })),
      ];
    case 'info-requested':
      return [...inRoom(there), ...toAsker(asker)];
    case 'info-given':
      return inRoom(takers);
    case 'replied':
      return [...inRoom([]), ...toAsker([]), group([])];
    case 'stage-done':
    case 'answered':
      return [
        ...inRoomIfAny(there),
        ...(hasRoom ? files(request.replies.at(-1)?.answers ?? []) : []),
        ...toAsker(asker),
        group([]),
      ];
    case 'refused':
    case 'redirected':
      return [...toAll(), ...inRoomIfAny([]), ...toAsker(asker)];
    case 'cancelled':
    case 'silenced':
      // Not begun: its group has never heard of it.
      return request.waits === undefined ? [...toAll(), ...inRoomIfAny(takers), ...toAsker([])] : [];
    case 'expired':
      return [...toAll(), ...toAsker(asker)];
    case 'closed':
      return inRoomIfAny([]);
    case 'reminded':
    case 'escalated':
      return [];
    default:
      return step satisfies never;
  }
}

/** A stage after the first: the asker has just read that the one before is done. A redirection: that it goes elsewhere. */
function isContinued(request: Request): boolean {
  return request.stage > 0 || (request.opened.by === 'request' && request.opened.redirected !== undefined);
}

/**
 * Who is rung first: on-duty-then-all rings only the person on duty, the others read it without being rung; a queue
 * rings nobody.
 */
export function firstRung(people: People, request: Request, now: number): string[] {
  const { to } = stageOf(request);
  if (to.dispatch === 'queue') return [];
  const group = people.group(to.group).filter((p) => p.id !== request.asker);
  const duty = to.dispatch === 'on-duty-then-all' ? people.onDuty(to.group, now) : undefined;
  // Who asks cannot take: on duty or not, the others are rung.
  return (duty && duty.id !== request.asker ? [duty] : group).map((p) => p.matrix);
}

/** Who is doing it, or did the last stage of it. */
export function takersOf(people: People, request: Request): string[] {
  const ids = request.taker ? [request.taker] : isOwed(request) ? request.participants : [];
  return ids.flatMap((id) => matrixOf(people, id));
}

export function matrixOf(people: People, id: string | undefined): string[] {
  const person = id === undefined ? undefined : people.byId(id);
  return person ? [person.matrix] : [];
}

export function threadOf(request: Pick<Request, 'code'>): string {
  return `request:${request.code}`;
}
