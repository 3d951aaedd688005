/**
 * What people may do with a request. Pure: `step` takes what somebody asks and gives the new state with what is to be
 * told of it, or a refusal that says who may.
 */
import type { Person } from '../people/person.ts';
import { refuse, type Refusal } from '../relay/refusal.ts';
import { answer, type AnswerMove, completed } from './answering.ts';
import { type Around, type Moved, told } from './moved.ts';
import { decline, mayNotDecline } from './declining.ts';
import { freed, isEnded, isOwed, mayDo, type Request, stageOf } from './request.ts';

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
  | AnswerMove
  /** `text`: why; may be empty where each declines for themselves. */
  | { do: 'refuse'; text: string }
  /** « merci »; for a stage that everybody answers: it is enough, go on. */
  | { do: 'close' }
  | { do: 'cancel' };

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
        told(request, by, around, 'info-given', move.text, { status: 'taken' }),
        move.inRoom === true && !request.anonymous,
      );
    case 'answer':
      return answer(request, by, move, around);
    case 'refuse':
      return decline(request, by, move.text, around);
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
  if (isEnded(request)) return refuse('request-closed', { code: request.code });
  const no = mayNotDecline(request, by, around);
  // What one of them may not end for the others, one of them may not send elsewhere.
  const isOthersToo = stageOf(request).to.decline === 'each' && request.taker === undefined;
  return no ?? (isOthersToo ? refuse('not-taken', { code: request.code }) : undefined);
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
      waits: undefined,
      takenAt: request.takenAt ?? around.now,
      participants: [...request.participants, by.id],
    });
  return told(request, by, around, 'taken', undefined, {
    status: status === 'info-requested' ? status : 'taken',
    waits: undefined, // its day has come, and the clock has not said so yet
    taker: by.id,
    takenAt: around.now,
    offeredTo: undefined,
    declined: (request.declined ?? []).filter((id) => id !== by.id), // a no that was taken back
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
  return told(request, by, around, 'given-back', undefined, freed());
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

function shownInRoom(moved: Moved, there: boolean): Moved {
  return there ? { ...moved, told: moved.told.map((one) => ({ ...one, text: undefined })) } : moved;
}

function mayNot(request: Request): Refusal {
  return refuse('may-not-answer', { code: request.code, group: request.pathway.title });
}
