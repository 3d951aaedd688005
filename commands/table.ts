import type { Message } from '../care/relay/message.ts';
import { aide } from './aide.ts';
import { annuaire } from './annuaire.ts';
import { annuler } from './annuler.ts';
import { avis } from './avis.ts';
import type { Command } from './command.ts';
import { complement } from './complement.ts';
import { prendre } from './prendre.ts';
import { creneau } from './creneau.ts';
import { rendre } from './rendre.ts';
import { repondre } from './repondre.ts';
import { reserver } from './reserver.ts';
import { snp } from './snp.ts';

/** Every word, in alphabetical order: a new command is one file and one line here. */
export const COMMANDS: readonly Command[] = [
  aide(() => COMMANDS),
  annuaire,
  annuler,
  avis,
  complement,
  creneau,
  prendre,
  rendre,
  repondre,
  reserver,
  snp,
];

/** The words of an answer, when it is sent. @throws when the command is gone (an answer kept over an upgrade) */
export function sayAnswer(word: string, result: unknown, now: number): Message {
  const command = COMMANDS.find((c) => c.word === word);
  if (!command) throw new Error(`no command ${word}`);
  return command.say(result, now);
}
