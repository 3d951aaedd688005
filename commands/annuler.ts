import { decideRelease } from '../care/request/booking.ts';
import { type Command, nothingToSay } from './command.ts';
import { whichRequest } from './which-request.ts';

export const annuler: Command = {
  word: 'annuler',
  also: ['annule'],
  summary: 'Annuler une demande ou un rendez-vous',
  example: 'annuler D-4K7',
  may: () => true,
  async run(context, args) {
    const booking = /^c[\s-]?([0-9a-z]{4,5})$/i.exec(args)?.[1];
    if (booking !== undefined)
      return {
        act: ({ reply, ...ports }, now) =>
          decideRelease(ports, `C-${booking.toUpperCase()}`, context.person, now, reply),
        as: 'reserver',
      };
    const which = await whichRequest(context, args, 'annuler', [`asker:${context.person.id}`]);
    return 'data' in which ? { refusal: which } : { move: { code: which.code, move: { do: 'cancel' } } };
  },
  say: nothingToSay,
};
