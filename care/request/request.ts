/**
 * A request for expertise: its statuses are a closed union, its arrangement is data (the pathway that it started with).
 * Pure: `step` takes what somebody asks and gives the new state, or a refusal that says who may.
 */
import { refuse, type Refusal } from '../relay/refusal.ts';
import type { Person } from '../people/person.ts';
import type { Pathway } from './pathway.ts';
import type { RequestStep } from './news.ts';

type RequestStatus = 'asked' | 'taken' | 'info-requested' | 'answered' | 'closed' | 'cancelled';

export type Request = {
  code: string;
  /** The whole pathway as it was when the request was made: a running request keeps its policy. */
  pathway: Pathway;
  status: RequestStatus;
  asker: string;
  askedAt: number;
  /** Asked in this patient's room, which stays open as long as the request is. */
  patient?: string | undefined;
  /** CSP R6316-1: prior consent, traced with who and when; sending is the asker's statement (`aide avis` says so). */
  consent: { by: string; at: number } | undefined;
  fields: { key: string; value: string }[];
  taker: string | undefined;
  takenAt: number | undefined;
  answer: string | undefined;
  answeredAt: number | undefined;
  /** Spans during which the answer clock stood still; the last one may be open. */
  pauses: { from: number; to: number | undefined }[];
  escalatedTo: string[];
  history: { at: number; by: string; step: RequestStep; text: string | undefined }[];
};

/** What a person asks of a request. */
export type RequestMove =
  | { do: 'take' }
  | { do: 'give-back' }
  | { do: 'ask-info'; text: string }
  | { do: 'give-info'; text: string }
  | { do: 'answer'; text: string }
  | { do: 'cancel' };

export type Moved = { request: Request; step: RequestStep; text: string | undefined };

export function newRequest(
  given: Pick<Request, 'code' | 'pathway' | 'asker' | 'askedAt' | 'fields' | 'patient'>,
  consent: boolean,
): Request {
  return {
    ...given,
    status: 'asked',
    consent: consent ? { by: given.asker, at: given.askedAt } : undefined,
    taker: undefined,
    takenAt: undefined,
    answer: undefined,
    answeredAt: undefined,
    pauses: [],
    escalatedTo: [],
    history: [{ at: given.askedAt, by: given.asker, step: 'asked', text: undefined }],
  };
}

/** May this person ask under this pathway? `ask.who` names roles, groups or participants lists. */
export function mayAsk(pathway: Pathway, person: Person): boolean {
  return pathway.ask.who.some((who) => who === person.role || person.groups.includes(who));
}

/** Who may take and answer: the group, then its backups. */
export function mayAnswer(pathway: Pathway, person: Person): boolean {
  return [pathway.to.group, ...pathway.to.backup].some((group) => person.groups.includes(group));
}

/**
 * @param nameOf says who has it, in a refusal
 * @param now civil time, epoch ms UTC
 */
export function step(
  request: Request,
  by: Person,
  move: RequestMove,
  now: number,
  nameOf: (id: string) => string,
): Moved | Refusal {
  const taker = request.taker;
  const closed = request.status === 'closed' || request.status === 'cancelled';
  const log = (told: RequestStep, text?: string): Request['history'] => [
    ...request.history,
    { at: now, by: by.id, step: told, text },
  ];
  switch (move.do) {
    case 'take':
      if (closed) return refuse('request-closed', { code: request.code });
      if (taker) return refuse('already-taken', { code: request.code, who: taker === by.id ? 'vous' : nameOf(taker) });
      if (by.id === request.asker) return refuse('own-request', { code: request.code });
      if (!mayAnswer(request.pathway, by))
        return refuse('may-not-answer', { code: request.code, group: request.pathway.title });
      return moved({ ...request, status: 'taken', taker: by.id, takenAt: now, history: log('taken') }, 'taken');
    case 'give-back':
      if (taker !== by.id) return refuse('not-the-taker', { code: request.code, who: taker ? nameOf(taker) : '' });
      if (request.status === 'answered' || closed) return refuse('cannot-give-back', { code: request.code });
      return moved(
        {
          ...request,
          status: 'asked',
          taker: undefined,
          takenAt: undefined,
          pauses: resumed(request, now),
          history: log('given-back'),
        },
        'given-back',
      );
    case 'ask-info':
      if (!move.text) return refuse('question-missing', { word: 'complement' });
      if (taker !== by.id) return refuse('not-the-taker', { code: request.code, who: taker ? nameOf(taker) : '' });
      if (request.status !== 'taken') return refuse('already-answered', { code: request.code });
      return moved(
        {
          ...request,
          status: 'info-requested',
          pauses: [...request.pauses, { from: now, to: undefined }],
          history: log('info-requested', move.text),
        },
        'info-requested',
        move.text,
      );
    case 'give-info':
      if (!move.text) return refuse('answer-missing', { code: request.code });
      if (by.id !== request.asker || request.status !== 'info-requested')
        return refuse('not-here', { code: request.code });
      return moved(
        { ...request, status: 'taken', pauses: resumed(request, now), history: log('info-given', move.text) },
        'info-given',
        move.text,
      );
    case 'answer':
      if (closed) return refuse('request-closed', { code: request.code });
      if (!move.text) return refuse('answer-missing', { code: request.code });
      if (!taker) return refuse('not-taken', { code: request.code });
      if (taker !== by.id) return refuse('not-the-taker', { code: request.code, who: nameOf(taker) });
      return moved(
        {
          ...request,
          status: 'answered',
          answer: move.text,
          answeredAt: request.answeredAt ?? now,
          pauses: resumed(request, now),
          history: log('answered', move.text),
        },
        'answered',
        move.text,
      );
    case 'cancel':
      if (by.id !== request.asker)
        return refuse('may-not-answer', { code: request.code, group: nameOf(request.asker) });
      if (request.status === 'answered' || closed) return refuse('request-closed', { code: request.code });
      return moved({ ...request, status: 'cancelled', history: log('cancelled') }, 'cancelled');
    default:
      return move satisfies never;
  }
}

/** The clock's open pause ends now. */
function resumed(request: Request, now: number): Request['pauses'] {
  return request.pauses.map((p) => ({ from: p.from, to: p.to ?? now }));
}

function moved(request: Request, told: RequestStep, text?: string): Moved {
  return { request, step: told, text };
}
