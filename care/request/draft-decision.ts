/** What a form in somebody's direct room leaves in a decision: the draft with its patience, or its end, and the words. */
import { DAY } from '../relay/civil-time.ts';
import { type Decision, emptyDecision } from '../relay/decision.ts';
import type { Reason } from '../relay/outcome.ts';
import { directRoom } from '../relay/room.ts';
import type { Person } from '../people/person.ts';
import type { Draft } from './draft.ts';
import type { FormNews } from './form-news.ts';

/** Nobody comes back to a form after a day: it is let go, politely. */
const PATIENCE = DAY;

/** @param version of the draft that was read. @param now civil time, epoch ms UTC */
export function kept(version: number, draft: Draft, news: FormNews, by: Person, now: number): Decision {
  return {
    ...told(news, by, 'recorded'),
    files: [{ kind: 'draft', id: by.id, version, state: { ...draft, askedAt: now } }],
    timers: [{ do: 'set', kind: 'draft', ref: by.id, step: 'expire', dueAt: now + PATIENCE }],
  };
}

/** It is let go, and says so. */
export function over(version: number, news: FormNews, by: Person): Decision {
  const decision = told(news, by, 'recorded');
  closeDraft(decision, version, by);
  return decision;
}

/** Fills the decision: the form is no longer open. */
export function closeDraft(decision: Decision, version: number, by: Person): void {
  decision.files.push({ kind: 'draft', id: by.id, version, state: null });
  decision.timers.push({ do: 'cancel-all', kind: 'draft', ref: by.id });
}

function told(news: FormNews, by: Person, reason: Reason): Decision {
  const room = directRoom(by.matrix);
  return {
    ...emptyDecision(),
    rooms: [room],
    deliveries: [{ room: room.ref, ring: [], announcement: { kind: 'form', news } }],
    audit: [{ actor: by.id, action: `form:${news.what}`, subject: by.id, outcome: 'posted', reason }],
  };
}
