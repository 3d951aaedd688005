import { dueAt } from '../care/request/deadlines.ts';
import { isLate } from '../care/request/measure.ts';
import { type Request, stageOf, titleOf } from '../care/request/request.ts';
import { inOrder, type Mine } from '../care/request/seeing.ts';
import { withoutFileNames } from '../care/request/form.ts';
import { shownOf } from '../care/request/shown.ts';
import {
  type RequestDetail,
  requestDetail,
  type RequestLine,
  type RequestList,
  requestList,
} from '../config/texts/following.ts';
import type { Command, CommandContext } from './command.ts';

/** The narrowest client shows eight lines: the count, six requests, and how to read on. */
const SHOWN = 6;

type Kept = { from: number; codes: string[] };
type Answer = RequestList | { one: RequestDetail };

export const demandes: Command<Answer> = {
  word: 'demandes',
  also: ['mes demandes', 'en cours', 'encours'],
  summary: 'Vos demandes et celles qui attendent votre groupe',
  example: 'demandes',
  may: () => true,
  run: (context) => page(context, 0),
  async follow(context, kept: Kept, said) {
    if ('next' in said) return page(context, kept.from + SHOWN);
    // The number is the one that was shown, whatever came meanwhile.
    const code = 'pick' in said ? kept.codes[said.pick - 1] : undefined;
    const found = (await mine(context)).find(({ request }) => request.code === code);
    return found ? { answer: { one: detail(context, found) }, keep: kept } : page(context, 0);
  },
  say: (answer, now) => ('one' in answer ? requestDetail(answer.one, now) : requestList(answer, now)),
};

async function page(context: CommandContext, from: number): Promise<{ answer: Answer; keep?: Kept }> {
  const all = await mine(context);
  const answer = {
    lines: all.slice(from, from + SHOWN).map((one) => line(context, one)),
    from,
    total: all.length,
    late: all.filter(({ request }) => isLate(request, context.now)).length,
  };
  return all.length > 0 ? { answer, keep: { from, codes: all.map(({ request }) => request.code) } } : { answer };
}

/** What concerns this room, where others read too: a group reads what waits for it, a patient's équipe what is about them. */
async function mine({ person, room, requests, now }: CommandContext): Promise<{ request: Request; mine: Mine }[]> {
  const keys = [`taker:${person.id}`, `offered:${person.id}`, `asker:${person.id}`];
  const found: Request[] = [];
  for (const key of [...keys, ...person.groups.map((group) => `group:${group}`)]) found.push(...(await requests(key)));
  const all = inOrder(found, person, now);
  if (room.kind === 'group') return all.filter(({ request }) => groupIs(request, room.subject));
  if (room.kind === 'patient') return all.filter(({ request }) => request.patient === room.subject);
  return room.kind === 'request' ? all.filter(({ request }) => request.code === room.subject) : all;
}

function groupIs(request: Request, group: string): boolean {
  const { to } = stageOf(request);
  return to.group === group || to.backup.includes(group);
}

function line({ people, now }: CommandContext, { request, mine: why }: { request: Request; mine: Mine }): RequestLine {
  return {
    code: request.code,
    title: titleOf(request),
    mine: why,
    taker: request.taker === undefined ? undefined : people.byId(request.taker)?.name,
    paused: request.status === 'info-requested',
    waits: request.waits !== undefined && request.waits > now ? request.waits : undefined,
    due: dueAt(request)?.at,
    late: isLate(request, now),
  };
}

/** Only what the whole group may read: the rest is in the request's own room. */
function detail(context: CommandContext, found: { request: Request; mine: Mine }): RequestDetail {
  const { request } = found;
  const { opened, asker, anonymous } = request;
  const hidden = anonymous && asker !== context.person.id;
  return {
    ...line(context, found),
    asker: opened.by === 'stay' ? opened.name : hidden || !asker ? undefined : context.people.byId(asker)?.name,
    askedAt: request.askedAt,
    shown: shownOf(
      request.pathway.form.filter((field) => field.share === 'before'),
      // Whoever may take it reads this list: a file's name may say whose it is.
      request.answers.map(withoutFileNames),
    ),
  };
}
