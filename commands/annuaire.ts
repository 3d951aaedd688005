import type { DirectoryEntry, DirectorySearch } from '../care/people/directory.ts';
import { b, code, join, lines, outside, type Piece, say } from '../config/texts/markup.ts';
import type { Command, CommandContext } from './command.ts';

/** The narrowest client shows eight lines; each entry takes one or two. */
const SHOWN = 4;
/** « suite » again and again is a search that needs another word. */
const MOST = 40;

type Page = DirectorySearch & { asked: string; from: number };
type Answer = Page | { one: DirectoryEntry };

export const annuaire: Command<Answer> = {
  word: 'annuaire',
  also: ['annu', 'qui', 'chercher', 'cherche'],
  summary: 'Trouver un professionnel : spécialité, nom, commune',
  example: 'annuaire dermato cambrai',
  may: () => true,
  run: (context, args) => page(context, args, 0),
  async follow(context, kept: { asked: string; from: number }, said) {
    if ('next' in said) return page(context, kept.asked, Math.min(kept.from + SHOWN, MOST));
    if ('yes' in said) return page(context, kept.asked, kept.from);
    const { entries } = await context.directory.search(kept.asked, said.pick);
    const one = entries[said.pick - 1];
    return one ? { answer: { one }, keep: kept } : page(context, kept.asked, kept.from);
  },
  say(answer) {
    return 'one' in answer ? sayOne(answer.one) : sayPage(answer);
  },
};

async function page(
  { directory }: CommandContext,
  asked: string,
  from: number,
): Promise<{ answer: Page; keep?: { asked: string; from: number } }> {
  const found = await directory.search(asked, from + SHOWN);
  const answer = { ...found, entries: found.entries.slice(from), asked, from };
  return found.total > 0 ? { answer, keep: { asked, from } } : { answer };
}

function sayPage({ asked, entries, total, understood, unknown, from }: Page): Piece {
  if (!asked.trim()) return say`Que cherchez-vous ? Par exemple : ${code('!annuaire dermato cambrai')}`;
  const guess = unknown.map((u) =>
    u.nearest
      ? say`« ${outside(u.word)} » : je n’ai pas trouvé. Essayez ${code(`!annuaire ${u.nearest}`)}`
      : say`« ${outside(u.word)} » : je n’ai pas trouvé.`,
  );
  if (total === 0) return lines(say`Personne pour « ${outside(asked)} ».`, ...guess);
  if (entries.length === 0) return say`C’est tout pour « ${outside(asked)} ».`;
  const how = understood.filter((u) => u.as !== 'name').map((u) => u.label);
  const shown = from + entries.length;
  return lines(
    how.length > 0 ? say`${how.join(', ')} : ${answers(total)}` : say`${answers(total)}`,
    ...entries.map((entry, n) => {
      const [place] = entry.places;
      const where = join(
        [place?.town ? outside(place.town) : undefined, place?.phone ? b(place.phone) : undefined].filter(
          (x) => x !== undefined,
        ),
        ', ',
      );
      const number = `${from + n + 1}.`;
      return say`${number} ${b(outside(entry.name))}, ${outside(job(entry))}${where.plain ? say` — ${where}` : undefined}`;
    }),
    total > shown ? say`Et ${total - shown} de plus : ${code('suite')}, ou un numéro pour le détail.` : undefined,
    ...guess,
  );
}

function sayOne(entry: DirectoryEntry): Piece {
  return lines(
    say`${b(outside(entry.name))}, ${outside(job(entry))}`,
    ...entry.places.slice(0, 4).flatMap((place) => {
      const at = [place.name, place.street, [place.postcode, place.town].filter(Boolean).join(' ')];
      const where = at.filter((part) => part !== undefined && part !== '').join(', ');
      return [say`• ${outside(where, { max: 120 })}${place.phone ? say` — ${b(place.phone)}` : undefined}`];
    }),
  );
}

function job({ specialties, profession }: DirectoryEntry): string {
  return specialties[0]?.label ?? profession;
}

function answers(n: number): string {
  return n === 1 ? '1 réponse' : `${n} réponses`;
}
