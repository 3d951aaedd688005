import type { DirectorySearch } from '../care/people/directory.ts';
import { b, code, join, lines, outside, say } from '../config/texts/markup.ts';
import type { Command } from './command.ts';

/** The narrowest client shows eight lines; each entry takes one or two. */
const SHOWN = 4;

export const annuaire: Command<DirectorySearch & { asked: string }> = {
  word: 'annuaire',
  also: ['annu', 'qui', 'chercher', 'cherche'],
  summary: 'Trouver un professionnel : spécialité, nom, commune',
  example: 'annuaire dermato cambrai',
  may: () => true,
  async run({ directory }, args) {
    return { answer: { ...(await directory.search(args, { limit: SHOWN })), asked: args } };
  },
  say({ asked, entries, total, understood, unknown }) {
    if (!asked.trim()) return say`Que cherchez-vous ? Par exemple : ${code('!annuaire dermato cambrai')}`;
    const guess = unknown.map((u) =>
      u.nearest
        ? say`« ${outside(u.word)} » : je n’ai pas trouvé. Essayez ${code(`!annuaire ${u.nearest}`)}`
        : say`« ${outside(u.word)} » : je n’ai pas trouvé.`,
    );
    if (entries.length === 0) return lines(say`Personne pour « ${outside(asked)} ».`, ...guess);
    const how = understood.filter((u) => u.as !== 'name').map((u) => u.label);
    const more =
      total > entries.length ? say`Et ${total - entries.length} de plus : ajoutez une commune ou un nom.` : undefined;
    return lines(
      how.length > 0 ? say`${how.join(', ')} : ${answers(total)}` : say`${answers(total)}`,
      ...entries.map((entry) => {
        const place = entry.places[0];
        const what = entry.specialties[0]?.label ?? entry.profession;
        const where = join(
          [place?.town ? outside(place.town) : undefined, place?.phone ? b(place.phone) : undefined].filter(
            (x) => x !== undefined,
          ),
          ', ',
        );
        return say`• ${b(outside(entry.name))}, ${outside(what)}${where.plain ? say` — ${where}` : undefined}`;
      }),
      more,
      ...guess,
    );
  },
};

function answers(n: number): string {
  return n === 1 ? '1 réponse' : `${n} réponses`;
}
