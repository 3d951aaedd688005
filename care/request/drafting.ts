/** A form through the corridor: begun, answered, corrected, sent or let go. Load, decide; the commit is the caller's. */
import { parisDate } from '../relay/civil-time.ts';
import { DAY } from '../relay/civil-time.ts';
import { type Decision, emptyDecision } from '../relay/decision.ts';
import type { Reason } from '../relay/outcome.ts';
import type { Store, StoredFile } from '../relay/ports.ts';
import { refuse, type Refusal } from '../relay/refusal.ts';
import { directRoom } from '../relay/room.ts';
import type { Timer } from '../relay/timer.ts';
import type { Person } from '../people/person.ts';
import { decideMove } from './case.ts';
import {
  back,
  corrected,
  type Draft,
  type Given,
  newDraft,
  passed,
  type Purpose,
  stepNow,
  takesFiles,
  titleOfDraft,
  withGiven,
} from './draft.ts';
import { type Answer, type Attachment, faultOf, type FormField } from './form.ts';
import { type FormNews, formNews, type Trouble } from './form-news.ts';
import { decideAsk, mayStart } from './opening.ts';
import type { RequestPorts } from './record.ts';

/** Nobody comes back to a form after a day: it is let go, politely. */
const PATIENCE = DAY;

/** What somebody said while a form was open, already read. */
export type FormSaid =
  | { do: 'given'; given: Given[] }
  | { do: 'unread'; why: string }
  | { do: 'back' | 'pass' | 'abandon' | 'send' | 'again' | 'refuse-summary' }
  | { do: 'correct'; n: number }
  /** A file that came; `content` is the event's own (its encrypted file and key), posted again where it belongs. */
  | { do: 'file'; attachment: Attachment; content: unknown };

/** The form that this person has open. */
export async function openDraft(store: Pick<Store, 'files'>, person: Person): Promise<StoredFile<Draft> | undefined> {
  const file = await store.files.load<Draft | null>('draft', person.id);
  return file?.state ? { ...file, state: file.state } : undefined;
}

/** @returns the first question, in the direct room; or why this cannot be asked */
export async function decideDraft(
  ports: RequestPorts,
  purpose: Purpose,
  given: { answers: Answer[]; urgent: boolean },
  by: Person,
  now: number,
): Promise<Decision | Refusal> {
  if (purpose.do === 'ask') {
    const no = mayStart(ports.people, purpose.pathway, { by, urgent: given.urgent }, now);
    if (no) return no;
  }
  const stored = await ports.store.files.load<Draft | null>('draft', by.id);
  if (stored?.state) return refuse('form-open', { title: titleOfDraft(stored.state) });
  const draft = newDraft(purpose, given.answers, given.urgent, now);
  return kept(stored?.version ?? 0, draft, formNews(draft, { first: true }), by, now);
}

/** @param file the open form, as it was read */
export async function decideSaid(
  ports: RequestPorts,
  file: StoredFile<Draft>,
  said: FormSaid,
  by: Person,
  now: number,
): Promise<Decision | Refusal> {
  const { state: draft, version } = file;
  const ask = (next: Draft, trouble?: Trouble): Decision =>
    kept(version, next, formNews(next, trouble && { trouble }), by, now);
  switch (said.do) {
    case 'again':
      return ask(draft);
    case 'unread':
      return ask(draft, { unread: said.why });
    case 'back': {
      const before = back(draft);
      return before ? ask(before) : ask(draft, { cannot: 'go-back' });
    }
    case 'pass': {
      const next = passed(draft);
      return next ? ask(next) : ask(draft, { cannot: 'pass' });
    }
    case 'correct': {
      const next = corrected(draft, said.n);
      return next ? ask(next) : ask(draft, { cannot: 'confirm' });
    }
    case 'refuse-summary':
      return ask(draft, { cannot: 'confirm' });
    case 'given':
      return given(draft, said.given, now, ask);
    case 'file':
      return withFile(draft, said, now, ask);
    case 'abandon':
      return over(version, { what: 'abandoned', title: titleOfDraft(draft) }, by);
    case 'send':
      return stepNow(draft).kind === 'summary' ? sent(ports, file, by, now) : ask(draft);
    default:
      return said satisfies never;
  }
}

/** @param timer the due `draft`: nobody came back */
export async function decideDraftTimer(ports: RequestPorts, timer: Timer): Promise<Decision> {
  const person = ports.people.byId(timer.ref);
  const file = person && (await openDraft(ports.store, person));
  if (!file) {
    const audit = { actor: 'clock', action: 'form:expired', subject: timer.ref };
    return { ...emptyDecision(), fired: timer, audit: [{ ...audit, outcome: 'muted', reason: 'stale-timer' }] };
  }
  const decision = over(file.version, { what: 'expired', title: titleOfDraft(file.state) }, person);
  return { ...decision, timers: [], fired: timer };
}

/** Each answer must suit its question; the first that does not is asked again, those before it are kept. */
function given(draft: Draft, all: Given[], now: number, ask: (next: Draft, trouble?: Trouble) => Decision): Decision {
  let next = draft;
  for (const one of all) {
    const step = stepNow(next);
    if (one.kind === 'field' && step.kind === 'field') {
      const field = all.length > 1 ? fieldOf(next, one.answer.key) : step.field;
      const fault = field && faultOf(field, one.answer, parisDate(now));
      if (fault) return ask(next, { fault });
    }
    next = withGiven(next, one);
  }
  return ask(next);
}

function fieldOf({ purpose }: Draft, key: string): FormField | undefined {
  const form = purpose.do === 'ask' ? purpose.pathway.form : purpose.form;
  return form.find((field) => field.key === key);
}

function withFile(
  draft: Draft,
  { attachment, content }: Extract<FormSaid, { do: 'file' }>,
  now: number,
  ask: (next: Draft, trouble?: Trouble) => Decision,
): Decision {
  const step = stepNow(draft);
  if (!takesFiles(step)) return ask(draft, { cannot: 'take-file' });
  const { field } = step;
  const held = draft.answers.find((a) => a.key === field.key);
  const files = held && (held.type === 'photo' || held.type === 'file') ? held.value : [];
  const answer: Answer = { key: field.key, type: field.type, value: [...files, attachment] };
  const fault = faultOf(field, answer, parisDate(now));
  if (fault) return ask(draft, { fault });
  const decision = ask(withGiven(draft, { kind: 'field', answer }));
  decision.files.push({ kind: 'form-file', id: attachment.id, version: 0, state: content });
  return decision;
}

async function sent(
  ports: RequestPorts,
  { state: draft, version }: StoredFile<Draft>,
  by: Person,
  now: number,
): Promise<Decision | Refusal> {
  const { purpose, answers, outcome, identity, consent, anonymous, urgent } = draft;
  const decided =
    purpose.do === 'ask'
      ? await decideAsk(
          ports,
          {
            pathway: purpose.pathway,
            by,
            answers,
            urgent,
            identity,
            patient: purpose.patient,
            ...(consent !== undefined && { consent }),
            ...(anonymous !== undefined && { anonymous }),
          },
          now,
        )
      : await decideMove(
          ports,
          purpose.code,
          by,
          { do: 'answer', text: '', answers, ...(outcome !== undefined && { outcome }) },
          now,
        );
  // Refused: the form stays, so that what is wrong can be corrected.
  if ('data' in decided) return decided;
  closeDraft(decided, version, by);
  return decided;
}

function kept(version: number, draft: Draft, news: FormNews, by: Person, now: number): Decision {
  return {
    ...told(news, by, 'recorded'),
    files: [{ kind: 'draft', id: by.id, version, state: { ...draft, askedAt: now } }],
    timers: [{ do: 'set', kind: 'draft', ref: by.id, step: 'expire', dueAt: now + PATIENCE }],
  };
}

function over(version: number, news: FormNews, by: Person): Decision {
  const decision = told(news, by, 'recorded');
  closeDraft(decision, version, by);
  return decision;
}

function closeDraft(decision: Decision, version: number, by: Person): void {
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
