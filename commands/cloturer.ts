import { type Command, nothingToSay } from './command.ts';
import { whichRequest } from './which-request.ts';

export const cloturer: Command = {
  word: 'cloturer',
  also: ['cloture', 'clore', 'merci'],
  summary: 'Clore une demande répondue',
  example: 'cloturer D-4K7',
  may: () => true,
  async run(context, args) {
    const { id } = context.person;
    const which = await whichRequest(context, args, 'cloturer', [`closable:${id}`]);
    return 'data' in which ? { refusal: which } : { move: { code: which.code, move: { do: 'close' } } };
  },
  say: nothingToSay,
};
