import { isPointer, type Offer } from '../care/request/pathway.ts';
import { b, code, lines, say } from '../config/texts/markup.ts';
import { AVIS, mayUse, offersOf } from './ask.ts';
import type { Command } from './command.ts';

type Help = {
  commands: { word: string; summary: string; example: string }[];
  about: string | undefined;
  /** Of an answer kept over an upgrade: titles of what `avis` opens. */
  avis?: string[];
  offers?: {
    word: string;
    title: string;
    help: string | undefined;
    referent: string | undefined;
    elsewhere: string | undefined;
  }[];
  bare: boolean;
};

/**
 * Help is made from the table itself, so that it never lies: only what this person may do.
 * @param all the words of today, given late because the table holds this command too
 */
export function aide(all: (offers: readonly Offer[]) => readonly Command[]): Command<Help> {
  return {
    word: 'aide',
    also: ['help', 'menu', '?'],
    summary: 'Cette liste, ou l’aide d’un mot',
    example: 'aide avis',
    may: () => true,
    async run({ person, people, pathways, desks, room }, args) {
      const mine = all(pathways).filter((command) => command.may(person, pathways, desks));
      const one = mine.find((command) => command.word === args || command.also.includes(args));
      const offers = one === undefined ? [] : offersOf(one.word, pathways).filter((offer) => mayUse(offer, person));
      return {
        answer: {
          commands: (one ? [one] : mine).map(({ word, summary, example }) => ({ word, summary, example })),
          about: one?.word,
          offers: offers.map((offer) => ({
            word: offer.words[0] ?? offer.family,
            title: offer.title,
            help: offer.help,
            referent: isPointer(offer) || !offer.referent ? undefined : people.byId(offer.referent)?.name,
            elsewhere: isPointer(offer) ? offer.elsewhere.name : undefined,
          })),
          bare: room.kind === 'direct',
        },
      };
    },
    say({ commands, about, avis = [], offers = [], bare }) {
      if (about) {
        const open = [
          ...avis,
          ...offers.map((o) => `${o.word} (${o.title}${o.elsewhere ? `, sur ${o.elsewhere}` : ''})`),
        ];
        return lines(
          ...commands.map((c) => say`${b(c.summary)}. Par exemple : ${code(`${bare ? '' : '!'}${c.example}`)}`),
          about === AVIS && open.length > 0
            ? say`Avis ouverts : ${open.join(' ; ')}. Envoyer vaut accord du patient, noté à votre nom.`
            : undefined,
          ...offers.map((o) => (o.help ? say`${b(o.word)} : ${o.help}` : undefined)),
          ...offers.map((o) => (o.referent ? say`Référent ${o.title} : ${o.referent}.` : undefined)),
        );
      }
      return lines(
        bare ? say`Écrivez-moi un de ces mots :` : say`Écrivez ${code('!')} et un de ces mots :`,
        ...commands.map((c) => say`${b(c.word)} — ${c.summary}`),
      );
    },
  };
}
