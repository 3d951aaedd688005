/** What is asked on one line: `avis cardio <question>`, or the word of a family (`polygraphie <question>`). */
import { asked, oneLine } from '../care/request/form.ts';
import { isPointer, type Offer, type Pathway, urgentWords } from '../care/request/pathway.ts';
import { mayAsk } from '../care/request/request.ts';
import type { Person } from '../care/people/person.ts';
import { refuse } from '../care/relay/refusal.ts';
import { fold } from '../config/texts/fold.ts';
import { looksUrgent } from '../config/texts/urgent.ts';
import { type Command, type CommandEnd, nothingToSay } from './command.ts';

/** Reached by `avis <word>`; every other family is a word of its own. */
export const AVIS = 'avis';

export function offersOf(family: string, offers: readonly Offer[]): Offer[] {
  return offers.filter((offer) => offer.family === family);
}

/** Where a territory has another tool, everybody may be told so. */
export function mayUse(offer: Offer, person: Person): boolean {
  return isPointer(offer) || mayAsk(offer, person);
}

/** @param args what follows the family's word: its own word where there are several, then the question */
export function askFor(family: string, offers: readonly Offer[], args: string): CommandEnd<never> {
  const known = offersOf(family, offers);
  const [word = ''] = args.split(/\s+/, 1);
  const named = known.find((offer) => offer.words.some((w) => fold(w) === fold(word)));
  const offer = named ?? (known.length === 1 && family !== AVIS ? known[0] : undefined);
  if (!offer)
    return { refusal: refuse('unknown-pathway', { family, word, known: known.map((o) => o.words[0] ?? o.id) }) };
  const question = (named ? args.slice(word.length) : args).trim();
  if (isPointer(offer)) return { ask: { pathway: offer, answers: [], urgent: looksUrgent(question) } };
  const urgent = looksUrgent(question, urgentWords(offer));
  const answers = oneLine(offer.form, question);
  // One line that says all that is needed is sent at once; a word alone, or a form that needs more, is asked step by step.
  const missing = asked(offer.form, answers).some((f) => f.required && !answers.some((a) => a.key === f.key));
  const isEnough = question !== '' && !missing && offer.ask.consent !== 'ask';
  return isEnough
    ? { ask: { pathway: offer, answers, urgent } }
    : { form: { do: 'ask', pathway: offer, patient: undefined }, given: { answers, urgent } };
}

/** One command per family of the pathways that are offered. */
export function familyCommands(offers: readonly Offer[]): Command[] {
  const families = new Set(offers.filter((offer) => isAsked(offer)).map((offer) => offer.family));
  families.delete(AVIS);
  return [...families].sort().map((family): Command => {
    const known = offersOf(family, offers);
    const [first] = known;
    const word = known.length > 1 ? ` ${first?.words[0] ?? ''}` : '';
    return {
      word: family,
      also: [],
      summary: known.map((offer) => offer.title).join(' ; '),
      example: `${family}${word} …`,
      may: (person) => known.some((offer) => mayUse(offer, person)),
      run: async (context, args) => askFor(family, context.pathways, args),
      say: nothingToSay,
    };
  });
}

/** What an event alone opens is nobody's word. */
function isAsked(offer: Offer): boolean {
  return isPointer(offer) || (offer satisfies Pathway).ask.who.length > 0;
}
