/** The words that look something up in the territory's repertory: one way to list, to go on, and to say where it stops. */
import { findEntries, type RepertoryEntry } from '../care/people/repertory.ts';
import { fold } from '../config/texts/fold.ts';
import { code, lines, outside, type Piece, say } from '../config/texts/markup.ts';
import type { Command, CommandContext, CommandEnd } from './command.ts';

type Of<K extends RepertoryEntry['kind']> = Extract<RepertoryEntry, { kind: K }>;
type Page<K extends RepertoryEntry['kind']> = { entries: Of<K>[]; total: number; asked: string; from: number };

/** The narrowest client shows eight lines. */
const SHOWN = 3;

/** @param given.each the lines of one entry */
export function lookUp<K extends RepertoryEntry['kind']>(
  kind: K,
  given: Pick<Command, 'word' | 'also' | 'summary' | 'example'> & { each: (entry: Of<K>, now: number) => Piece[] },
): Command<Page<K>> {
  const page = ({ repertory }: CommandContext, asked: string, from: number): CommandEnd<Page<K>> => {
    const found = findEntries(repertory, kind, asked, fold);
    const entries = found.slice(from, from + SHOWN);
    const answer = { entries, total: found.length, asked, from };
    return entries.length > 0 ? { answer, keep: { asked, from } } : { answer };
  };
  return {
    ...given,
    may: () => true,
    run: async (context, asked) => page(context, asked.slice(0, 100), 0),
    follow: async (context, kept: { asked: string; from: number }, said) =>
      page(context, kept.asked, 'next' in said ? kept.from + SHOWN : kept.from),
    say({ entries, total, asked, from }, now) {
      const what = asked.trim() ? say` pour « ${outside(asked)} »` : undefined;
      if (total === 0)
        return say`Rien${what}. Votre coordination peut l’ajouter. Par exemple : ${code(`!${given.example}`)}`;
      if (entries.length === 0) return say`C’est tout${what}.`;
      const rest = total - from - entries.length;
      return lines(
        ...entries.flatMap((entry) => given.each(entry, now)),
        rest > 0 ? say`Et ${rest} de plus : ${code('suite')}.` : undefined,
      );
    },
  };
}
