import { refuse } from '../care/relay/refusal.ts';
import { dueAt, runningTarget, stepsOf } from '../care/request/deadlines.ts';
import { isEnded, type Request, titleOf } from '../care/request/request.ts';
import { maySee } from '../care/request/seeing.ts';
import { type RequestDue, requestDue } from '../config/texts/following.ts';
import type { Command, CommandContext } from './command.ts';
import { whichRequest } from './which-request.ts';

/** What follows, and no more than a telephone shows. */
const SHOWN = 5;

export const delai: Command<RequestDue> = {
  word: 'delai',
  also: ['delais', 'echeance'],
  summary: 'Où en est le délai d’une demande',
  example: 'delai D-4K7',
  may: () => true,
  async run(context, args) {
    const { id, groups } = context.person;
    const keys = [`asker:${id}`, `taker:${id}`, ...groups.map((group) => `group:${group}`)];
    const which = await whichRequest(context, args, 'delai', keys);
    if ('data' in which) return { refusal: which };
    const request = await context.request(which.code);
    // What somebody may not see does not exist for them.
    if (!request || !maySee(request, context.person))
      return { refusal: refuse('unknown-request', { code: which.code }) };
    return { answer: due(request, context) };
  },
  say: requestDue,
};

function due(request: Request, { people, now }: CommandContext): RequestDue {
  const target = runningTarget(request);
  const at = dueAt(request);
  const { status, since } = standing(request);
  return {
    code: request.code,
    title: titleOf(request),
    status,
    since,
    taker: request.taker === undefined ? undefined : people.byId(request.taker)?.name,
    due: at && { ...at, late: at.at <= now },
    next: (target ? stepsOf(request, target) : [])
      .filter((step) => step.at > now && step.what !== 'target')
      .slice(0, SHOWN)
      .map(({ at: when, what, to }) => ({ at: when, what, to })),
  };
}

function standing(request: Request): Pick<RequestDue, 'status' | 'since'> {
  const { status, waits, history, answeredAt, askedAt, pauses } = request;
  const last = history.at(-1)?.at ?? askedAt;
  if (isEnded(request)) return { status: 'ended', since: last };
  if (waits !== undefined) return { status: 'waits', since: waits };
  if (status === 'answered') return { status, since: answeredAt ?? last };
  if (status === 'info-requested' && runningTarget(request) === undefined)
    return { status: 'paused', since: pauses.at(-1)?.from ?? last };
  return { status: status === 'asked' ? 'asked' : 'taken', since: last };
}
