/**
 * The questions of a pathway as data, and what is answered to them: their YAML shape is config/schema/form.ts. The same
 * shapes serve who asks (`form`) and who answers (`answer.form`: a bilan, a decision record).
 */

/** Only asked when another question has one of these answers: option values, `true`/`false`, numbers as text. */
type Condition = { field: string; is: string[] };

/** What every question has. */
type Common = {
  /** Unique in its pathway, every form of every stage included. */
  key: string;
  label: string;
  /** One line under the question. */
  help: string | undefined;
  required: boolean;
  /** `before`: the whole group may see it, so it must not identify anybody. `after`: only the request room. */
  share: 'before' | 'after';
  /** `field` may be of an earlier form of the same pathway (a bilan that depends on the protocol that was asked for). */
  when: Condition | undefined;
  /** Its answer is about the past (antécédents): a word that would mean « now » elsewhere is none here. */
  urgent?: 'ignore';
};

export type Option = { value: string; label: string };

export type Column = { key: string; label: string; required: boolean } & (
  { type: 'text' } | { type: 'number'; unit: string | undefined } | { type: 'choice'; options: Option[] }
);

export type FormField = Common &
  (
    | { type: 'text'; multiline: boolean; /** Characters. */ longest: number }
    | { type: 'choice'; options: Option[] }
    | { type: 'choices'; options: Option[] }
    | { type: 'number'; unit: string | undefined; min: number | undefined; max: number | undefined; decimals: number }
    /** A day; `past` and `future` include today (Europe/Paris). */
    | { type: 'date'; bound: 'past' | 'future' | undefined }
    | { type: 'yes-no' }
    /** `image/*`, at most `most` of them. */
    | { type: 'photo'; most: number }
    | { type: 'file'; /** `application/pdf`, `image/*`. */ accept: string[]; most: number }
    | { type: 'table'; columns: Column[]; /** Rows. */ most: number }
    /** Whole numbers; what the two ends mean. */
    | { type: 'scale'; from: number; to: number; lowest: string | undefined; highest: string | undefined }
  );

/** A file that somebody sent, kept encrypted elsewhere: the state of a request never holds its bytes. */
export type Attachment = { id: string; name: string; mime: string; /** Bytes. */ size: number };

/** What a photo says of who took it can be taken out of these; a PDF, a HEIC keep their author. */
export function canBeAnonymous({ mime }: Attachment): boolean {
  return ['image/jpeg', 'image/jpg', 'image/png'].includes(mime.toLowerCase());
}

/** One answered question. What was not answered has no entry. */
export type Answer = { key: string } & (
  | { type: 'text'; value: string }
  /** The option's value. */
  | { type: 'choice'; value: string }
  | { type: 'choices'; value: string[] }
  | { type: 'number' | 'scale'; value: number }
  /** `YYYY-MM-DD`. */
  | { type: 'date'; value: string }
  | { type: 'yes-no'; value: boolean }
  | { type: 'photo' | 'file'; value: Attachment[] }
  /** One record per row, by column key. */
  | { type: 'table'; value: Record<string, string | number>[] }
);

/** What is wrong with one answer; the sentence is in config/texts. */
export type AnswerFault = {
  key: string;
  label: string;
  fault:
    | 'missing'
    | 'wrong-type'
    | 'too-long'
    | 'not-an-option'
    | 'out-of-range'
    | 'not-a-date'
    | 'too-many'
    | 'not-accepted';
};

/** The questions that are to be asked, given what has been answered so far (`when`). */
export function asked(form: readonly FormField[], answers: readonly Answer[]): FormField[] {
  return form.filter(({ when }) => {
    if (!when) return true;
    const given = answers.find((a) => a.key === when.field);
    return given !== undefined && wordsOf(given).some((word) => when.is.includes(word));
  });
}

/**
 * Everything that is wrong with these answers, the missing ones included.
 * @param earlier answers of earlier forms of the same request, for `when`
 * @param today `YYYY-MM-DD` in Paris
 */
export function faultsOf(
  form: readonly FormField[],
  answers: readonly Answer[],
  earlier: readonly Answer[],
  today: string,
): AnswerFault[] {
  return asked(form, [...earlier, ...answers]).flatMap((field): AnswerFault[] => {
    const given = answers.find((a) => a.key === field.key);
    const { key, label } = field;
    if (!given || isEmpty(given)) return field.required ? [{ key, label, fault: 'missing' }] : [];
    const fault = faultOf(field, given, today);
    return fault ? [{ key, label, fault }] : [];
  });
}

/** @returns undefined when the answer suits the question */
export function faultOf(field: FormField, given: Answer, today: string): AnswerFault['fault'] | undefined {
  if (given.type !== field.type) return 'wrong-type';
  switch (field.type) {
    case 'text':
      return given.type === 'text' && given.value.length > field.longest ? 'too-long' : undefined;
    case 'choice':
    case 'choices':
      return wordsOf(given).every((word) => field.options.some((o) => o.value === word)) ? undefined : 'not-an-option';
    case 'number': {
      const value = given.value as number;
      if (!Number.isFinite(value) || Number(value.toFixed(field.decimals)) !== value) return 'out-of-range';
      return value < (field.min ?? -Infinity) || value > (field.max ?? Infinity) ? 'out-of-range' : undefined;
    }
    case 'scale': {
      const value = given.value as number;
      return Number.isInteger(value) && value >= field.from && value <= field.to ? undefined : 'out-of-range';
    }
    case 'date': {
      const day = given.value as string;
      if (!isDay(day)) return 'not-a-date';
      const outside = (field.bound === 'past' && day > today) || (field.bound === 'future' && day < today);
      return outside ? 'out-of-range' : undefined;
    }
    case 'yes-no':
      return undefined;
    case 'photo':
    case 'file': {
      const files = given.value as Attachment[];
      if (files.length > field.most) return 'too-many';
      const accept = field.type === 'photo' ? ['image/*'] : field.accept;
      return files.every((file) => accept.some((kind) => suits(file.mime, kind))) ? undefined : 'not-accepted';
    }
    case 'table':
      return tableFault(field, given.value as Record<string, string | number>[]);
    default:
      return field satisfies never;
  }
}

/** What was sent as an answer; nothing for words. */
export function filesOf(answer: Answer): Attachment[] {
  return answer.type === 'photo' || answer.type === 'file' ? answer.value : [];
}

/** The names that a phone or an office gives to its files may say whose they are: « MODELE_Odile.jpg » is « photo-1.jpg ». */
export function withoutFileNames(answer: Answer): Answer {
  if (answer.type !== 'photo' && answer.type !== 'file') return answer;
  const value = answer.value.map((one, n) => {
    const ending = /\.[a-z0-9]{1,5}$/i.exec(one.name)?.[0] ?? '';
    return { ...one, name: `${answer.type === 'photo' ? 'photo' : 'document'}-${n + 1}${ending}` };
  });
  return { ...answer, value };
}

/** What is typed on one line answers the first free question (`avis cardio <question>`). Nothing typed answers nothing. */
export function oneLine(form: readonly FormField[], text: string): Answer[] {
  const field = form.find((f) => f.type === 'text');
  return field && text.trim() ? [{ key: field.key, type: 'text', value: text.trim() }] : [];
}

/** More than one line can hold: who answers is asked question by question. */
export function inSteps(form: readonly FormField[]): boolean {
  return form.filter((f) => f.required).length > 1 || form.some((f) => f.type !== 'text');
}

function tableFault(
  field: Extract<FormField, { type: 'table' }>,
  rows: Record<string, string | number>[],
): AnswerFault['fault'] | undefined {
  if (rows.length > field.most) return 'too-many';
  for (const row of rows) {
    if (Object.keys(row).some((key) => !field.columns.some((column) => column.key === key))) return 'wrong-type';
    for (const column of field.columns) {
      const cell = row[column.key];
      if (cell === undefined || cell === '') {
        if (column.required) return 'missing';
      } else if (typeof cell !== (column.type === 'number' ? 'number' : 'string')) return 'wrong-type';
      else if (column.type === 'choice' && !column.options.some((o) => o.value === cell)) return 'not-an-option';
    }
  }
  return undefined;
}

/** An answer as the words that a condition compares with. */
function wordsOf(answer: Answer): string[] {
  return Array.isArray(answer.value) ? answer.value.map(String) : [String(answer.value)];
}

function isEmpty({ value }: Answer): boolean {
  return Array.isArray(value) ? value.length === 0 : typeof value === 'string' && value.trim() === '';
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function suits(mime: string, kind: string): boolean {
  return kind.endsWith('/*') ? mime.startsWith(kind.slice(0, -1)) : mime === kind;
}
