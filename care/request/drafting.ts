/** A form through the corridor: begun, answered, corrected, sent or let go. Load, decide; the commit is the caller's. */
import { type Decision, emptyDecision } from '../relay/decision.ts';
import type { Store, StoredFile } from '../relay/ports.ts';
import type { PatientView } from '../relay/announcement.ts';
import { refuse, type Refusal } from '../relay/refusal.ts';
import type { Timer } from '../relay/timer.ts';
import type { Person } from '../people/person.ts';
import { decideMove } from './case.ts';
import { callOf, type Doubt, doubtsOf, knownToDraft, type Scrutiny } from './doubt.ts';
import {
  back,
  corrected,
  type Draft,
  type Given,
  newDraft,
  passed,
  type Purpose,
  stepNow,
  stepsOf,
  titleOfDraft,
} from './draft.ts';
import type { Answer, Attachment } from './form.ts';
import { closeDraft, kept, over } from './draft-decision.ts';
import { formNews, type Trouble } from './form-news.ts';
import { decideAsk, mayStart } from './opening.ts';
import { identityOf, type RequestPorts } from './record.ts';
import { asMeant, take, takeFile, withoutOptional } from './taking.ts';

/** What somebody said while a form was open, already read. */
export type FormSaid =
  | { do: 'given'; given: Given[] }
  | { do: 'unread'; why: string }
  | { do: 'back' | 'pass' | 'abandon' | 'send' | 'again' | 'refuse-summary' }
  | { do: 'correct'; n: number }
  /** The answer that waits, or those that the summary doubts, are meant as they are. */
  | { do: 'mean'; why: Doubt['why'] }
  /** A file that came; `content` is the event's own (its encrypted file and key), posted again where it belongs. */
  | { do: 'file'; attachment: Attachment; content: unknown };

/** The form that this person has open. */
export async function openDraft(store: Pick<Store, 'files'>, person: Person): Promise<StoredFile<Draft> | undefined> {
  const file = await store.files.load<Draft | null>('draft', person.id);
  return file?.state ? { ...file, state: file.state } : undefined;
}

/**
 * @param given what was typed on the same line. `alone`: it was to be enough, so nothing optional is asked
 * @returns the first question, in the direct room; or why this cannot be asked
 */
export async function decideDraft(
  ports: RequestPorts,
  purpose: Purpose,
  given: { answers: Answer[]; urgent: boolean; outcome?: string | undefined; alone?: true },
  by: Person,
  now: number,
): Promise<Decision | Refusal> {
  if (purpose.do === 'ask') {
    const no = mayStart(ports.people, purpose.pathway, { by, urgent: given.urgent }, now);
    if (no) return no;
  }
  const stored = await ports.store.files.load<Draft | null>('draft', by.id);
  if (stored?.state) return refuse('form-open', { title: titleOfDraft(stored.state) });
  const empty: Draft = { ...newDraft(purpose, now), outcome: given.outcome };
  // What came on the line was looked at for urgent signs as a whole, above.
  const scrutiny = { known: await knownToDraft(ports, empty), isUrgent: () => false };
  const all = given.answers.map((answer): Given => ({ kind: 'field', answer }));
  const { draft, trouble } = take(empty, all, now, scrutiny);
  const asks = given.alone ? withoutOptional(draft) : draft;
  const about = await patientOf(ports, asks);
  const news = formNews(asks, { first: true, ...about, ...(trouble && { trouble }) });
  return kept(stored?.version ?? 0, asks, news, by, now);
}

/**
 * @param file the open form, as it was read
 * @param typed the words themselves; none for a file
 * @param isUrgent whether words sound urgent in this pathway
 */
export async function decideSaid(
  ports: RequestPorts,
  file: StoredFile<Draft>,
  { said, typed, isUrgent }: { said: FormSaid; typed: string; isUrgent: Scrutiny['isUrgent'] },
  by: Person,
  now: number,
): Promise<Decision | Refusal> {
  const { state, version } = file;
  const { held, ...draft } = state;
  const known = await knownToDraft(ports, draft);
  const look = (next: Draft): Scrutiny => ({ known: { ...known, view: next.identity ?? known.view }, isUrgent });
  const about = await patientOf(ports, draft);
  const ask = (next: Draft, trouble?: Trouble): Decision => {
    const news = formNews(next, { ...about, ...(trouble && { trouble }), doubts: doubtsOf(next, look(next)) });
    return kept(version, next, news, by, now);
  };
  // Said where nothing free was asked, it is no answer; it must be heard all the same.
  const call = callOf(draft);
  const alarm = call && isUrgent(typed) ? { doubt: call } : undefined;
  switch (said.do) {
    case 'again':
      return ask(state);
    case 'unread':
      return ask(draft, alarm ?? { unread: said.why });
    case 'back': {
      if (held) return ask(draft);
      const before = back(draft);
      return before ? ask(before) : ask(draft, { cannot: 'go-back' });
    }
    case 'pass': {
      const next = passed(draft);
      return next ? ask(next) : ask(state, { cannot: 'pass' });
    }
    case 'correct': {
      const next = corrected(draft, said.n);
      return next ? ask(next) : ask(draft, { cannot: 'confirm' });
    }
    case 'refuse-summary':
      return ask(draft, alarm ?? { cannot: 'confirm' });
    case 'given': {
      const next = take(draft, said.given, now, look(draft));
      return ask(next.draft, next.trouble);
    }
    case 'mean': {
      const next = asMeant(state, said.why, look(draft));
      if (!next) return ask(state);
      const isSent = said.why === 'named' && next.isReady;
      const decided = isSent ? await sent(ports, { ...file, state: next.draft }, by, now) : ask(next.draft);
      if ('data' in decided) return decided;
      const audit = { actor: by.id, action: `form:meant-${said.why}`, subject: by.id } as const;
      return { ...decided, audit: [...decided.audit, { ...audit, outcome: 'posted', reason: 'recorded' }] };
    }
    case 'file': {
      if (held) return ask(state);
      const next = takeFile(draft, said.attachment, now);
      const decision = ask(next.draft, next.trouble);
      if (!next.trouble)
        decision.files.push({ kind: 'form-file', id: said.attachment.id, version: 0, state: said.content });
      return decision;
    }
    case 'abandon':
      return over(version, { what: 'abandoned', title: titleOfDraft(draft) }, by);
    case 'send':
      return stepNow(draft).kind === 'summary' && doubtsOf(draft, look(draft)).length === 0
        ? sent(ports, file, by, now)
        : ask(state);
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

/** Whose room it was asked in, to be read again before it is sent. Not of a stay that has become protected. */
async function patientOf(ports: RequestPorts, { purpose }: Draft): Promise<{ patient?: PatientView }> {
  if (purpose.do !== 'ask') return {};
  const patient = await identityOf(ports, { identity: undefined, patient: purpose.patient });
  return patient ? { patient } : {};
}

async function sent(
  ports: RequestPorts,
  { state: draft, version }: StoredFile<Draft>,
  by: Person,
  now: number,
): Promise<Decision | Refusal> {
  const { purpose, outcome, identity, consent, anonymous, meant } = draft;
  // What was answered before a correction closed its question is not on the summary: nobody reads it again.
  const asked = stepsOf(draft).flatMap((step) => (step.kind === 'field' ? [step.field.key] : []));
  const answers = draft.answers.filter(({ key }) => asked.includes(key));
  const asIs = meant?.named ?? [];
  const decided =
    purpose.do === 'ask'
      ? await decideAsk(
          ports,
          {
            pathway: purpose.pathway,
            by,
            answers,
            urgent: false, // an answer that sounds urgent has stopped the form
            asIs,
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
          { do: 'answer', text: '', answers, asIs, ...(outcome !== undefined && { outcome }) },
          now,
        );
  // Refused: the form stays, so that what is wrong can be corrected.
  if ('data' in decided) return decided;
  closeDraft(decided, version, by);
  return decided;
}
