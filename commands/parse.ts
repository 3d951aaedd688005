/**
 * What somebody typed, as a command. Prefixes: `/x`, `//x`, `!x`, `@relais x`, bare words in a direct room (DESIGN §6);
 * mobile keyboards handled: typographic quotes, autocorrected capitals, trailing spaces.
 */
import { fold } from '../config/texts/fold.ts';
import type { FollowUp } from '../care/people/conversation.ts';
import type { Command } from './command.ts';

export type Parsed =
  | { kind: 'command'; command: Command; args: string }
  /** « suite », « 2 »: about what was last shown to this person in this room. */
  | { kind: 'follow'; said: FollowUp }
  /** Meant for us, but no command: the nearest word is offered, never run. */
  | { kind: 'unknown'; word: string; nearest: string | undefined }
  /** Talk between people: not our business. */
  | { kind: 'talk' };

/**
 * @param bare whether a bare word is a command here (direct rooms)
 * @param names what the bot is called in a mention: its localpart and display name
 */
export function parse(body: string, bare: boolean, names: readonly string[], commands: readonly Command[]): Parsed {
  const straight = body
    .replaceAll(/[\u00a0\u202f]/g, ' ')
    .replaceAll(/[’‘]/g, "'")
    .trim();
  const stripped = withoutPrefix(straight, names);
  if (stripped === undefined && !bare) return { kind: 'talk' };
  const text = (stripped ?? straight).trim();
  if (text === '') return stripped === undefined ? { kind: 'talk' } : { kind: 'unknown', word: '', nearest: 'aide' };
  const follow = followUp(text);
  if (follow) return { kind: 'follow', said: follow };
  const words = text.split(/\s+/);
  // The longest name wins, so that « je prends » is not « je ».
  for (const length of [3, 2, 1]) {
    if (words.length < length) continue;
    const said = fold(words.slice(0, length).join(' ')).replace(/[.,!?…]+$/, '') || fold(words[0] ?? '');
    const command = commands.find((c) => c.word === said || c.also.includes(said));
    if (command) return { kind: 'command', command, args: rest(text, length) };
  }
  const word = words[0] ?? '';
  return { kind: 'unknown', word, nearest: nearest(fold(word), commands) };
}

const NEXT = new Set(['suite', 'la suite', 'suivant', 'suivants', 'plus', 'encore']);

function followUp(text: string): FollowUp | undefined {
  const said = fold(text).replace(/[.,!?…]+$/, '');
  if (NEXT.has(said)) return { next: true };
  const decided = /^(oui|ok|d.accord|d accord|je confirme|confirme|non merci|non)(?=$|[\s,.!:])[\s,.!:]*/i.exec(text);
  if (decided) return { yes: !fold(decided[1] ?? '').startsWith('non'), words: text.slice(decided[0].length).trim() };
  const pick = /^(?:(?:le|la|n°?|no|numero)\s*)?(\d{1,2})$/.exec(said)?.[1];
  return pick === undefined ? undefined : { pick: Number(pick) };
}

/** Keeps line breaks of what follows: an answer may have several lines. */
function rest(text: string, words: number): string {
  const pattern = new RegExp(`^(?:\\S+\\s*){${words}}`);
  return text.replace(pattern, '').trim();
}

function withoutPrefix(text: string, names: readonly string[]): string | undefined {
  const sign = /^(?:\/\/?|!)\s*(?=\S)/.exec(text);
  if (sign) return text.slice(sign[0].length);
  for (const name of names) {
    const mention = new RegExp(
      `^@?${name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}(?::[\\w.-]+(?::\\d+)?)?\\s*[:,]?\\s+`,
      'i',
    ).exec(`${text} `);
    if (mention) return text.slice(mention[0].length);
  }
  return undefined;
}

/** Within two slips of the keyboard; three letters at least, so that nothing is guessed from nothing. */
function nearest(word: string, commands: readonly Command[]): string | undefined {
  let best: { word: string; distance: number } | undefined;
  for (const command of commands) {
    for (const name of [command.word, ...command.also]) {
      const distance = word.length >= 3 && name.startsWith(word) ? 1 : slips(word, name);
      if (distance <= Math.min(2, Math.floor(name.length / 2)) && distance < (best?.distance ?? 9))
        best = { word: command.word, distance };
    }
  }
  return best?.word;
}

/** Levenshtein distance with neighbours swapped counted once (optimal string alignment). */
function slips(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? Math.max(a.length, b.length);
}
