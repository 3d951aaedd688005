/** What somebody types while a form is open, read for the question that is asked. */
import { type Draft, type Given, type Step, stepNow, stepsOf, takesFiles } from '../care/request/draft.ts';
import type { FormSaid } from '../care/request/drafting.ts';
import { fold } from '../config/texts/fold.ts';
import { optionOf, readAnswer, yesOrNo } from '../config/texts/read-answer.ts';
import { deniesUrgency } from '../config/texts/urgent.ts';
import { readIdentity } from '../config/texts/read-identity.ts';

const WORDS: Record<string, FormSaid['do']> = {
  retour: 'back',
  precedent: 'back',
  revenir: 'back',
  passer: 'pass',
  passe: 'pass',
  '-': 'pass',
  'non renseigne': 'pass',
  abandonner: 'abandon',
  abandon: 'abandon',
  annuler: 'abandon',
  annule: 'abandon',
  stop: 'abandon',
  reprendre: 'again',
  '?': 'again',
};
const ENOUGH = new Set(['fini', 'termine', "c'est tout", 'cest tout', 'suite', 'suivant', 'ok', 'oui']);
/** An answer that waits, or that the summary doubts, is meant as it is. */
const MEANT: [RegExp, Extract<FormSaid, { do: 'mean' }>['why']][] = [
  [/^(?:non,? )?(?:ce |c')?(?:n'?est )?(?:non|pas) urgent(?:e|s)?(?:,? merci)?$/, 'urgent'],
  [/^(?:(?:je )?garder?|(?:(?:je )?(?:garder?|envoyer?|envoie) )?(?:quand meme|ainsi|comme ca))$/, 'named'],
];
const SEND = new Set(['oui', 'ok', 'envoyer', 'envoie', 'envoyez', 'valider', 'je confirme', 'confirmer', "d'accord"]);

/** @param now civil time: « hier » is a date */
export function readFormWords(draft: Draft, typed: string, now: number): FormSaid {
  const word = fold(typed).replace(/[.!…]+$/, '');
  const step = stepNow(draft);
  const known = WORDS[word];
  const why = draft.held?.doubt.why;
  // Asked whether to call the 15, nobody passes on; what goes on with the sentence must not take its place.
  if (why === 'urgent' && (known === 'pass' || (known === undefined && !deniesUrgency(typed)))) return { do: 'again' };
  if (known !== undefined) return { do: known } as FormSaid;
  const meant = MEANT.find(([said]) => said.test(word))?.[1];
  if (meant !== undefined && meant === why) return { do: 'mean', why: meant };
  // « oui » is no answer in the place of the one that waits.
  if (why !== undefined && (SEND.has(word) || ENOUGH.has(word) || word === 'non')) return { do: 'again' };
  if (step.kind === 'summary') {
    if (SEND.has(word)) return { do: 'send' };
    if (meant !== undefined) return { do: 'mean', why: meant };
    const n = /^(?:n°?\s*|numero\s*|corriger\s*)?(\d{1,2})$/.exec(word)?.[1];
    return n === undefined ? { do: 'refuse-summary' } : { do: 'correct', n: Number(n) };
  }
  if (takesFiles(step) && ENOUGH.has(word)) return { do: 'pass' };
  const listed = numberedList(draft, typed, now);
  if (listed) return listed;
  const read = readStep(step, typed, now);
  return 'unread' in read ? { do: 'unread', why: read.unread } : { do: 'given', given: [read] };
}

/** « 1. … 2. … » on lines of their own answers several questions at once. */
function numberedList(draft: Draft, typed: string, now: number): FormSaid | undefined {
  const parts = typed.split('\n').filter((line) => line.trim() !== '');
  const numbered = parts.map((line) => /^\s*(\d{1,2})\s*[.):-]\s*(.+)$/su.exec(line));
  if (parts.length < 2 || numbered.some((found) => found === null)) return undefined;
  const steps = stepsOf(draft);
  const given: Given[] = [];
  for (const found of numbered) {
    const step = steps[Number(found?.[1]) - 1];
    const read = step && readStep(step, found?.[2] ?? '', now);
    if (!read) return { do: 'unread', why: 'option' };
    if ('unread' in read) return { do: 'unread', why: read.unread };
    given.push(read);
  }
  return { do: 'given', given };
}

function readStep(step: Exclude<Step, { kind: 'summary' }>, typed: string, now: number): Given | { unread: string } {
  switch (step.kind) {
    case 'field': {
      const read = readAnswer(step.field, typed, now);
      return 'unread' in read ? read : { kind: 'field', answer: read };
    }
    case 'outcome': {
      const options = step.outcomes.map((o) => ({ value: o.word, label: o.label }));
      const found = optionOf(options, typed);
      return found ? { kind: 'outcome', word: found.value } : { unread: 'option' };
    }
    case 'identity': {
      const identity = readIdentity(typed, now);
      return identity ? { kind: 'identity', identity } : { unread: 'identity' };
    }
    case 'consent':
    case 'anonymous': {
      const yes = yesOrNo(typed);
      return yes === undefined ? { unread: 'yes-no' } : { kind: step.kind, yes };
    }
    default:
      return step satisfies never;
  }
}
