/**
 * What a free text says of who somebody is: asked of every answer that a whole group reads (`share: before`), as identity is
 * for the request room alone (DESIGN §4). It finds too much rather than too little: « petit » of a patient called Petit is
 * found, and who wrote it says that it is no name. Pure.
 */
import type { PatientView } from '../relay/announcement.ts';

/** `name` a name, or a civility before one · `nir` a social security number (the INS) · `ipp` the hospital's number. */
export type Sign = 'name' | 'birth-date' | 'nir' | 'ipp' | 'phone';

/** `said`: the words as they were written. */
export type Found = { sign: Sign; said: string };

/** What is known of the patient; nothing, when nobody has said who it is. */
export type Known = { view: PatientView | undefined; ipp: string | undefined };

/** @returns each sign once, with the first words that show it */
export function identifies(text: string, { view, ipp }: Known): Found[] {
  // First what is long: a phone number is never sought inside a NIR.
  const nir = NIR.exec(text)?.[0];
  const rest = text.replaceAll(NIRS, ' ');
  const found: [Sign, string | undefined][] = [
    ['name', nameIn(text, view) ?? CALLED.exec(text)?.[0]],
    ['birth-date', birthDateIn(text, view?.birthDate)],
    ['nir', nir],
    ['ipp', ipp === undefined ? undefined : numberIn(rest, ipp)],
    ['phone', PHONE.exec(rest)?.[0]],
  ];
  return found.flatMap(([sign, said]) => (said === undefined ? [] : [{ sign, said: said.trim() }]));
}

const GAP = String.raw`[\s.\-]?`;
/** Sex, year, month (or the fictive ones), département (2A, 2B), commune, order, key: 15 characters, or 13 without the key. */
const NIR_SHAPE = String.raw`(?<!\d)[123478]${GAP}\d{2}${GAP}(?:0[1-9]|1[0-2]|[2-9]\d)${GAP}(?:\d{2}|2[abAB])${GAP}\d{3}${GAP}\d{3}(?:${GAP}\d{2})?(?!\d)`;
const NIR = new RegExp(NIR_SHAPE);
const NIRS = new RegExp(NIR_SHAPE, 'g');

/** A French number, national or international. */
const PHONE = /(?<!\d)(?:(?:\+|00)33[\s.-]?(?:\(0\)[\s.-]?)?|0)[1-9](?:[\s.\-/]?\d{2}){4}(?!\d)/;

/** « Mme Modèle », « M. D'ALMEIDA »: a civility, then what is written as a name. « Mme HTA » is not one, nor is « M. de 76 ans ». */
const CALLED =
  /(?<!\p{L})(?:M\.|Mr\.?|MR\.?|[Mm]me\.?|MME\.?|[Mm]lle\.?|MLLE\.?|[Mm]onsieur|MONSIEUR|[Mm]adame|MADAME|[Mm]ademoiselle)\s+(?:[dD]['’]|[dD]e\s+|[lL][ea]\s+)?(?:\p{Lu}\p{Ll}[\p{L}'’-]+|\p{Lu}{4,}[\p{L}'’-]*)/u;

type Word = { plain: string; from: number; to: number };

/** As typed, and as a phone glues a file's name together: « ModeleOdile ». */
const WORDS = /[\p{L}\p{M}\p{N}]+/gu;
const HUMPS = /\p{Lu}[\p{Ll}\p{M}]+|[\p{Ll}\p{M}]+|\p{Lu}+(?![\p{Ll}\p{M}])|\p{N}+/gu;

function wordsOf(text: string, shape = WORDS): Word[] {
  return [...text.matchAll(shape)].map(({ 0: word, index }) => ({
    plain: plain(word),
    from: index,
    to: index + word.length,
  }));
}

function plain(word: string): string {
  return word
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('œ', 'oe')
    .replaceAll('æ', 'ae')
    .replaceAll('ß', 'ss');
}

/** Too common to be a name by themselves: only beside a civility or the given name. */
const PARTICLES = new Set(
  'de du des la le les en et van von der den ben bel bou abou el al di da do dos das san saint sainte mac ait ould'.split(
    ' ',
  ),
);
const CIVILITIES = new Set(['m', 'mr', 'mme', 'mlle', 'monsieur', 'madame', 'mademoiselle', 'patient', 'patiente']);
/** Shorter words are read exactly: « rose » and « rosse » are two. */
const LONG = 5;

function nameIn(text: string, view: PatientView | undefined): string | undefined {
  if (!view) return undefined;
  const given = new Set(wordsOf(view.givenName ?? '').map((word) => word.plain));
  for (const name of [view.usedName, view.birthName]) {
    const parts = wordsOf(name ?? '').map((word) => word.plain);
    const alone = parts.length > 1 ? parts.filter((part) => part.length > 2 && !PARTICLES.has(part)) : [];
    for (const words of [wordsOf(text), wordsOf(text, HUMPS)]) {
      const span =
        spanOf(words, parts.join(''), given) ?? alone.map((part) => spanOf(words, part, given)).find(Boolean);
      if (span) return text.slice(span.from, span.to);
    }
  }
  return undefined;
}

/** Consecutive words that make up this name, however they are joined: « LE GALL », « Le-Gall », « legall ». */
function spanOf(words: readonly Word[], name: string, given: ReadonlySet<string>): Word | undefined {
  if (name === '') return undefined;
  const isShort = name.length <= 2 || PARTICLES.has(name);
  for (const [at, first] of words.entries()) {
    let joined = '';
    for (const last of words.slice(at)) {
      joined += last.plain;
      if (joined.length > 2 * name.length) break;
      if (!isSame(joined, name)) continue;
      const beside = [words[at - 1]?.plain ?? '', words[words.indexOf(last) + 1]?.plain ?? ''];
      if (!isShort || beside.some((word) => given.has(word)) || CIVILITIES.has(beside[0] ?? ''))
        return { plain: joined, from: first.from, to: last.to };
    }
  }
  return undefined;
}

function isSame(said: string, name: string): boolean {
  if (said === name) return true;
  return name.length >= LONG && /[a-z]/.test(said) && loose(said) === loose(name);
}

/** A letter that was doubled, or that a scan took for a figure: « MODELLE », « M0DE1E ». */
function loose(word: string): string {
  return word
    .replaceAll('0', 'o')
    .replaceAll(/[1l]/g, 'i')
    .replaceAll('5', 's')
    .replaceAll('8', 'b')
    .replaceAll(/(.)\1+/g, '$1');
}

const MONTHS = ['jan', 'fev', 'mar', 'avr', 'mai', 'juin', 'juil', 'aou', 'sep', 'oct', 'nov', 'dec'];
const DATE =
  /(?<!\d)(?:(?<iso>\d{4})-(?<m1>\d{1,2})-(?<d1>\d{1,2})|(?<d2>\d{1,2})\s?[/.\- ]\s?(?<m2>\d{1,2})\s?[/.\- ]\s?(?<y2>\d{4}|\d{2})|(?<d3>\d{2})(?<m3>\d{2})(?<y3>\d{4})|(?<d4>\d{1,2})(?:er)?[\s-](?<month>\p{L}{3,9})\.?[\s-](?<y4>\d{4}|\d{2}))(?!\d)/gu;
/** « née le 15/03/1948 »: a date of birth, whoever it is. */
const BORN = /(?:(?<!\p{L})n[ée](?:\(?e\)?)?(?:\s+le)?|ddn|naissance)\s*:?\s*$/iu;

function birthDateIn(text: string, birthDate: string | undefined): string | undefined {
  for (const { 0: said, index, groups = {} } of text.matchAll(DATE)) {
    const word = groups['month'];
    const month = word === undefined ? (groups['m1'] ?? groups['m2'] ?? groups['m3']) : monthOf(word);
    if (month === undefined) continue;
    const day = groups['d1'] ?? groups['d2'] ?? groups['d3'] ?? groups['d4'] ?? '';
    const year = groups['iso'] ?? groups['y2'] ?? groups['y3'] ?? groups['y4'] ?? '';
    const [y = '', m = '', d = ''] = birthDate?.split('-') ?? [];
    const isTheirs = Number(day) === Number(d) && Number(month) === Number(m) && (year === y || year === y.slice(2));
    if (isTheirs || BORN.test(text.slice(0, index))) return said;
  }
  return undefined;
}

function monthOf(word: string): string | undefined {
  const at = MONTHS.findIndex((month) => plain(word).startsWith(month));
  return at < 0 ? undefined : String(at + 1);
}

/** A hospital's number, with or without its leading zeros. */
function numberIn(text: string, ipp: string): string | undefined {
  const bare = (word: string): string => plain(word).replace(/^0+/, '');
  if (bare(ipp).length < 4) return undefined;
  return text.match(WORDS)?.find((word) => bare(word) === bare(ipp));
}
