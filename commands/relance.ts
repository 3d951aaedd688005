import { decideChase } from '../care/request/chasing.ts';
import { chased } from '../config/texts/following.ts';
import type { Command } from './command.ts';
import { whichRequest } from './which-request.ts';

type Answer = { code: string; rung: 'taker' | 'group'; who: string | undefined };

export const relance: Command<Answer> = {
  word: 'relance',
  also: ['relancer', 'rappeler'],
  summary: 'Relancer qui doit répondre à votre demande',
  example: 'relance D-4K7',
  may: () => true,
  async run(context, args) {
    const { person, people } = context;
    const which = await whichRequest(context, args, 'relance', [`asker:${person.id}`]);
    if ('data' in which) return { refusal: which };
    const { code } = which;
    return {
      act: async (ports, now) => {
        const chase = await decideChase(ports, code, person, now);
        if ('data' in chase) return chase;
        const taker = (await context.request(code))?.taker;
        const who = taker === undefined ? undefined : people.byId(taker)?.name;
        const { decision, rung } = chase;
        const answer: Answer = { code, rung, who };
        return { ...decision, deliveries: [...decision.deliveries, ports.reply(answer)] };
      },
    };
  },
  say: chased,
};
