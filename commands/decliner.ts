import { decideMove } from '../care/request/case.ts';
import { stageOf } from '../care/request/request.ts';
import { type Declined, declinedAlone } from '../config/texts/following.ts';
import type { Command } from './command.ts';
import { prendre } from './prendre.ts';
import { whichRequest } from './which-request.ts';

export const decliner: Command<Declined> = {
  word: 'decliner',
  also: ['decline'],
  summary: 'Décliner une demande, en disant pourquoi',
  example: 'decliner D-4K7 relève plutôt d’une consultation',
  may: (person, pathways) => prendre.may(person, pathways),
  async run(context, args) {
    const { person } = context;
    const keys = [`taker:${person.id}`, ...person.groups.map((group) => `group:${group}`)];
    // Without its code, only what one has, or what one declines for oneself: never the no of a whole group.
    const which = await whichRequest(
      context,
      args,
      'decliner',
      keys,
      (request) => request.taker === person.id || stageOf(request).to.decline === 'each',
    );
    if ('data' in which) return { refusal: which };
    const { code, rest } = which;
    return {
      act: async (ports, now) => {
        const decided = await decideMove(ports, code, person, { do: 'refuse', text: rest }, now);
        if ('data' in decided) return decided;
        const steps = decided.events.map(({ type }) => type);
        if (!steps.includes('declined')) return decided; // the group's no is announced, and needs no answer
        const left = steps.includes('all-declined') ? 'nobody' : steps.includes('backup-called') ? 'backup' : 'others';
        return { ...decided, deliveries: [...decided.deliveries, ports.reply({ code, left } satisfies Declined)] };
      },
    };
  },
  say: declinedAlone,
};
