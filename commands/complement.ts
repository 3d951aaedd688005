import { prendre } from './prendre.ts';
import { type Command, nothingToSay } from './command.ts';
import { whichRequest } from './which-request.ts';

export const complement: Command = {
  word: 'complement',
  also: ['precision', 'preciser', 'completer'],
  summary: 'Demander une précision (le délai est suspendu)',
  example: 'complement D-4K7 Traitement en cours ?',
  may: (person, pathways) => prendre.may(person, pathways),
  async run(context, args) {
    const which = await whichRequest(context, args, 'complement', [`taker:${context.person.id}`]);
    return 'data' in which
      ? { refusal: which }
      : { move: { code: which.code, move: { do: 'ask-info', text: which.rest } } };
  },
  say: nothingToSay,
};
