import type { Message } from '../care/relay/message.ts';
import { actions } from './actions.ts';
import type { Offer } from '../care/request/pathway.ts';
import { aide } from './aide.ts';
import { annuaire } from './annuaire.ts';
import { annuler } from './annuler.ts';
import { familyCommands } from './ask.ts';
import { avis } from './avis.ts';
import { cloturer } from './cloturer.ts';
import type { Command } from './command.ts';
import { complement } from './complement.ts';
import { confirmer } from './confirmer.ts';
import { contact } from './contact.ts';
import { fiche } from './fiche.ts';
import { garde } from './garde.ts';
import { lettre } from './lettre.ts';
import { creneau } from './creneau.ts';
import { decliner } from './decliner.ts';
import { delai } from './delai.ts';
import { demandes } from './demandes.ts';
import { doc } from './doc.ts';
import { ligne } from './ligne.ts';
import { monPatient } from './mon-patient.ts';
import { mt } from './mt.ts';
import { pasMonPatient } from './pas-mon-patient.ts';
import { prendre } from './prendre.ts';
import { prevention } from './prevention.ts';
import { refuser } from './refuser.ts';
import { relance } from './relance.ts';
import { rendre } from './rendre.ts';
import { reorienter } from './reorienter.ts';
import { repondre } from './repondre.ts';
import { reserver } from './reserver.ts';
import { snp } from './snp.ts';
import { statistiques } from './statistiques.ts';
import { suivante } from './suivante.ts';
import { transmettre } from './transmettre.ts';

/** Every word, in alphabetical order: a new command is one file and one line here. */
export const COMMANDS: readonly Command[] = [
  actions,
  aide((offers) => commandsFor(offers)),
  annuaire,
  annuler,
  avis,
  cloturer,
  complement,
  confirmer,
  contact,
  creneau,
  decliner,
  delai,
  demandes,
  doc,
  fiche,
  garde,
  lettre,
  ligne,
  monPatient,
  mt,
  pasMonPatient,
  prendre,
  prevention,
  refuser,
  relance,
  rendre,
  reorienter,
  repondre,
  reserver,
  snp,
  statistiques,
  suivante,
  transmettre,
];

/** Words that no family of pathways may take. */
export const COMMAND_WORDS: readonly string[] = COMMANDS.flatMap(({ word, also }) => [word, ...also]);

/** The words of today: those above, and one per family of the pathways that are offered (`polygraphie`). */
export function commandsFor(offers: readonly Offer[]): readonly Command[] {
  return [...COMMANDS, ...familyCommands(offers)];
}

/** The words of an answer, when it is sent. @throws when the command is gone (an answer kept over an upgrade) */
export function sayAnswer(word: string, result: unknown, now: number): Message {
  const command = COMMANDS.find((c) => c.word === word);
  if (!command) throw new Error(`no command ${word}`);
  return command.say(result, now);
}
