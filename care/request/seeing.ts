/** What one person may see of requests, and in which order: what is late first. Pure. */
import type { Person } from '../people/person.ts';
import { dueAt } from './deadlines.ts';
import { hasDeclined } from './declining.ts';
import { isLate } from './measure.ts';
import { isEnded, isOwed, mayDo, type Request, stageOf } from './request.ts';

/**
 * Who reads the request room, by person id: who asks (unless they are not named), who does this stage, and who did the
 * stages that its `readers` name. Somebody who gave it back, or whose stage is over, has no reason to go on reading: the
 * corridor sees to it that they leave (care/relay/departures.ts).
 */
export function readersOf(request: Request): string[] {
  const { anonymous, asker, taker, participants, replies } = request;
  const before = replies.filter((reply) => stageOf(request).readers.includes(reply.stage));
  const ids = [anonymous ? undefined : asker, taker, ...participants, ...before.map((reply) => reply.by)];
  return [...new Set(ids.filter((one) => one !== undefined))];
}

/** Asker, who has it or had it, the groups of its stages; the coordination unless it is for named handlers only. */
export function maySee(request: Request, person: Person): boolean {
  const { asker, taker, offeredTo, participants, replies, pathway } = request;
  const theirs = [asker, taker, offeredTo, ...participants, ...replies.map((r) => r.by)].includes(person.id);
  if (theirs || pathway.stages.some((stage) => mayDo(stage, person))) return true;
  return person.role === 'coordinateur' && !pathway.stages.some(({ to }) => to.restricted);
}

/** Why it stands in somebody's list. */
export type Mine = 'answer' | 'offered' | 'asked' | 'group';

function mineOf(request: Request, person: Person): Mine | undefined {
  const { asker, taker, offeredTo, participants, replies, status, waits, pathway, stage } = request;
  if (isEnded(request)) return undefined;
  if (offeredTo === person.id) return 'offered';
  const replied = replies.some((r) => r.by === person.id && r.stage === pathway.stages[stage]?.id);
  if (isOwed(request) && (taker === person.id || (participants.includes(person.id) && !replied))) return 'answer';
  if (asker === person.id) return status === 'answered' ? undefined : 'asked';
  const here = pathway.stages[stage];
  const isAsked = status === 'asked' && waits === undefined && !hasDeclined(request, person);
  return isAsked && here && mayDo(here, person) ? 'group' : undefined;
}

/** Late first, then what is mine to do, then what falls due first. */
export function inOrder(requests: readonly Request[], person: Person, now: number): { request: Request; mine: Mine }[] {
  const rank: Record<Mine, number> = { answer: 0, offered: 1, asked: 2, group: 3 };
  const known = new Map(requests.map((request) => [request.code, request]));
  return [...known.values()]
    .flatMap((request) => {
      const mine = mineOf(request, person);
      return mine ? [{ request, mine, late: isLate(request, now), due: dueAt(request)?.at ?? Infinity }] : [];
    })
    .sort(
      (a, b) =>
        Number(b.late) - Number(a.late) ||
        rank[a.mine] - rank[b.mine] ||
        (a.due === b.due ? a.request.askedAt - b.request.askedAt : a.due < b.due ? -1 : 1),
    )
    .map(({ request, mine }) => ({ request, mine }));
}
