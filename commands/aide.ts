import { b, code, lines, say } from '../config/texts/markup.ts';
import type { Command } from './command.ts';

type Help = {
  commands: { word: string; summary: string; example: string }[];
  about: string | undefined;
  avis: string[];
  bare: boolean;
};

/**
 * Help is made from the table itself, so that it never lies: only what this person may do.
 * @param all the table, given late because the table holds this command too
 */
export function aide(all: () => readonly Command[]): Command<Help> {
  return {
    word: 'aide',
    also: ['help', 'menu', '?'],
    summary: 'Cette liste, ou l’aide d’un mot',
    example: 'aide avis',
    may: () => true,
    async run({ person, pathways, desks, room }, args) {
      const mine = all().filter((command) => command.may(person, pathways, desks));
      const one = mine.find((command) => command.word === args || command.also.includes(args));
      const avis = pathways.filter((p) => p.family === 'avis').map((p) => `${p.words[0] ?? p.id} (${p.title})`);
      return {
        answer: {
          commands: (one ? [one] : mine).map(({ word, summary, example }) => ({ word, summary, example })),
          about: one?.word,
          avis: one?.word === 'avis' ? avis : [],
          bare: room.kind === 'direct',
        },
      };
    },
    say({ commands, about, avis, bare }) {
      if (about) {
        return lines(
          ...commands.map((c) => say`${b(c.summary)}. Par exemple : ${code(`${bare ? '' : '!'}${c.example}`)}`),
          avis.length > 0
            ? say`Avis ouverts : ${avis.join(' ; ')}. Envoyer vaut accord du patient, noté à votre nom.`
            : undefined,
        );
      }
      return lines(
        bare ? say`Écrivez-moi un de ces mots :` : say`Écrivez ${code('!')} et un de ces mots :`,
        ...commands.map((c) => say`${b(c.word)} — ${c.summary}`),
      );
    },
  };
}
