import { prendre } from './prendre.ts';
import { type Command, nothingToSay } from './command.ts';
import { whichRequest } from './which-request.ts';

export const rendre: Command = {
  word: 'rendre',
  also: ['rends', 'liberer'],
  summary: 'Rendre une demande que vous aviez prise',
  example: 'rendre D-4K7',
  may: (person, pathways) => prendre.may(person, pathways),
  async run(context, args) {
    const which = await whichRequest(context, args, 'rendre', [`taker:${context.person.id}`]);
    return 'data' in which ? { refusal: which } : { move: { code: which.code, move: { do: 'give-back' } } };
  },
  say: nothingToSay,
};
