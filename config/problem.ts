/** One YAML file read against its schema: every problem at once, with file, line, key and cure (DESIGN §9). */
import { readFileSync } from 'node:fs';
import { isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document, ScalarTag } from 'yaml';
import { z } from 'zod';

/** What is wrong in a configuration file, for the person who has it open in an editor. */
export type ConfigProblem = {
  file: string;
  /** From 1; undefined when the file itself is the problem. */
  line: number | undefined;
  /** `sources[0].units[2].policy`; empty for the whole file. */
  key: string;
  problem: string;
  /** What to do about it. */
  cure: string;
};

type Path = readonly PropertyKey[];

/** A file whose content has passed its schema, with a way to complain about one of its keys later (cross-checks). */
export type YamlFile<T> = {
  file: string;
  text: string;
  value: T;
  problem: (path: Path, problem: string, cure: string) => ConfigProblem;
};

/** Separates what is wrong from the cure in the messages of our schemas. */
export const CURE = ' → ';

/**
 * A strict object that names the keys it knows when it meets another one. Every object of the configuration is made
 * with it: an unknown key is a typing error, never something to ignore in silence.
 */
export function strict<S extends z.core.$ZodLooseShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown key ${issue.keys.join(', ')}${CURE}remove it; the keys known here are ${known}`
        : undefined,
  });
}

/** A message of a schema: what is wrong, then what to do. */
export function say(problem: string, cure: string): string {
  return `${problem}${CURE}${cure}`;
}

// Only plain decimal numbers are numbers: a FINESS, an IPP or a day such as 0123, 12e4 or 0x1F stays the text that was typed.
const wholeNumber: ScalarTag = {
  identify: (value) => typeof value === 'number',
  default: true,
  tag: 'tag:yaml.org,2002:int',
  test: /^(?:0|-?[1-9][0-9]{0,14})$/,
  resolve: Number,
};

/** All the problems of a file; `raw` is what it says, as far as it is YAML, so that the files it names can be looked at too. */
export type YamlProblems = { problems: ConfigProblem[]; raw?: unknown };

/** @returns the value, or all the problems of this file */
export function readYaml<T>(file: string, schema: z.ZodType<T>): YamlFile<T> | YamlProblems {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const cure =
      code === 'ENOENT' ? 'create it, or correct the path that leads here' : 'give the process the right to read it';
    return { problems: [{ file, line: undefined, key: '', problem: `the file cannot be read (${code})`, cure }] };
  }
  return readYamlText(file, text, schema);
}

/** The same for a text already read; `file` is only named. */
export function readYamlText<T>(file: string, text: string, schema: z.ZodType<T>): YamlFile<T> | YamlProblems {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'failsafe',
    customTags: ['null', 'bool', wholeNumber],
  });
  if (document.errors.length > 0)
    return {
      problems: document.errors.map((error) => ({
        file,
        line: lines.linePos(error.pos[0]).line,
        key: '',
        problem: `not YAML: ${error.message.split('\n')[0] ?? ''}`,
        cure: 'look at the indentation, the colons and the quotes around this line',
      })),
    };
  const lineOf = (path: Path): number | undefined => {
    const offset = offsetOf(document, path);
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
  const problem = (path: Path, what: string, cure: string): ConfigProblem => ({
    file,
    line: lineOf(path),
    key: keyPath(path),
    problem: what,
    cure,
  });
  const raw: unknown = document.toJS();
  const parsed = schema.safeParse(raw, { reportInput: true });
  if (parsed.success) return { file, text, value: parsed.data, problem };
  return {
    raw,
    problems: parsed.error.issues.flatMap(unfold).map((issue) => {
      const [what = '', cure] = worded(issue).split(CURE);
      const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
      return problem(path, what, cure ?? 'see docs/relais.sample.yaml');
    }),
  };
}

/** All of them, for a terminal: where, what is wrong, what to do. */
export function sayProblems(problems: readonly ConfigProblem[], what = 'the configuration'): string {
  const said = problems.map(({ file, line, key, problem, cure }) => {
    const place = `${file}${line === undefined ? '' : `:${line}`}`;
    return `${place}${key === '' ? '' : `  ${key}`}\n  ${problem}\n  → ${cure}`;
  });
  return [`${problems.length} problem${problems.length === 1 ? '' : 's'} in ${what}`, ...said].join('\n\n');
}

/**
 * A value that may be of several shapes and is of none: the problems of the shape that its writer meant, when its kind
 * tells which (a list, keys, a word); the union's own message otherwise.
 */
function unfold(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.message.includes(CURE)) return [issue];
  const isOtherKind = (one: z.core.$ZodIssue): boolean =>
    one.path.length === 0 && (one.code === 'invalid_type' || one.code === 'invalid_value');
  const [meant] = issue.errors.filter((branch) => !branch.some(isOtherKind)).sort((a, b) => a.length - b.length);
  if (!meant) return [issue];
  return meant.flatMap((one) => unfold({ ...one, path: [...issue.path, ...one.path] }));
}

/** Our own messages carry their cure; those of zod get one here. */
function worded(issue: z.core.$ZodIssue): string {
  if (issue.message.includes(CURE)) return issue.message;
  const last = String(issue.path.at(-1) ?? 'it');
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined)
      return say('missing', typeof issue.path.at(-1) === 'number' ? 'give a value' : `add the key ${last}`);
    const quotes = issue.expected === 'string' && typeof issue.input !== 'object' ? `; put it between quotes` : '';
    return say(
      `expected ${article(issue.expected)}, found ${shown(issue.input)}`,
      `write ${article(issue.expected)}${quotes}`,
    );
  }
  if (issue.code === 'invalid_value')
    return say(`${shown(issue.input)} is not accepted`, `write one of: ${issue.values.map(String).join(', ')}`);
  if (issue.code === 'too_small')
    return say(
      `too few, too short or too small`,
      `at least ${issue.minimum} ${issue.origin === 'array' ? 'entries' : ''}`.trim(),
    );
  if (issue.code === 'too_big')
    return say(
      `too many, too long or too big`,
      `at most ${issue.maximum} ${issue.origin === 'array' ? 'entries' : ''}`.trim(),
    );
  return issue.message;
}

function article(type: string): string {
  const named: Record<string, string> = {
    array: 'a list',
    object: 'keys with values',
    record: 'keys with values',
    int: 'a whole number',
    boolean: 'true or false',
  };
  return named[type] ?? `a ${type}`;
}

function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'keys with values' : JSON.stringify(value);
}

/** `['sources', 0, 'units']` is `sources[0].units`. */
function keyPath(path: Path): string {
  return path.reduce<string>(
    (sum, part) => (typeof part === 'number' ? `${sum}[${part}]` : `${sum}${sum === '' ? '' : '.'}${String(part)}`),
    '',
  );
}

/** Where the key stands in the text; for a missing one, where the object stands that lacks it. */
function offsetOf(document: Document.Parsed, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const parent = length === 0 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    if (
      length > 0 &&
      parent !== null &&
      typeof parent === 'object' &&
      'items' in parent &&
      Array.isArray(parent.items)
    ) {
      const pair: unknown = parent.items.find(
        (item: unknown) => isPair(item) && isScalar(item.key) && item.key.value === last,
      );
      if (isPair(pair) && isNode(pair.key) && pair.key.range) return pair.key.range[0];
    }
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}
