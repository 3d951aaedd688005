import type { DirectoryEntry } from '../care/people/directory.ts';
import { sayCheckedDay, sayKnown } from '../config/texts/fiche.ts';
import { b, code, join, lines, outside, type Piece, say } from '../config/texts/markup.ts';
import { asker } from './annuaire.ts';
import type { Command, CommandContext, CommandEnd } from './command.ts';

type Page = { found: DirectoryEntry[]; total: number; asked: string; elsewhere: boolean; from: number };

const SHOWN = 5;
/** Of a town; the fiches say who of them takes new patients. */
const LOOKED_AT = 200;
const LONGEST = 60;

/** Who takes new patients, as the coordination last heard. Nothing of a patient is asked, and nobody is told. */
export const mt: Command<Page> = {
  word: 'mt',
  also: ['medecin traitant', 'cherche mt', 'sans medecin traitant'],
  summary: 'Médecins traitants qui prennent de nouveaux patients',
  example: 'mt cambrai',
  may: () => true,
  run: (context, args) => list(context, args.slice(0, LONGEST).trim(), 0),
  follow: (context, kept: { asked: string; from: number }, said) =>
    list(context, kept.asked, 'next' in said ? kept.from + SHOWN : kept.from),
  say({ found, total, asked, elsewhere, from }, now) {
    const near = asked ? say` à ${outside(asked)}` : say` près de vous`;
    if (total === 0)
      return lines(
        say`Aucun médecin traitant noté comme prenant de nouveaux patients${near}.`,
        say`Demandez à votre coordination ; le médiateur de l’Assurance maladie aide aussi les patients sans médecin traitant.`,
      );
    if (found.length === 0) return say`C’est tout${near}.`;
    const left = total - from - found.length;
    return lines(
      elsewhere
        ? say`Personne${near} ; ailleurs sur le territoire :`
        : say`Prennent de nouveaux patients${near} : ${total}`,
      ...found.map((entry) => line(entry, now)),
      left > 0 ? say`Et ${left} de plus : ${code('suite')}.` : undefined,
    );
  },
};

async function list(context: CommandContext, asked: string, from: number): Promise<CommandEnd<Page>> {
  const taking = async (words: string): Promise<DirectoryEntry[]> => {
    const { entries } = await context.directory.search(words, { ...asker(context), limit: LOOKED_AT });
    return entries.filter(({ local }) => local?.newPatients?.value === true);
  };
  const here = await taking(`médecin généraliste ${asked}`.trim());
  const elsewhere = here.length === 0 && asked !== '';
  const all = elsewhere ? await taking('médecin généraliste') : here;
  const found = all.slice(from, from + SHOWN);
  const answer: Page = { found, total: all.length, asked, elsewhere, from };
  return found.length > 0 ? { answer, keep: { asked, from } } : { answer };
}

function line({ name, places: [place], local, distanceKm }: DirectoryEntry, now: number): Piece {
  const parts = [
    place?.town ? outside(place.town) : undefined,
    distanceKm === undefined ? undefined : say`à ${distanceKm} km`,
    place?.phone ? b(place.phone) : undefined,
    local && sayKnown(local, 'homeVisits'),
    local?.newPatients && say`vérifié le ${sayCheckedDay(local.newPatients.checked, now)}`,
  ].filter((part) => part !== undefined);
  return say`• ${b(outside(name))} — ${join(parts, ', ')}`;
}
