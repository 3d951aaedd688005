import { prendre } from './prendre.ts';
import { type Command, nothingToSay } from './command.ts';
import { whichRequest } from './which-request.ts';

export const decliner: Command = {
  word: 'decliner',
  also: ['decline'],
  summary: 'Décliner une demande, en disant pourquoi',
  example: 'decliner D-4K7 relève plutôt d’une consultation',
  may: (person, pathways) => prendre.may(person, pathways),
  async run(context, args) {
    const which = await whichRequest(context, args, 'decliner', [`taker:${context.person.id}`]);
    return 'data' in which
      ? { refusal: which }
      : { move: { code: which.code, move: { do: 'refuse', text: which.rest } } };
  },
  say: nothingToSay,
};
