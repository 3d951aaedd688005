import { isPointer, type Offer } from '../care/request/pathway.ts';
import { fold } from '../config/texts/fold.ts';
import { b, code, lines, type Piece, say } from '../config/texts/markup.ts';
import { AVIS, mayUse, offersOf } from './ask.ts';
import type { Command, CommandContext, CommandEnd } from './command.ts';

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
  /** Lines that were shown before (« suite »). */
  from?: number;
};

/** The narrowest client shows eight lines; the last one says how to go on. */
const SHOWN = 7;

/** What somebody comes for, in the order in which a newcomer needs it. A word that is nowhere here asks for something. */
const THEMES: readonly { title: string; words: readonly string[] }[] = [
  { title: 'Trouver', words: ['annuaire', 'contact', 'mt', 'garde', 'ligne', 'doc', 'prevention', 'actions'] },
  { title: 'Un créneau', words: ['snp', 'reserver', 'creneau', 'annuler'] },
  { title: 'Demander', words: [AVIS] },
  {
    title: 'Répondre',
    words: [
      'prendre',
      'suivante',
      'repondre',
      'complement',
      'rendre',
      'transmettre',
      'reorienter',
      'decliner',
      'cloturer',
    ],
  },
  { title: 'Un patient', words: ['lettre', 'pas-mon-patient', 'mon-patient', 'confirmer', 'refuser'] },
  { title: 'Plus', words: ['aide', 'fiche'] },
];
const ELSEWHERE = new Set(THEMES.flatMap(({ words }) => words));
const ASKING = 'Demander';

/**
 * Help is made from the table itself, so that it never lies: only what this person may do.
 * @param all the words of today, given late because the table holds this command too
 */
export function aide(all: (offers: readonly Offer[]) => readonly Command[]): Command<Help> {
  const help = (
    { person, people, pathways, desks, room }: CommandContext,
    asked: string,
    from: number,
  ): CommandEnd<Help> => {
    const mine = all(pathways).filter((command) => command.may(person, pathways, desks));
    const one = mine.find((command) => command.word === asked || command.also.includes(asked));
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
        from,
      },
      keep: { asked, from },
    };
  };
  return {
    word: 'aide',
    also: ['help', 'menu', '?'],
    summary: 'Cette liste, ou l’aide d’un mot',
    example: 'aide avis',
    may: () => true,
    run: async (context, args) => help(context, fold(args), 0),
    follow: async (context, kept: { asked: string; from: number }, said) =>
      help(context, kept.asked, 'next' in said ? kept.from + SHOWN : kept.from),
    say(answer) {
      const { from = 0, about } = answer;
      const said = about === undefined ? overview(answer) : ofOne(answer);
      const shown = said.slice(from, from + SHOWN);
      if (shown.length === 0) return say`C’est tout.`;
      const more = said.length > from + SHOWN;
      const what = about === undefined && from === 0 ? 'chaque mot expliqué' : 'la fin';
      return lines(...shown, more ? say`${code('suite')} : ${what}.` : undefined);
    },
  };
}

/** First the words by what one comes for, then each with its sentence. */
function overview({ commands, bare }: Help): Piece[] {
  const words = commands.map(({ word }) => word);
  const themes = THEMES.map(({ title, words: own }) => ({
    title,
    words: [
      ...own.filter((word) => words.includes(word)),
      ...(title === ASKING ? words.filter((word) => !ELSEWHERE.has(word)) : []),
    ],
  })).filter((theme) => theme.words.length > 0);
  const first = [
    say`${bare ? 'Écrivez-moi un de ces mots' : say`Écrivez ${code('!')} et un de ces mots`} ; ${code(`${bare ? '' : '!'}aide snp`)} explique ${code('snp')}.`,
    ...themes.map((theme) => say`${b(theme.title)} : ${theme.words.join(', ')}`),
  ];
  // The sentences begin on a page of their own.
  while (first.length < SHOWN) first.push(say``);
  return [...first.slice(0, SHOWN), ...commands.map((c) => say`${b(c.word)} — ${c.summary}`)];
}

function ofOne({ commands, about, avis = [], offers = [], bare }: Help): Piece[] {
  const open = [...avis, ...offers.map((o) => `${o.word} (${o.title}${o.elsewhere ? `, sur ${o.elsewhere}` : ''})`)];
  return [
    ...commands.map((c) => say`${b(c.summary)}. Par exemple : ${code(`${bare ? '' : '!'}${c.example}`)}`),
    about === AVIS && open.length > 0
      ? say`Avis ouverts : ${open.join(' ; ')}. Envoyer vaut accord du patient, noté à votre nom.`
      : undefined,
    ...offers.map((o) => (o.help ? say`${b(o.word)} : ${o.help}` : undefined)),
    ...offers.map((o) => (o.referent ? say`Référent ${o.title} : ${o.referent}.` : undefined)),
  ].filter((line) => line !== undefined);
}
