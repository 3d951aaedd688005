import type { DirectoryEntry } from '../care/people/directory.ts';
import { code, say } from '../config/texts/markup.ts';
import { asker, page, type Page, placesShown, sayOne, sayPage } from './annuaire.ts';
import type { Command, CommandContext, CommandEnd } from './command.ts';

type Answer = Page | { one: DirectoryEntry; from: number };
type Kept = { asked: string; id: string; from: number };

const LONGEST = 100;

/** One professional, whole. Several of that name: the list, where a number shows one. */
export const contact: Command<Answer> = {
  word: 'contact',
  also: ['contacter', 'joindre', 'numero'],
  summary: 'Joindre un confrère : ses lieux, téléphones, horaires',
  example: 'contact essaiderm',
  may: () => true,
  async run(context, args): Promise<CommandEnd<Answer>> {
    const asked = args.slice(0, LONGEST).trim();
    const { entries, total, atLeast } = await context.directory.search(asked, { ...asker(context), limit: 1 });
    const [one] = entries;
    // Several: the numbers are those of the directory's own list.
    if (!one || total > 1 || atLeast) return { ...(await page(context, asked, 0)), as: 'annuaire' };
    return { answer: { one, from: 0 }, keep: { asked, id: one.id, from: 0 } satisfies Kept };
  },
  async follow(context, kept: Kept, said): Promise<CommandEnd<Answer>> {
    const one = await byId(context, kept);
    if (!one) return page(context, kept.asked, 0);
    const from = 'next' in said ? kept.from + placesShown(one) : 0;
    return { answer: { one, from }, keep: { ...kept, from } };
  },
  say(answer, now) {
    if (!('one' in answer)) return sayPage(answer, now);
    if (answer.from > 0 && answer.one.places.length <= answer.from)
      return say`C’est tout. ${code('!contact')} et un nom pour un autre.`;
    return sayOne(answer.one, now, answer.from);
  },
};

async function byId(context: CommandContext, { id }: Kept): Promise<DirectoryEntry | undefined> {
  const { entries } = await context.directory.search(id, { ...asker(context), limit: 1 });
  return entries[0];
}
