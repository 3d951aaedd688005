/**
 * What was asked and answered goes some days after the end of a request: the report has been given to those whom it is for.
 * What is counted stays: instants, roles, stages, outcomes; nothing of the patient, no word that anybody typed.
 */
import { DAY } from '../relay/civil-time.ts';
import type { RetentionStore } from '../relay/keeping-ports.ts';
import { heldUntilTomorrow, type RetentionRule } from '../relay/retention.ts';
import { roomRef } from '../relay/room.ts';
import { keysOf } from './record.ts';
import { isEnded, type Opening, type Request, usedBy } from './request.ts';
import { type KeptRequest, readRequest } from './stored.ts';

const LONG = 365 * DAY;

/** @param after ms from the end of a request */
export function requestRule(retention: Pick<RetentionStore, 'owes'>, after: number): RetentionRule {
  return {
    what: 'requests',
    kind: 'request',
    rest: after,
    async look({ id, version, state }, now) {
      const request = readRequest(state as KeptRequest);
      if (request.expired !== undefined) return { again: now + LONG };
      // What it reads later rests at most as long as itself.
      if (!isEnded(request)) return { ...heldUntilTomorrow(now), needs: usedBy(request) };
      const due = endedAt(request) + after;
      if (due > now) return { again: due };
      if (await retention.owes(roomRef.request(request.code))) return heldUntilTomorrow(now);
      const expired = expire(request, now);
      return {
        files: [{ kind: 'request', id, version, state: expired, keys: keysOf(expired) }],
        audit: [
          { actor: 'clock', action: 'retention:request', subject: id, outcome: 'muted', reason: 'recorded' } as const,
        ],
      };
    },
  };
}

function endedAt({ history, askedAt }: Request): number {
  return history.at(-1)?.at ?? askedAt;
}

/** @param now civil time, epoch ms UTC */
function expire(request: Request, now: number): Request {
  return {
    ...request,
    expired: now,
    opened: withoutStay(request.opened),
    identity: undefined,
    patient: undefined,
    answers: [],
    replies: request.replies.map((reply) => ({ ...reply, answers: [] })),
    history: request.history.map((step) => ({ ...step, text: undefined })),
  };
}

function withoutStay(opened: Opening): Opening {
  switch (opened.by) {
    case 'stay':
      return { ...opened, stay: '' };
    case 'request':
      return { ...opened, redirected: opened.redirected && { ...opened.redirected, text: '' } };
    case 'person':
    case 'date':
      return opened;
    default:
      return opened satisfies never;
  }
}
