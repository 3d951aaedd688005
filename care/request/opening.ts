/** A request is made: by somebody who asks, by an outcome, by a redirection. Load, decide, route; the commit is the caller's. */
import type { Decision } from '../relay/decision.ts';
import { emptyDecision } from '../relay/decision.ts';
import type { PatientView } from '../relay/announcement.ts';
import { parisDate, parisWeekday, toParis } from '../relay/civil-time.ts';
import type { Reason } from '../relay/outcome.ts';
import { type Refusal, refuse } from '../relay/refusal.ts';
import type { People, Person } from '../people/person.ts';
import { survivorOf } from '../identity/people-of.ts';
import { isPublicHoliday } from './calendar.ts';
import { knownOf, namedAmong, signsOf } from './doubt.ts';
import { type Answer, canBeAnonymous, faultsOf, filesOf, type FormField, withoutFileNames } from './form.ts';
import type { Moved, Told } from './moved.ts';
import { type AskHours, groupFor, isPointer, type Offer, type Pathway, runnable } from './pathway.ts';
import { record, type RequestPorts } from './record.ts';
import { allAnswers, inTerritory, mayAsk, newRequest, type Request, startAt } from './request.ts';

export type Ask = {
  pathway: Offer;
  by: Person;
  answers: Answer[];
  /** The words of the asker sound urgent. */
  urgent: boolean;
  /** The answer to the question about the patient's consent, where the pathway asks it. */
  consent?: boolean;
  /** Their own choice, where the pathway leaves it to them. */
  anonymous?: boolean;
  identity?: PatientView | undefined;
  /** The patient in whose room it is asked. */
  patient?: string | undefined;
  /** Keys of answers that the asker lets the group read, although they seem to name somebody. */
  asIs?: readonly string[];
};

/** @returns the decision, or the refusal that is said instead (urgent cases are refused before anything is sent) */
export async function decideAsk(ports: RequestPorts, ask: Ask, now: number): Promise<Decision | Refusal> {
  const { pathway: offer, by, answers } = ask;
  if (isPointer(offer)) {
    const { name, how, line } = offer.elsewhere;
    return refuse('elsewhere', { title: offer.title, name, how, line: line ?? '' });
  }
  const no = refusalOf(ports.people, offer, ask, now);
  if (no) return no;
  const pathway = inTerritory(offer, by.territory);
  if (!pathway) return refuse('no-territory', { title: offer.title });
  const named = namedAmong(pathway.form, answers, await knownOf(ports, ask));
  const hidden = named.find(({ field }) => !ask.asIs?.includes(field.key));
  if (hidden) return refuse('group-would-read', { signs: signsOf(hidden) });
  const decision = emptyDecision();
  const anonymous =
    pathway.ask.anonymous === 'always' || (pathway.ask.anonymous === 'default' && ask.anonymous !== false);
  const telling = anonymous ? answers.flatMap(filesOf).filter((file) => !canBeAnonymous(file)) : [];
  if (telling.length > 0) return refuse('file-tells-who', { may: pathway.ask.anonymous === 'default' ? 'name' : '' });
  const request = newRequest(
    {
      code: await freshCode(ports, decision),
      pathway,
      opened: { by: 'person' },
      asker: by.id,
      askedAt: now,
      answers: anonymous ? answers.map(withoutFileNames) : answers,
      anonymous,
      identity: ask.identity,
      // A form may have stayed open while the desk confirmed a merge.
      patient: ask.patient && ((await survivorOf(ports, ask.patient))?.id ?? ask.patient),
      consent: pathway.ask.consent === 'not-needed' ? undefined : { by: by.id, at: now },
    },
    now,
  );
  await record(ports, decision, 0, opened(request), by.id, now);
  if (named.length > 0) decision.audit.push(saidAsIs(request.code, by));
  return decision;
}

/** Somebody decided that what seems to name the patient may be read by the group. */
export function saidAsIs(code: string, by: Person): Decision['audit'][number] {
  return { actor: by.id, action: 'request:named-as-is', subject: code, outcome: 'posted', reason: 'recorded' };
}

/** Before any question: who may, from where, when, and what is too urgent to be asked here. */
export function mayStart(
  people: People,
  pathway: Pathway,
  { by, urgent }: Pick<Ask, 'by' | 'urgent'>,
  now: number,
): Refusal | undefined {
  const { ask, title } = pathway;
  if (!mayAsk(pathway, by)) {
    const anywhere = mayAsk({ ...pathway, ask: { ...ask, territories: undefined } }, by);
    return anywhere ? refuse('not-your-territory', { title }) : refuse('may-not-ask', { title, who: ask.who });
  }
  if (urgent && ask.urgent !== 'accept')
    return ask.urgent.call === '15' && ask.urgent.say === undefined
      ? refuse('urgent-call-15')
      : refuse('urgent-call', { call: ask.urgent.call, say: ask.urgent.say ?? '' });
  const group = groupFor(pathway.stages[0]?.to.group ?? '', by.territory);
  const onDuty = group === undefined ? undefined : people.onDuty(group, now);
  if (ask.hours && (!isOpen(ask.hours, now) || (ask.hours.onDuty && !onDuty)))
    return refuse('outside-hours', { title, otherwise: ask.hours.otherwise });
  return undefined;
}

function refusalOf(
  people: People,
  pathway: Pathway,
  { by, answers, urgent, consent }: Ask,
  now: number,
): Refusal | undefined {
  const no = mayStart(people, pathway, { by, urgent }, now);
  if (no) return no;
  if (pathway.ask.consent === 'ask' && consent !== true) return refuse('consent-missing');
  const faults = faultsOf(pathway.form, answers, [], parisDate(now));
  const long = faults.find((f) => f.fault === 'too-long');
  const field = pathway.form.find((f) => f.key === long?.key);
  if (field?.type === 'text') return refuse('too-long', { max: field.longest });
  const word = [pathway.family, pathway.words[0] ?? ''].join(' ').trim();
  const [first, ...more] = faults;
  if (first && more.length === 0 && answers.length === 0 && pathway.form[0]?.key === first.key)
    return refuse('question-missing', { word });
  if (!first) return undefined;
  const missing = faults.every((f) => f.fault === 'missing');
  return refuse(missing ? 'answers-missing' : 'answers-wrong', { word, fields: faults.map((f) => f.label) });
}

function isOpen({ opening, holidays }: AskHours, now: number): boolean {
  if (!holidays && isPublicHoliday(now)) return false;
  const { hour, minute } = toParis(now);
  const minutes = hour * 60 + minute;
  return opening.some((o) => o.day === parisWeekday(now) && o.from <= minutes && minutes < o.to);
}

/** What is told of a new request: nothing as long as its day has not come. */
export function opened(request: Request): Pick<Moved, 'request' | 'told'> {
  const told: Told[] = request.waits === undefined ? [{ step: 'asked', on: request }] : [];
  return { request, told };
}

/** Some 12,000 codes of three letters: a letter more once they run out. */
export async function freshCode(ports: RequestPorts, decision: Decision): Promise<string> {
  for (const length of [3, 3, 3, 4, 4, 4, 5, 5, 6]) {
    const code = `D-${ports.ids.code(length)}`;
    const here = decision.files.some((file) => file.kind === 'request' && file.id === code);
    if (!here && !(await ports.store.files.load('request', code))) return code;
  }
  throw new Error('no code is free');
}

/**
 * What a stage that was just answered opens: by its outcome, or because another pathway waits for it. Same asker, same
 * patient; the answers to questions of the same key are carried over. A pathway that is not offered here opens nothing.
 */
export async function openFollowing(
  ports: RequestPorts,
  decision: Decision,
  request: Request,
  done: NonNullable<Moved['done']>,
  now: number,
): Promise<void> {
  const stage = request.pathway.stages.find((s) => s.id === done.stage);
  const opens = stage?.outcomes.find((o) => o.word === done.outcome)?.opens;
  const offered = runnable(ports.pathways());
  // Nothing undecided is invisible: what should have been opened and cannot be here is counted.
  const muted = (id: string, reason: Reason): void => {
    decision.audit.push({ actor: request.code, action: `open:${id}`, subject: request.code, outcome: 'muted', reason });
  };
  if (opens !== undefined && !offered.some(({ id }) => id === opens)) muted(opens, 'not-for-us');
  for (const pathway of offered) {
    const waited = pathway.on.filter(
      (on) =>
        on.event === 'stage' &&
        on.pathway === request.pathway.id &&
        on.stage === done.stage &&
        (on.outcome === undefined || on.outcome === done.outcome),
    );
    const starts = waited.flatMap((on) => (on.at.length > 0 ? on.at : [undefined]));
    if (pathway.id === opens) starts.push(undefined);
    const here = inTerritory(pathway, territoryOf(ports, request));
    if (!here && starts.length > 0) muted(pathway.id, 'no-team');
    if (!here) continue;
    for (const start of starts) {
      const code = await freshCode(ports, decision);
      const one = following(request, { code, pathway: here, redirected: undefined }, now, start);
      await record(ports, decision, 0, opened(one), request.code, now);
    }
  }
}

/** The same question asked of another group: what it needs of the first one. */
export function following(
  request: Request,
  to: { code: string; pathway: Pathway; redirected: { by: string; text: string } | undefined },
  now: number,
  start?: { days: number; hour: number; minute: number },
): Request {
  const { code, pathway, redirected } = to;
  const { asker, anonymous, identity, patient, consent } = request;
  const given = { asker, anonymous, identity, patient, consent };
  const base = {
    ...given,
    code,
    pathway,
    opened: { by: 'request' as const, code: request.code, redirected },
    answers: carried(request, pathway),
    ...(start && { day: start.days, waits: startAt({ ...start, from: 'opening' }, now, now) }),
  };
  // The new group is late from now on only; the one who waits counts from the first asking.
  return redirected
    ? newRequest({ ...base, askedAt: request.askedAt, clocks: { take: now, answer: request.askedAt } }, now)
    : newRequest({ ...base, askedAt: now }, now);
}

/** Answers to the same questions, and the first free one. What only the taker could read stays with the next taker. */
function carried(request: Request, pathway: Pathway): Answer[] {
  const known = allAnswers(request);
  const fields = [request.pathway.form, ...request.pathway.stages.map((s) => s.answer.form)].flat();
  const mayRead = (key: string, to: FormField): boolean =>
    to.share === 'after' || fields.find((f) => f.key === key)?.share === 'before';
  const same = pathway.form.flatMap(
    (field) => known.find((a) => a.key === field.key && a.type === field.type && mayRead(a.key, field)) ?? [],
  );
  const question = request.answers.find((a) => a.type === 'text' && !same.includes(a));
  const free = pathway.form.find((field) => field.type === 'text' && !same.some((a) => a.key === field.key));
  return question && free && mayRead(question.key, free) ? [...same, { ...question, key: free.key }] : same;
}

export function territoryOf(ports: RequestPorts, { asker }: Request): string | undefined {
  return asker === undefined ? undefined : ports.people.byId(asker)?.territory;
}
