/** Which request is meant: the code that was typed, the one of this thread or room, else the only one that waits. */
import { refuse, type Refusal } from '../care/relay/refusal.ts';
import { hasDeclined } from '../care/request/declining.ts';
import type { Request } from '../care/request/request.ts';
import type { CommandContext } from './command.ts';

/** A code as read aloud or typed on a phone: `D-4K7`, `d4k7`, `D 4K7`. */
const CODE = /^d([\s-]?)([0-9a-z]{3,4})(?=\s|$|[:,.])[:,.]?\s*/i;

/**
 * @param keys look-up keys where a request without a code is searched, in order
 * @param isMeant which of those found there
 * @returns the code and what follows it, or the refusal that lists the choices
 */
export async function whichRequest(
  context: CommandContext,
  args: string,
  word: string,
  keys: string[],
  isMeant: (request: Request) => boolean = () => true,
): Promise<{ code: string; rest: string } | Refusal> {
  const open = new Set<string>();
  for (const key of keys)
    for (const request of await context.requests(key))
      // Who has declined it for themselves means another one; by its code they may still take it.
      if (isMeant(request) && !hasDeclined(request, context.person)) open.add(request.code);
  const typed = CODE.exec(args);
  const code = `D-${typed?.[2]?.toUpperCase() ?? ''}`;
  const rest = args.slice(typed?.[0].length ?? 0).trim();
  // « date », « deux », « dose » begin an answer: with words after it, only a hyphen, a figure or a waiting code make one.
  const isCode = typed?.[1] === '-' || /\d/.test(typed?.[2] ?? '') || open.has(code) || rest === '';
  if (typed && isCode) return { code, rest };
  if (context.requestHere) return { code: context.requestHere, rest: args };
  const [only, ...others] = [...open];
  if (only && others.length === 0) return { code: only, rest: args };
  return refuse('which-request', { word, codes: [...open] });
}
