/** A request through the corridor once it is there: moves of people, deadlines. Load, decide, route; the commit is the caller's. */
import type { Decision } from '../relay/decision.ts';
import { emptyDecision } from '../relay/decision.ts';
import type { StoredFile } from '../relay/ports.ts';
import { type Refusal, refuse } from '../relay/refusal.ts';
import type { Timer } from '../relay/timer.ts';
import type { Person } from '../people/person.ts';
import { closedByItself, expired, released, started } from './clock-moves.ts';
import { dueOf, dutyEnd, type LifeStep, overtaken, rearm, runningTarget } from './deadlines.ts';
import { knownOf, namedAmong, signsOf } from './doubt.ts';
import { routeEscalation } from './escalation.ts';
import type { Around, Moved } from './moved.ts';
import { mayNotSendAway, redirect, type RequestMove, step } from './moves.ts';
import type { RequestStep } from './news.ts';
import { following, freshCode, opened, openFollowing, saidAsIs, territoryOf } from './opening.ts';
import { isPointer, type Offer } from './pathway.ts';
import { deliver, record, type RequestPorts } from './record.ts';
import { freed, inTerritory, isEnded, isOwed, mayDo, type Request, stageOf, usedBy } from './request.ts';
import { findRequests, loadRequest } from './stored.ts';

export type { RequestPorts } from './record.ts';

/** What the texts show whole: longer words would be cut, and the end of a question matters. */
const LONGEST = 2_000;

export async function decideMove(
  ports: RequestPorts,
  code: string,
  by: Person,
  move: RequestMove,
  now: number,
): Promise<Decision | Refusal> {
  const file = await loadRequest(ports.store, code);
  if (!file) return refuse('unknown-request', { code });
  // The longest answer is the form's own affair; what stands in the request room is said again to nobody.
  const isShown = move.do === 'answer' || (move.do === 'give-info' && move.inRoom === true);
  if ('text' in move && !isShown && move.text.length > LONGEST) return refuse('too-long', { max: LONGEST });
  const moved = step(unbound(ports, file.state, move), by, move, around(ports, now));
  if ('data' in moved) return moved;
  const named = move.do === 'answer' ? await namedToNext(ports, moved.request, by) : [];
  const hidden = named.find(({ field }) => !(move.do === 'answer' && move.asIs?.includes(field.key)));
  if (hidden) return refuse('group-would-read', { signs: signsOf(hidden) });
  const decision = await settled(ports, file, moved, by.id, now);
  if (named.length > 0) decision.audit.push(saidAsIs(code, by));
  return decision;
}

/** What the group of the next stage, or of a request that follows, would read of who the patient is. */
async function namedToNext(ports: RequestPorts, request: Request, by: Person): Promise<ReturnType<typeof namedAmong>> {
  const reply = request.replies.findLast((one) => one.by === by.id);
  const stage = request.pathway.stages.find(({ id }) => id === reply?.stage);
  return reply && stage ? namedAmong(stage.answer.form, reply.answers, await knownOf(ports, request)) : [];
}

/** To another group, which can answer better: this request ends there, and goes on under another code. */
export async function decideRedirect(
  ports: RequestPorts,
  code: string,
  by: Person,
  to: { pathway: Offer; text: string },
  now: number,
): Promise<Decision | Refusal> {
  const file = await loadRequest(ports.store, code);
  if (!file) return refuse('unknown-request', { code });
  const no = mayNotSendAway(file.state, by, around(ports, now));
  if (no) return no;
  if (to.text.length > LONGEST) return refuse('too-long', { max: LONGEST });
  if (isPointer(to.pathway) || to.pathway.id === file.state.pathway.id) return refuse('not-here', { code });
  const pathway = inTerritory(to.pathway, territoryOf(ports, file.state));
  if (!pathway) return refuse('no-territory', { title: to.pathway.title });
  const decision = emptyDecision();
  const sent = { code: await freshCode(ports, decision), pathway, redirected: { by: by.id, text: to.text } };
  const next = following(file.state, sent, now);
  const gone = redirect(file.state, by, { code: next.code, title: pathway.title }, to.text, around(ports, now));
  await record(ports, decision, file.version, gone, by.id, now);
  await record(ports, decision, 0, opened(next), by.id, now);
  return decision;
}

/** The oldest request that waits in a queue of this person: `suivante`. Two who ask at once get two of them. */
export async function decideNext(ports: RequestPorts, by: Person, now: number): Promise<Decision | Refusal> {
  const waiting: Request[] = [];
  for (const group of by.groups)
    for (const { state } of await findRequests(ports.store, `group:${group}`))
      if (state.status === 'asked' && mayDo(stageOf(state), by) && state.asker !== by.id) waiting.push(state);
  const queued = waiting.filter((one) => stageOf(one).to.dispatch === 'queue');
  for (const { code } of queued.sort((a, b) => a.clocks.take - b.clocks.take)) {
    const decided = await decideMove(ports, code, by, { do: 'take' }, now);
    // A colleague took it between the list and its reading: the next one is meant, not a refusal about what nobody named.
    if (!('data' in decided && decided.code === 'already-taken')) return decided;
  }
  return refuse('nothing-waits');
}

/** A reminder or an escalation is due. A status that moved on, or an overtaken step, says nothing. */
export async function decideDeadline(ports: RequestPorts, timer: Timer, now: number): Promise<Decision> {
  const decision: Decision = { ...emptyDecision(), fired: timer };
  const audit = { actor: 'clock', action: `sla:${timer.step}`, subject: timer.ref };
  const file = await loadRequest(ports.store, timer.ref);
  if (file && isGone(ports, file.state)) {
    await record(ports, decision, file.version, released(file.state, now), 'clock', now);
    return decision;
  }
  const target = file && runningTarget(file.state);
  const due = file && target && dueOf(file.state, target, timer.step, timer.dueAt);
  const pending = await ports.store.timers.list('request-sla', timer.ref);
  if (!file || !due || overtaken(timer, pending, now)) {
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'stale-timer' });
    return decision;
  }
  const told: RequestStep = due.what === 'escalate' ? 'escalated' : 'reminded';
  const request: Request = {
    ...file.state,
    escalatedTo: due.to ? [...file.state.escalatedTo, due.to] : file.state.escalatedTo,
    history: [...file.state.history, { at: now, by: 'clock', step: told, text: due.to }],
  };
  // The look-up keys stay as they are: nobody has taken or answered anything.
  decision.files.push({ kind: 'request', id: request.code, version: file.version, state: request });
  decision.touches = usedBy(request);
  decision.events.push({
    kind: 'request',
    id: request.code,
    type: told,
    at: now,
    body: { step: timer.step, to: due.to ?? null },
  });
  await deliver(ports, decision, request, routeEscalation(ports.people, request, told, due.to ?? 'group', now));
  decision.audit.push({ ...audit, outcome: 'posted', reason: 'announced' });
  return decision;
}

/** What happens by itself: a stage begins, a duty ends, nobody has taken it in time, an answer is some days old. */
export async function decideLife(ports: RequestPorts, timer: Timer, now: number): Promise<Decision> {
  const decision: Decision = { ...emptyDecision(), fired: timer };
  const file = await loadRequest(ports.store, timer.ref);
  const moved = file && lifeMove(ports, file.state, timer.step as LifeStep, now);
  if (moved) await record(ports, decision, file.version, moved, 'clock', now);
  else {
    const audit = { actor: 'clock', action: `life:${timer.step}`, subject: timer.ref } as const;
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'stale-timer' });
    // A duty that was prolonged meanwhile: looked at again when it ends now.
    if (file && !isEnded(file.state))
      decision.timers.push(...rearm(ports.people, file.state, now).filter(isAhead(now)));
  }
  return decision;
}

/** Requests that wait in a group, oldest first: what `prendre` without a code means. */
export async function openIn(ports: Pick<RequestPorts, 'store'>, key: string): Promise<Request[]> {
  return (await findRequests(ports.store, key)).map((f) => f.state);
}

/** Writes a move down, and what the answered stage opens. */
async function settled(
  ports: RequestPorts,
  file: StoredFile<Request>,
  moved: Moved,
  by: string,
  now: number,
): Promise<Decision> {
  const decision = emptyDecision();
  await record(ports, decision, file.version, moved, by, now);
  if (moved.done) await openFollowing(ports, decision, moved.request, moved.done, now);
  return decision;
}

function lifeMove(ports: RequestPorts, request: Request, what: LifeStep, now: number): Moved | undefined {
  switch (what) {
    case 'start':
      return request.waits !== undefined && request.waits <= now && request.status === 'asked'
        ? started(request)
        : undefined;
    case 'release': {
      const until = dutyEnd(ports.people, request);
      return isOwed(request) && until !== undefined && until <= now ? released(request, now) : undefined;
    }
    case 'expire':
      return request.status === 'asked' && request.waits === undefined ? expired(request, now) : undefined;
    case 'close':
      return request.status === 'answered' ? closedByItself(request, now) : undefined;
    default:
      return what satisfies never;
  }
}

function isAhead(now: number): (change: ReturnType<typeof rearm>[number]) => boolean {
  return (change) => change.do === 'set' && change.kind === 'request-life' && change.dueAt > now;
}

/** Somebody who is no longer bound cannot answer: the others may take it. */
function unbound(ports: RequestPorts, request: Request, move: RequestMove): Request {
  return move.do === 'take' && isGone(ports, request) ? { ...request, ...freed() } : request;
}

function isGone({ people }: RequestPorts, request: Request): boolean {
  return request.taker !== undefined && isOwed(request) && people.byId(request.taker) === undefined;
}

function around({ people }: RequestPorts, now: number): Around {
  const plain = (text: string): string[] =>
    text
      .normalize('NFD')
      .replaceAll(/\p{M}/gu, '')
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((w) => w && w !== 'dr');
  return {
    now,
    nameOf: (id) => people.byId(id)?.name ?? id,
    group: (name) => people.group(name),
    called: (name) => {
      const words = plain(name);
      return words.length === 0 ? [] : people.all().filter((p) => words.every((w) => plain(p.name).includes(w)));
    },
  };
}
