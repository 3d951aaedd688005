/**
 * What a word means as a job: the synonyms that a clinician edits (config/data/annuaire-synonymes.psv), then the words of
 * the public labels (TRE_G15 professions, TRE_R38 specialties), of establishments (FINESS) and of partners. Codes are written as the index has them: `sm15`, `g60`.
 */
import { distance, phraseOf, readPsv, wordsOf } from './words.ts';

export type Job = { codes: string[]; as: 'specialty' | 'profession'; label: string };

export interface Jobs {
  /** What a colleague reads for a code; undefined for a code of no list. */
  label(code: string): string | undefined;
  /** A code (`sm54`), a whole word or phrase: a synonym first, else a word of the labels. Plurals count as their singular. */
  exact(phrase: string): Job | undefined;
  /** Every job that has a word beginning like this; undefined when none has. */
  startingWith(prefix: string): Job | undefined;
  /** The word at the smallest distance, at most `most` edits away. */
  nearest(word: string, most: number): { word: string; distance: number } | undefined;
}

/** `SM15` → `sm15`, `G15:60` → `g60`, `FIN:620` → `fin620`, `PART:DAC` → `partdac`: one token of the index each. */
export function codeToken(code: string): string {
  return code
    .toLowerCase()
    .replace(/^g15:/, 'g')
    .replaceAll(/[^a-z0-9]/g, '');
}

/** Too common in the labels to mean a job. */
const WEAK = new Set('de et du des la le les en option exercice reforme sm si scd ere d l'.split(' '));

function asJob(tokens: Iterable<string>, labelOf: (code: string) => string | undefined, label?: string): Job {
  const codes = [...new Set(tokens)];
  const labels = [...new Set(codes.map((code) => labelOf(code) ?? code))];
  const shown = labels.length > 3 ? `${labels.slice(0, 3).join(', ')}…` : labels.join(', ');
  return {
    codes,
    as: codes.every((code) => /^(?:g\d|fin|part)/.test(code)) ? 'profession' : 'specialty',
    label: label ?? shown,
  };
}

function addTo<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}

function loadLabels(extra: { code: string; label: string }[]): Map<string, string> {
  const labels = new Map(extra.map(({ code, label }) => [codeToken(code), shortLabel(label)]));
  for (const { cells } of readPsv('professions.psv', ['code', 'libelle'])) {
    labels.set(`g${cells[0] ?? ''}`, cells[1] ?? '');
  }
  for (const { cells } of readPsv('specialites.psv', ['code', 'libelle', 'affichage'])) {
    const [code = '', label = '', shown = ''] = cells;
    labels.set(codeToken(code), shown === '' ? shortLabel(label) : shown);
  }
  for (const { cells } of readPsv('etablissements.psv', ['code', 'libelle'])) {
    labels.set(`fin${cells[0] ?? ''}`, cells[1] ?? '');
  }
  for (const { cells } of readPsv('partenaires.psv', ['code', 'libelle'])) {
    labels.set(codeToken(`PART:${cells[0] ?? ''}`), cells[1] ?? '');
  }
  return labels;
}

/** `Pneumologie (SM)` → `Pneumologie`. */
export function shortLabel(label: string): string {
  return label.replace(/\s*\((?:SM|SI|SCD|DNQ)\)$/, '');
}

function loadSynonyms(folder: URL | undefined, labelOf: (code: string) => string | undefined): Map<string, Job> {
  const synonyms = new Map<string, Job>();
  const lines = new Map<string, number>();
  const problems: string[] = [];
  for (const { line, cells } of readPsv('annuaire-synonymes.psv', ['mots', 'codes', 'libelle'], folder)) {
    const [words = '', codes = '', label = ''] = cells;
    const tokens = codes
      .split(/\s+/)
      .filter((code) => code !== '')
      .map(codeToken);
    if (tokens.length === 0 || label === '')
      problems.push(`line ${line}: write mots|codes|libelle, none of them empty`);
    for (const token of tokens.filter((code) => labelOf(code) === undefined)) {
      problems.push(
        `line ${line}: code ${token} is in no list; see specialites.psv, professions.psv (G15:60), etablissements.psv (FIN:620), partenaires.psv (PART:DAC)`,
      );
    }
    for (const phrase of words
      .split(',')
      .map(phraseOf)
      .filter((p) => p !== '')) {
      const before = lines.get(phrase);
      if (before !== undefined)
        problems.push(`line ${line}: "${phrase}" is already on line ${before}; keep one of them`);
      lines.set(phrase, line);
      synonyms.set(phrase, asJob(tokens, labelOf, label));
    }
  }
  if (problems.length > 0) throw new Error(`annuaire-synonymes.psv:\n${problems.join('\n')}`);
  return synonyms;
}

/**
 * @param extra codes and labels that the national file has and the lists have not (diplomas, capacities)
 * @param synonymsFolder where annuaire-synonymes.psv is; config/data when absent
 * @throws with every problem of the synonyms at once, each with its line and its cure
 */
export function loadJobs(extra: { code: string; label: string }[] = [], synonymsFolder?: URL): Jobs {
  const labels = loadLabels(extra);
  const labelOf = (code: string): string | undefined => labels.get(code);
  const synonyms = loadSynonyms(synonymsFolder, labelOf);
  const byWord = new Map<string, Set<string>>(); // single words, of the labels and of the synonyms, to their codes
  for (const [code, label] of labels) {
    for (const word of wordsOf(label)) if (word.length > 2 && !WEAK.has(word)) addTo(byWord, word, code);
  }
  const labelWords = new Map([...byWord].map(([word, codes]) => [word, asJob(codes, labelOf)]));
  for (const [phrase, job] of synonyms) {
    if (!phrase.includes(' ')) for (const code of job.codes) addTo(byWord, phrase, code);
  }
  // `sagefemme`, `medecintraitant`: two words in a hurry; only whole, they would begin like other words
  const glued = new Map([...synonyms].map(([phrase, job]) => [phrase.replaceAll(' ', ''), job]));
  const exact = (phrase: string): Job | undefined => {
    const singular = phrase.replace(/[sx]\b/g, '');
    if (/^(?:sm|si|scd|dsm)\d+$/.test(phrase) && labels.has(phrase)) return asJob([phrase], labelOf);
    return (
      synonyms.get(phrase) ??
      synonyms.get(singular) ??
      labelWords.get(phrase) ??
      labelWords.get(singular) ??
      glued.get(singular)
    );
  };
  return {
    label: labelOf,
    exact,
    startingWith: (prefix) => {
      const words = [...byWord.keys()].filter((word) => word.startsWith(prefix));
      if (words.length === 0) return undefined;
      const jobs = words.map((word) => synonyms.get(word) ?? asJob(byWord.get(word) ?? [], labelOf));
      const names = [...new Set(jobs.map((job) => job.label))];
      const codes = jobs.flatMap((job) => job.codes);
      return asJob(codes, labelOf, names.length > 3 ? `${names.slice(0, 3).join(', ')}…` : names.join(', '));
    },
    nearest: (word, most) => {
      let best: { word: string; distance: number } | undefined;
      for (const known of byWord.keys()) {
        const edits = distance(word, known, Math.min(most, (best?.distance ?? most + 1) - 1));
        if (edits <= most && edits < (best?.distance ?? most + 1)) best = { word: known, distance: edits };
      }
      return best;
    },
  };
}
