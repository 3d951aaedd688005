import { runnable } from '../care/request/pathway.ts';
import { mayAnswer } from '../care/request/request.ts';
import { type Command, nothingToSay } from './command.ts';
import { whichRequest } from './which-request.ts';

export const prendre: Command = {
  word: 'prendre',
  also: ['prend', 'prends', 'je prends', 'jeprends'],
  summary: 'Prendre une demande d’avis',
  example: 'prendre D-4K7',
  may: (person, pathways) => runnable(pathways).some((pathway) => mayAnswer(pathway, person)),
  async run(context, args) {
    const which = await whichRequest(
      context,
      args,
      'prendre',
      // What a colleague hands over is meant before what waits for everybody.
      [`offered:${context.person.id}`, ...context.person.groups.map((group) => `group:${group}`)],
    );
    return 'data' in which ? { refusal: which } : { move: { code: which.code, move: { do: 'take' } } };
  },
  say: nothingToSay,
};
