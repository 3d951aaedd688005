import { confirmer } from './confirmer.ts';
import { type Command, nothingToSay } from './command.ts';
import { whichProposal } from './which-proposal.ts';

export const refuser: Command = {
  word: 'refuser',
  also: ['refuse', 'je refuse'],
  summary: 'Identitovigilance : refuser une proposition, avec un motif',
  example: 'refuser V-4K7 ce sont deux personnes',
  may: (person, pathways, desks) => confirmer.may(person, pathways, desks),
  async run(_context, args) {
    const which = whichProposal(args, 'refuser');
    if ('data' in which) return { refusal: which };
    return { identity: { do: 'refuse', code: which.code, why: which.rest === '' ? undefined : which.rest } };
  },
  say: nothingToSay,
};
