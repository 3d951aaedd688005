import { prendre } from './prendre.ts';
import { type Command, nothingToSay } from './command.ts';
import { whichRequest } from './which-request.ts';

export const transmettre: Command = {
  word: 'transmettre',
  also: ['passer la main', 'passer', 'transmets'],
  summary: 'Passer une demande que vous suivez à un confrère',
  example: 'transmettre D-4K7 Dr Martin',
  may: (person, pathways) => prendre.may(person, pathways),
  async run(context, args) {
    const which = await whichRequest(context, args, 'transmettre', [`taker:${context.person.id}`]);
    if ('data' in which) return { refusal: which };
    const name = which.rest.replace(/^(?:à|a|au)\s+/i, '');
    return { move: { code: which.code, move: { do: 'hand-over', name } } };
  },
  say: nothingToSay,
};
