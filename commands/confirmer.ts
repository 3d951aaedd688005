import { type Command, nothingToSay } from './command.ts';
import { whichProposal } from './which-proposal.ts';

export const confirmer: Command = {
  word: 'confirmer',
  also: ['confirme', 'je confirme'],
  summary: 'Identitovigilance : accepter une proposition',
  example: 'confirmer V-4K7',
  may: (person, _pathways, desks = []) => person.groups.some((group) => desks.includes(group)),
  async run(_context, args) {
    const which = whichProposal(args, 'confirmer');
    return 'data' in which ? { refusal: which } : { identity: { do: 'confirm', code: which.code } };
  },
  say: nothingToSay,
};
