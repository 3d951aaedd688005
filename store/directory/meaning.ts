/**
 * How the words of a query are understood: each becomes the jobs, towns, names and places that it may mean. Whole words
 * first, then beginnings, then typing faults; the words of a phrase are taken together (`médecin traitant`, `le cateau`).
 */
import type { DirectorySearch } from '../../care/people/directory.ts';
import type { Job, Jobs } from './jobs.ts';
import { LETTER } from './vocabulary.ts';
import type { Column, Known, Towns, Vocabulary } from './vocabulary.ts';
import { forgiven, wordsOf } from './words.ts';

/** One way for a row to match: any of these keys (build.ts). `begins`: a beginning that stands for the keys. */
export type Match = { column: Column | 'job'; keys: string[]; begins?: string; weight: number };

export type Meaning = {
  /** Sure: the rows that match these come first, alone when there are enough. */
  exact: Match[];
  /** Also possible. */
  loose: Match[];
  /** Communes that these words name: who is there comes first, then who is around. */
  towns?: string[];
};

export type Understanding = Pick<DirectorySearch, 'understood' | 'unknown'> & { meanings: Meaning[] };

type Understood = DirectorySearch['understood'][number];

/** The shortest word that may be only the beginning of another: a letter or two would match half of the country. */
const SHORTEST_PREFIX = 3;

const LONGEST_PHRASE = 6;

/** Nobody asks in more words; a pasted letter must not be searched for word by word. */
const MOST_WORDS = 12;

/** Words that people write around the ones that matter. */
const SILENT = new Set(
  'a au aux avec chez cherche d dans de des docteur dr du en est et l la le les m mme monsieur madame on ou par pour pr pres professeur proche prof que qui sur trouver un une vers'.split(
    ' ',
  ),
);

/** Decides between equals only (rank.ts compares whole scores first). */
const HALF = 0.5;

const EXACT: Record<Match['column'], number> = { job: 40, name: 50, given: 46, town: 30, place: 20 };
const BEGINS: Record<Match['column'], number> = { job: 25, name: 25, given: 22, town: 15, place: 8 };
const FAULTY: Record<Match['column'], number> = { job: 30, name: 30, given: 27, town: 20, place: 10 };

type Words = { vocabulary: Vocabulary; jobs: Jobs };
type Step = { meaning: Meaning; understood: Understood };

const jobKeys = (job: Job): string[] => job.codes.map((code) => `j${code}`);

function jobStep(words: string, job: Job, weight: number, also: readonly Column[] = []): Step {
  const exact: Match[] = [{ column: 'job', keys: jobKeys(job), weight }];
  // `pharmacie` means the place before the people who work there
  const sites = jobKeys(job).filter((key) => key.startsWith('jfin'));
  if (sites.length > 0 && job.codes[0]?.startsWith('fin'))
    exact.push({ column: 'job', keys: sites, weight: weight + HALF });
  // somebody may bear a job's name; a whole surname counts, the beginning of one does not
  if (also.includes('name')) exact.push({ column: 'name', keys: [`n${words}`], weight: weight - 5 });
  const loose: Match[] = also.includes('place') ? [{ column: 'place', keys: [`p${words}`], weight: BEGINS.place }] : [];
  return { meaning: { exact, loose }, understood: { words, as: job.as, label: job.label } };
}

function matches(known: Known[], weights: Record<Match['column'], number>, begins?: string): Match[] {
  const columns = [...new Set(known.map((one) => one.column))];
  return columns.map((column) => ({
    column,
    keys: known.filter((one) => one.column === column).map((one) => LETTER[column] + one.term),
    ...(begins !== undefined && { begins: LETTER[column] + begins }),
    weight: weights[column],
  }));
}

const isName = ({ column }: Known): boolean => column === 'name' || column === 'given';

/** The word as part of a town's name, when that is what it mostly is. */
function mostlyTown(known: Known[], vocabulary: Vocabulary): Towns | undefined {
  const name = known.find(isName) ?? known.find(({ column }) => column === 'place');
  const town = known.find(({ column }) => column === 'town');
  return town !== undefined && town.n > (name?.n ?? 0) ? vocabulary.townsWith(town.term) : undefined;
}

/** What to say of a word that was found among the index's words; a town is said by its whole name. */
function sayKnown(words: string, known: Known[], towns: Towns | undefined): Understood {
  if (towns !== undefined) return { words, as: 'town', label: towns.label };
  const best = known.find(isName) ?? known[0];
  return { words, as: 'name', label: (best?.term ?? words).toUpperCase() };
}

function townStep(words: string, towns: Towns, weight: number, alsoName: boolean): Step {
  const exact: Match[] = [{ column: 'town', keys: towns.keys.map((key) => `v${key}`), weight }];
  if (alsoName) exact.push({ column: 'name', keys: [`n${words}`], weight: EXACT.name });
  return { meaning: { exact, loose: [], towns: towns.keys }, understood: { words, as: 'town', label: towns.label } };
}

function phraseStep(phrase: string, { vocabulary, jobs }: Words): Step | undefined {
  const single = !phrase.includes(' ');
  const columns = single ? vocabulary.exact(phrase).map(({ column }) => column) : [];
  const job = jobs.exact(phrase);
  if (job !== undefined) return jobStep(phrase, job, EXACT.job, columns);
  const towns = vocabulary.town(phrase);
  return towns && townStep(phrase, towns, EXACT.town, columns.includes('name'));
}

function numberStep(word: string): Step | undefined {
  const department = /^(?:\d\d|2[ab]|9[78]\d)$/.test(word);
  if (!department && !/^\d{5}$/.test(word)) return undefined;
  const key = department ? `d${/^2[ab]$/.test(word) ? '20' : word}` : `c${word}`;
  const match: Match = { column: 'town', keys: [key], weight: EXACT.town };
  return { meaning: { exact: [match], loose: [] }, understood: { words: word, as: 'town', label: word } };
}

function wordStep(word: string, words: Words): Step | undefined {
  const { vocabulary, jobs } = words;
  const whole = phraseStep(word, words) ?? numberStep(word);
  if (whole !== undefined) return whole;
  const exact = vocabulary.exact(word);
  const begun = word.length < SHORTEST_PREFIX ? [] : vocabulary.startingWith(word);
  const job = word.length < SHORTEST_PREFIX ? undefined : jobs.startingWith(word);
  if (exact.length === 0 && begun.length === 0 && job === undefined) return faultyStep(word, words);
  const loose = matches(begun, BEGINS, word);
  if (job !== undefined) loose.push({ column: 'job', keys: jobKeys(job), weight: BEGINS.job });
  const understood =
    exact.length === 0 && job !== undefined
      ? { words: word, as: job.as, label: job.label }
      : sayKnown(word, exact.length > 0 ? exact : begun, mostlyTown(exact.length > 0 ? exact : begun, vocabulary));
  const towns = mostlyTown(exact, vocabulary);
  return { meaning: { exact: matches(exact, EXACT), loose, ...(towns && { towns: towns.keys }) }, understood };
}

function faultyStep(word: string, { vocabulary, jobs }: Words): Step | undefined {
  const most = forgiven(word);
  const job = jobs.nearest(word, most);
  // a job as near as a name is meant: only nearer names are looked for
  const near = vocabulary.nearest(word, job === undefined ? most : job.distance - 1);
  if (job !== undefined && near === undefined) {
    const meant = jobs.exact(job.word);
    if (meant !== undefined) return jobStep(word, meant, FAULTY.job);
  }
  if (near === undefined) return undefined;
  const meaning: Meaning = { exact: matches(near.known, FAULTY), loose: [] };
  const towns = near.known.flatMap(({ column, term }) =>
    column === 'town' ? (vocabulary.town(term)?.keys ?? []) : [],
  );
  if (towns.length > 0) meaning.towns = towns;
  return { meaning, understood: sayKnown(word, near.known, mostlyTown(near.known, vocabulary)) };
}

/** The nearest known word, looked for further than a fault that is forgiven: only to be suggested. */
function suggestion(word: string, { vocabulary, jobs }: Words): string | undefined {
  const most = word.length < 4 ? 1 : Math.min(4, Math.max(2, Math.floor(word.length * 0.4)));
  const job = jobs.nearest(word, most);
  const near = vocabulary.nearest(word, job === undefined ? most : job.distance - 1);
  if (job !== undefined && near === undefined) return job.word;
  return near?.known[0]?.term;
}

/** @param query as typed; the order of its words does not count */
export function understand(query: string, words: Words): Understanding {
  const typed = wordsOf(query).slice(0, MOST_WORDS);
  const result: Understanding = { understood: [], unknown: [], meanings: [] };
  const take = (step: Step): void => {
    result.understood.push(step.understood);
    result.meanings.push(step.meaning);
  };
  for (let i = 0; i < typed.length;) {
    let length = Math.min(LONGEST_PHRASE, typed.length - i);
    let step: Step | undefined;
    for (; length > 1; length--) {
      step = phraseStep(typed.slice(i, i + length).join(' '), words);
      if (step !== undefined) break;
    }
    const word = typed[i] ?? '';
    if (step === undefined && !SILENT.has(word)) {
      step = wordStep(word, words);
      // one or two letters that mean nothing whole are too few to search by, and no mistake to be told
      if (step === undefined && word.length >= SHORTEST_PREFIX) {
        result.unknown.push({ word, nearest: suggestion(word, words) });
      }
    }
    if (step !== undefined) take(step);
    i += Math.max(length, 1);
  }
  return result;
}
