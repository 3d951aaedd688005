/**
 * What makes an answer stop where it was typed: it sounds urgent, or the whole group would read who the patient is. One rule
 * for both: the answer is not taken, its question waits; who wrote it writes it again, or says that it is meant as it is.
 */
import type { Store } from '../relay/ports.ts';
import { survivorOf } from '../identity/people-of.ts';
import { type Draft, stepsOf } from './draft.ts';
import type { Answer, FormField } from './form.ts';
import { type Found, identifies, type Known } from './identifying.ts';
import type { Request } from './request.ts';
import { loadRequest } from './stored.ts';

type Files = { store: Pick<Store, 'files'> };

export type Doubt =
  /** Whom to call, as the pathway says it. */
  | { why: 'urgent'; call: string; say: string | undefined }
  /** What of it would say to the group who the patient is. */
  | { why: 'named'; found: Found[] };

/** What answers are looked at with. */
export type Scrutiny = {
  known: Known;
  /** Whether words sound urgent in this pathway: config/texts/urgent.ts. */
  isUrgent: (text: string) => boolean;
};

/** @returns undefined when nothing is in the way, or when it is meant as it is */
export function doubtOf(
  draft: Draft,
  field: FormField,
  answer: Answer,
  { known, isUrgent }: Scrutiny,
): Doubt | undefined {
  const isMeant = (why: Doubt['why']): boolean => draft.meant?.[why].includes(answer.key) ?? false;
  const call = callOf(draft);
  // A choice, a number, a date are the pathway's own words, and who it is is no complaint: only what is written freely counts.
  const isPast = field.urgent === 'ignore';
  if (call && !isPast && !isMeant('urgent') && freeTexts(answer).some(isUrgent)) return call;
  const found = isMeant('named') ? [] : namedIn(field, answer, known);
  return found.length > 0 ? { why: 'named', found } : undefined;
}

/** What still stands in the way of sending: an answer as it is, by its position in the form, from 1. */
export function doubtsOf(draft: Draft, scrutiny: Scrutiny): { n: number; key: string; doubt: Doubt }[] {
  return stepsOf(draft).flatMap((step, at) => {
    const answer = step.kind === 'field' ? draft.answers.find((a) => a.key === step.field.key) : undefined;
    const doubt = step.kind === 'field' && answer && doubtOf(draft, step.field, answer, scrutiny);
    return doubt ? [{ n: at + 1, key: answer.key, doubt }] : [];
  });
}

/** @returns undefined where urgent cases are welcome, or where this is no asking */
export function callOf({ purpose }: Draft): Extract<Doubt, { why: 'urgent' }> | undefined {
  if (purpose.do !== 'ask' || purpose.pathway.ask.urgent === 'accept') return undefined;
  const { call, say } = purpose.pathway.ask.urgent;
  return { why: 'urgent', call, say };
}

/** What this answer would tell the whole group of who the patient is: nothing, for what is read in the request room alone. */
function namedIn(field: FormField, answer: Answer, known: Known): Found[] {
  return field.share === 'before' ? freeTexts(answer).flatMap((text) => identifies(text, known)) : [];
}

/** The answers to these questions that would name somebody to the group, also those that are meant as they are. */
export function namedAmong(
  form: readonly FormField[],
  answers: readonly Answer[],
  known: Known,
): { field: FormField; found: Found[] }[] {
  return form.flatMap((field) => {
    const answer = answers.find((a) => a.key === field.key);
    const found = answer ? namedIn(field, answer, known) : [];
    return found.length > 0 ? [{ field, found }] : [];
  });
}

/** Which kinds, for a refusal: never the words themselves. */
export function signsOf({ found }: { found: readonly Found[] }): string[] {
  return [...new Set(found.map(({ sign }) => sign))];
}

function freeTexts(answer: Answer): string[] {
  if (answer.type === 'text') return [answer.value];
  return answer.type === 'table' ? answer.value.flatMap((row) => Object.values(row).map(String)) : [];
}

/**
 * Who the patient of a form or of a request is, to be looked for in what the group would read. Of a protected stay too: what
 * the request room is not told must not reach the group either.
 */
export async function knownOf(
  { store }: Files,
  { identity, patient }: Partial<Pick<Request, 'identity' | 'patient'>>,
): Promise<Known> {
  const file = patient === undefined ? undefined : await survivorOf({ store }, patient);
  return { view: identity ?? file?.state, ipp: file?.state.ipp };
}

export async function knownToDraft(ports: Files, { purpose, identity }: Draft): Promise<Known> {
  if (purpose.do === 'ask') return knownOf(ports, { identity, patient: purpose.patient });
  const file = await loadRequest(ports.store, purpose.code);
  return file ? knownOf(ports, file.state) : { view: undefined, ipp: undefined };
}
