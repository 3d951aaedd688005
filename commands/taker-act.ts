/** What only who has taken a request does with it: which one is meant is found in the same way for all of these words. */
import { prendre } from './prendre.ts';
import { type Command, type CommandContext, type CommandEnd, nothingToSay } from './command.ts';
import { whichRequest } from './which-request.ts';

type Header = Pick<Command, 'word' | 'also' | 'summary' | 'example'>;

/** @param end what the act is, of the request that is meant; `rest` is what was typed after its code */
export function takerAct(
  header: Header,
  end: (which: { code: string; rest: string }, context: CommandContext) => CommandEnd<never>,
): Command {
  return {
    ...header,
    may: (person, pathways) => prendre.may(person, pathways),
    async run(context, args) {
      const which = await whichRequest(context, args, header.word, [`taker:${context.person.id}`]);
      return 'data' in which ? { refusal: which } : end(which, context);
    },
    say: nothingToSay,
  };
}
