import { type Command, nothingToSay } from './command.ts';
import { whichRequest } from './which-request.ts';

export const repondre: Command = {
  word: 'repondre',
  also: ['reponse', 'reponds', 'rep'],
  summary: 'Répondre à une demande que vous suivez',
  example: 'repondre D-4K7 ECG sans anomalie, sport autorisé',
  may: () => true,
  async run(context, args) {
    const mine = [`taker:${context.person.id}`, `asker:${context.person.id}`];
    const which = await whichRequest(context, args, 'repondre', mine);
    if ('data' in which) return { refusal: which };
    const asked = (await context.requests(`asker:${context.person.id}`)).some(
      (r) => r.code === which.code && r.status === 'info-requested',
    );
    // The asker answers the question that was put back; the taker answers the request.
    const inRoom = context.room.kind === 'request';
    const move = asked
      ? ({ do: 'give-info', text: which.rest, inRoom } as const)
      : ({ do: 'answer', text: which.rest } as const);
    return { move: { code: which.code, move } };
  },
  say: nothingToSay,
};
