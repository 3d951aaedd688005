import type { DirectoryEntry, DirectoryQuery, DirectorySearch } from '../care/people/directory.ts';
import { sayLocalLong, sayLocalShort } from '../config/texts/fiche.ts';
import { b, code, join, lines, outside, type Piece, say } from '../config/texts/markup.ts';
import type { Command, CommandContext } from './command.ts';

/** The narrowest client shows eight lines; each entry takes one or two. */
const SHOWN = 4;
/** « suite » again and again is a search that needs another word. */
const MOST = 40;

export type Page = DirectorySearch & { asked: string; from: number };
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
    const { entries } = await context.directory.search(kept.asked, {
      ...asker(context),
      limit: 1,
      offset: said.pick - 1,
    });
    const [one] = entries;
    return one ? { answer: { one }, keep: kept } : page(context, kept.asked, kept.from);
  },
  say(answer, now) {
    return 'one' in answer ? sayOne(answer.one, now) : sayPage(answer, now);
  },
};

/** Professionals-only lines are given where nobody else reads: in a direct room, to a member or to the coordination. */
export function asker({ person, room }: CommandContext): Pick<DirectoryQuery, 'territory' | 'member' | 'reader'> {
  const alone = room.kind === 'direct';
  return {
    territory: person.territory,
    member: alone && person.role === 'coordinateur',
    ...(alone && person.rpps !== undefined && { reader: person.rpps }),
  };
}

export async function page(
  context: CommandContext,
  asked: string,
  from: number,
): Promise<{ answer: Page; keep?: { asked: string; from: number } }> {
  const found = await context.directory.search(asked, { ...asker(context), limit: SHOWN, offset: from });
  const answer = { ...found, asked, from };
  return found.total > 0 ? { answer, keep: { asked, from } } : { answer };
}

export function sayPage({ asked, entries, total, atLeast, understood, unknown, from, away }: Page, now: number): Piece {
  if (!asked.trim()) return say`Que cherchez-vous ? Par exemple : ${code('!annuaire dermato cambrai')}`;
  if (away === 'no-index') return say`L’annuaire se prépare : réessayez dans quelques minutes.`;
  if (away === 'late') return say`L’annuaire ne répond pas : réessayez dans un instant.`;
  const guess = unknown
    .slice(0, 2)
    .map((u) =>
      u.nearest
        ? say`« ${outside(u.word)} » : je n’ai pas trouvé. Essayez ${code(`!annuaire ${u.nearest}`)}`
        : say`« ${outside(u.word)} » : je n’ai pas trouvé.`,
    );
  if (total === 0) return lines(say`Personne pour « ${outside(asked)} ».`, ...guess);
  if (entries.length === 0) return say`C’est tout pour « ${outside(asked)} ».`;
  const how = understood.filter((u) => u.as !== 'name').map((u) => u.label);
  const shown = from + entries.length;
  return lines(
    how.length > 0 ? say`${how.join(', ')} : ${answers(total, atLeast)}` : say`${answers(total, atLeast)}`,
    ...entries.map((entry, n) => {
      const [place] = entry.places;
      const parts = [
        place?.town ? outside(place.town) : undefined,
        entry.distanceKm === undefined ? undefined : say`à ${entry.distanceKm} km`,
        place?.phone ? b(place.phone) : undefined,
        entry.local && sayLocalShort(entry.local, now),
      ];
      const where = join(
        parts.filter((part) => part !== undefined),
        ', ',
      );
      const number = `${from + n + 1}.`;
      return say`${number} ${b(outside(entry.name))}, ${outside(job(entry))}${where.plain ? say` — ${where}` : undefined}`;
    }),
    total > shown ? say`Et ${total - shown} de plus : ${code('suite')}, ou un numéro pour le détail.` : undefined,
    ...guess,
  );
}

/** Places on one page, so that what is known of somebody has its lines too. */
export function placesShown({ local }: DirectoryEntry): number {
  return local ? 3 : 4;
}

/** Eight lines, the most useful first. */
export function sayOne(entry: DirectoryEntry, now: number, from = 0): Piece {
  const known = entry.local && from === 0 ? sayLocalLong(entry.local, now) : [];
  const room = placesShown(entry);
  const left = entry.places.length - from - room;
  return lines(
    say`${b(outside(entry.name))}, ${outside(job(entry))}`,
    ...entry.places.slice(from, from + room).map((place) => {
      const at = [place.name, place.street, [place.postcode, place.town].filter(Boolean).join(' ')];
      const where = at.filter((part) => part !== undefined && part !== '').join(', ');
      return say`• ${outside(where, { max: 120 })}${place.phone ? say` — ${b(place.phone)}` : undefined}`;
    }),
    ...known.slice(0, 3),
    left > 0 ? say`Et ${left === 1 ? '1 autre lieu' : `${left} autres lieux`} : ${code('suite')}` : undefined,
  );
}

function job({ specialties, profession }: DirectoryEntry): string {
  return specialties[0]?.label ?? profession;
}

function answers(n: number, atLeast = false): string {
  if (atLeast) return `plus de ${n} réponses`;
  return n === 1 ? '1 réponse' : `${n} réponses`;
}
