/**
 * What people may do with a request. Pure: `step` takes what somebody asks and gives the new state with what is to be
 * told of it, or a refusal that says who may.
 */
import type { Person } from '../people/person.ts';
import { parisDate } from '../relay/civil-time.ts';
import { refuse, type Refusal } from '../relay/refusal.ts';
import { type Answer, faultsOf, oneLine } from './form.ts';
import type { RequestStep } from './news.ts';
import { allAnswers, isEnded, isOwed, mayDo, openedAt, type Request, stageOf, startAt } from './request.ts';

/** What a person asks of a request. */
export type RequestMove =
  | { do: 'take' }
  | { do: 'give-back' }
  /** To a colleague of the group, as their name was typed. */
  | { do: 'hand-over'; name: string }
  | { do: 'ask-info'; text: string }
  /** `inRoom`: typed in the request room, where the taker reads it anyway. */
  | { do: 'give-info'; text: string; inRoom?: boolean }
  /** One line, or the answers of a conversation; `outcome` is one of the stage's words. */
  | { do: 'answer'; text: string; answers?: Answer[]; outcome?: string }
  | { do: 'refuse'; text: string }
  /** « merci »; for a stage that everybody answers: it is enough, go on. */
  | { do: 'close' }
  | { do: 'cancel' };

/** One thing to tell, with the request as it stood then. */
export type Told = {
  step: RequestStep;
  on: Request;
  text?: string | undefined;
  other?: string | undefined;
  nextAt?: number;
};

/** @param done a stage has just been answered: what its outcome opens is to be opened */
export type Moved = { request: Request; told: Told[]; done?: { stage: string; outcome: string | undefined } };

/** What a move needs to know besides the request. */
export type Around = {
  /** Civil time, epoch ms UTC. */
  now: number;
  nameOf: (id: string) => string;
  /** People whose name is meant by these words. */
  called: (name: string) => Person[];
};

export function step(request: Request, by: Person, move: RequestMove, around: Around): Moved | Refusal {
  const { code, taker, status } = request;
  if (isEnded(request)) return refuse('request-closed', { code });
  const mine = taker === by.id;
  const notMine = (): Refusal => refuse('not-the-taker', { code, who: taker ? around.nameOf(taker) : '' });
  switch (move.do) {
    case 'take':
      return take(request, by, around);
    case 'give-back':
      return giveBack(request, by, around);
    case 'hand-over':
      return isOwed(request) && mine ? handOver(request, by, move.name, around) : notMine();
    case 'ask-info':
      if (!move.text) return refuse('question-missing', { word: 'complement' });
      if (!mine) return notMine();
      if (status !== 'taken') return refuse('already-answered', { code });
      if (request.asker === undefined) return refuse('nobody-to-ask', { code });
      return told(request, by, around, 'info-requested', move.text, {
        status: 'info-requested',
        pauses: [...request.pauses, { from: around.now, to: undefined }],
      });
    case 'give-info':
      if (!move.text) return refuse('answer-missing', { code });
      if (by.id !== request.asker || status !== 'info-requested') return refuse('not-here', { code });
      return shownInRoom(
        told(request, by, around, 'info-given', move.text, { status: 'taken', pauses: resumed(request, around.now) }),
        move.inRoom === true && !request.anonymous,
      );
    case 'answer':
      return answer(request, by, move, around);
    case 'refuse':
      if (!move.text) return refuse('reason-missing', { word: `decliner ${code}` });
      if (status === 'answered') return refuse('already-answered', { code });
      if (taker ? !mine : !mayDo(stageOf(request), by)) return taker ? notMine() : mayNot(request);
      return told(request, by, around, 'refused', move.text, { status: 'refused', offeredTo: undefined });
    case 'close':
      return close(request, by, around);
    case 'cancel':
      if (by.id !== request.asker)
        return request.asker
          ? refuse('may-not-answer', { code, group: around.nameOf(request.asker) })
          : mayNot(request);
      if (status === 'answered') return refuse('request-closed', { code });
      return told(request, by, around, 'cancelled', undefined, { status: 'cancelled' });
    default:
      return move satisfies never;
  }
}

/** The request goes on under another one, `to`: this one ends, with the reason. Who may: as for a refusal. */
export function redirect(
  request: Request,
  by: Person,
  to: { code: string; title: string },
  text: string,
  around: Around,
): Moved {
  const moved = told(request, by, around, 'redirected', text, { status: 'redirected', redirectedTo: to.code });
  return { ...moved, told: moved.told.map((one) => ({ ...one, other: `${to.code} ${to.title}` })) };
}

/** @returns why this person may not redirect or refuse it, as things stand */
export function mayNotSendAway(request: Request, by: Person, around: Around): Refusal | undefined {
  const probe = step(request, by, { do: 'refuse', text: '-' }, around);
  return 'data' in probe ? probe : undefined;
}

function take(request: Request, by: Person, around: Around): Moved | Refusal {
  const { code, taker, status, waits } = request;
  const stage = stageOf(request);
  const offered = request.offeredTo === by.id;
  if (taker && !offered) return refuse('already-taken', { code, who: taker === by.id ? 'vous' : around.nameOf(taker) });
  if (status === 'answered') return refuse('already-answered', { code });
  if (request.participants.includes(by.id)) return refuse('already-taken', { code, who: 'vous' });
  if (by.id === request.asker) return refuse('own-request', { code });
  if (!mayDo(stage, by)) return mayNot(request);
  if (waits !== undefined && waits > around.now) return refuse('not-yet', { code });
  if (stage.to.dispatch === 'everyone')
    return told(request, by, around, 'joined', undefined, {
      status: 'taken',
      takenAt: request.takenAt ?? around.now,
      participants: [...request.participants, by.id],
    });
  return told(request, by, around, 'taken', undefined, {
    status: status === 'info-requested' ? status : 'taken',
    taker: by.id,
    takenAt: around.now,
    offeredTo: undefined,
  });
}

function giveBack(request: Request, by: Person, around: Around): Moved | Refusal {
  const { code, taker, participants } = request;
  if (participants.includes(by.id) && !request.replies.some((r) => r.by === by.id && r.stage === stageOf(request).id)) {
    const rest = participants.filter((id) => id !== by.id);
    return told(request, by, around, 'given-back', undefined, {
      participants: rest,
      status: rest.length > 0 ? 'taken' : 'asked',
    });
  }
  if (taker !== by.id) return refuse('not-the-taker', { code, who: taker ? around.nameOf(taker) : '' });
  if (!isOwed(request)) return refuse('cannot-give-back', { code });
  return told(request, by, around, 'given-back', undefined, freed(request, around.now));
}

/** Nobody has it any more; the clock goes on. */
export function freed(request: Request, now: number): Partial<Request> {
  return { status: 'asked', taker: undefined, takenAt: undefined, offeredTo: undefined, pauses: resumed(request, now) };
}

/** The taker keeps it until the colleague takes it: between the two, somebody is answerable for it. */
function handOver(request: Request, by: Person, name: string, around: Around): Moved | Refusal {
  const { code } = request;
  if (!name.trim()) return refuse('reason-missing', { word: `transmettre ${code}` });
  const found = around
    .called(name)
    .filter((p) => mayDo(stageOf(request), p) && p.id !== by.id && p.id !== request.asker);
  const [to, ...others] = found;
  if (!to || others.length > 0) return refuse('which-colleague', { code, name, who: found.map((p) => p.name) });
  const moved = told(request, by, around, 'handed-over', undefined, { offeredTo: to.id });
  return { ...moved, told: moved.told.map((one) => ({ ...one, other: to.id })) };
}

function answer(
  request: Request,
  by: Person,
  move: Extract<RequestMove, { do: 'answer' }>,
  around: Around,
): Moved | Refusal {
  const { code, taker } = request;
  const stage = stageOf(request);
  const together = stage.to.dispatch === 'everyone';
  if (!move.text && !move.answers && move.outcome === undefined) return refuse('answer-missing', { code });
  if (together ? !request.participants.includes(by.id) : !taker) return refuse('not-taken', { code });
  if (!together && taker !== by.id) return refuse('not-the-taker', { code, who: around.nameOf(taker ?? '') });
  const read = outcomeOf(
    stage.outcomes.map((o) => o.word),
    move,
  );
  if (read.outcome === undefined && stage.outcomes.length > 0)
    return refuse('outcome-missing', { code, words: stage.outcomes.map((o) => o.word) });
  const answers = move.answers ?? oneLine(stage.answer.form, read.text);
  const faults = faultsOf(stage.answer.form, answers, allAnswers(request), parisDate(around.now));
  const long = faults.find((f) => f.fault === 'too-long');
  if (long) return refuse('too-long', { max: longestOf(stage.answer.form, long.key) });
  if (faults.length > 0)
    return refuse(faults.every((f) => f.fault === 'missing') ? 'answers-missing' : 'answers-wrong', {
      word: `repondre ${code}`,
      fields: faults.map((f) => f.label),
    });
  const reply = { stage: stage.id, by: by.id, at: around.now, outcome: read.outcome, answers };
  const corrected = request.status === 'answered';
  const kept =
    corrected || together ? request.replies.filter((r) => r.stage !== stage.id || r.by !== by.id) : request.replies;
  const next: Request = { ...request, replies: [...kept, reply], pauses: resumed(request, around.now) };
  if (together) return told(next, by, around, 'replied', undefined, {});
  if (corrected) return told(next, by, around, 'answered', undefined, {});
  return completed(next, by.id, around.now);
}

/** The outcome as chosen, or as the first word of what was typed: `repondre D-4K7 anormale lésion …`. */
function outcomeOf(
  words: string[],
  { text, outcome }: { text: string; outcome?: string },
): { outcome: string | undefined; text: string } {
  if (outcome !== undefined) return { outcome: words.find((w) => w === outcome), text };
  const [first = ''] = text.split(/[\s:,.]+/);
  const plain = (word: string): string => word.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const found = words.find((word) => plain(word) === plain(first));
  return found === undefined
    ? { outcome: undefined, text }
    : { outcome: found, text: text.slice(first.length).replace(/^[\s:,.]+/, '') };
}

function longestOf(form: Request['pathway']['form'], key: string): number {
  const field = form.find((f) => f.key === key);
  return field?.type === 'text' ? field.longest : 0;
}

function close(request: Request, by: Person, around: Around): Moved | Refusal {
  const { code, status, asker, participants, taker } = request;
  const together = stageOf(request).to.dispatch === 'everyone' && status === 'taken';
  if (!together && status !== 'answered') return refuse('not-here', { code });
  // Who runs the meeting has done an earlier stage; nobody asked when an event did.
  const earlier = request.replies.some((r) => r.by === by.id && r.stage !== stageOf(request).id);
  const may = together
    ? by.id === asker || earlier || (asker === undefined && participants.includes(by.id))
    : by.id === asker || by.id === taker || earlier;
  if (!may) return refuse('may-not-answer', { code, group: asker ? around.nameOf(asker) : request.pathway.title });
  return together
    ? completed(request, by.id, around.now)
    : told(request, by, around, 'closed', undefined, { status: 'closed' });
}

/** The stage is answered: the next one begins, or the request is answered. */
function completed(request: Request, by: string, now: number): Moved {
  const stage = stageOf(request);
  const reply = request.replies.findLast((r) => r.stage === stage.id);
  const choice = stage.outcomes.find((o) => o.word === reply?.outcome);
  const { stages } = request.pathway;
  const next =
    choice?.next === undefined
      ? request.stage + 1
      : choice.next === 'end'
        ? -1
        : stages.findIndex((s) => s.id === choice.next);
  const done = { stage: stage.id, outcome: reply?.outcome };
  const following = stages[next];
  if (!following) {
    const ended = logged(
      { ...request, status: 'answered', answeredAt: request.answeredAt ?? now, offeredTo: undefined },
      now,
      by,
      'answered',
    );
    return { request: ended, told: [{ step: 'answered', on: ended }], done };
  }
  const before = logged(request, now, by, 'stage-done');
  const start = following.starts ? startAt(following.starts, openedAt(request), now) : now;
  const since = Math.max(start, now);
  const keeps = following.sameTaker && request.taker !== undefined && since === now;
  const entered: Request = {
    ...before,
    stage: next,
    status: keeps ? 'taken' : 'asked',
    taker: keeps ? request.taker : undefined,
    takenAt: keeps ? now : undefined,
    offeredTo: undefined,
    participants: [],
    clocks: { take: since, answer: since },
    waits: since > now ? since : undefined,
    pauses: [],
    escalatedTo: [],
  };
  const begins: Told[] =
    entered.status === 'asked' && entered.waits === undefined ? [{ step: 'asked', on: entered }] : [];
  const end: Told = { step: 'stage-done', on: before, other: following.title, ...(since > now && { nextAt: since }) };
  return { request: entered, told: [end, ...begins], done };
}

/** The clock's open pause ends now. */
function resumed(request: Request, now: number): Request['pauses'] {
  return request.pauses.map((p) => ({ from: p.from, to: p.to ?? now }));
}

function told(
  request: Request,
  by: Person,
  { now }: Around,
  what: RequestStep,
  text: string | undefined,
  change: Partial<Request>,
): Moved {
  const next = logged({ ...request, ...change }, now, by.id, what, text);
  return { request: next, told: [{ step: what, on: next, text }] };
}

export function logged(request: Request, now: number, by: string, what: RequestStep, text?: string): Request {
  return { ...request, history: [...request.history, { at: now, by, step: what, text }] };
}

function shownInRoom(moved: Moved, there: boolean): Moved {
  return there ? { ...moved, told: moved.told.map((one) => ({ ...one, text: undefined })) } : moved;
}

function mayNot(request: Request): Refusal {
  return refuse('may-not-answer', { code: request.code, group: request.pathway.title });
}
