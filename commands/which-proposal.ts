/** A code of the identity desk, as read aloud or typed on a phone: `V-4K7`, `v4k7`, `V 4K7`. Always typed: nothing is guessed. */
import { refuse, type Refusal } from '../care/relay/refusal.ts';

const CODE = /^v[\s-]?([0-9a-z]{3,5})(?=\s|$|[:,.])[:,.]?\s*/i;

/** @returns the code and what follows it */
export function whichProposal(args: string, word: string): { code: string; rest: string } | Refusal {
  const typed = CODE.exec(args);
  if (!typed) return refuse('which-proposal', { word });
  return { code: `V-${typed[1]?.toUpperCase() ?? ''}`, rest: args.slice(typed[0].length).trim() };
}
