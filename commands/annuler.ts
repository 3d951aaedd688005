import { type Command, nothingToSay } from './command.ts';
import { whichRequest } from './which-request.ts';

export const annuler: Command = {
  word: 'annuler',
  also: ['annule'],
  summary: 'Annuler une demande que vous avez envoyée',
  example: 'annuler D-4K7',
  may: () => true,
  async run(context, args) {
    const which = await whichRequest(context, args, 'annuler', [`asker:${context.person.id}`]);
    return 'data' in which ? { refusal: which } : { move: { code: which.code, move: { do: 'cancel' } } };
  },
  say: nothingToSay,
};
