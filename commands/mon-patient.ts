import { type Command, nothingToSay } from './command.ts';
import { whichProposal } from './which-proposal.ts';

export const monPatient: Command = {
  word: 'mon-patient',
  also: ['mon patient', 'monpatient'],
  summary: 'Revenir sur « pas-mon-patient » : la cellule d’identitovigilance décide',
  example: 'mon-patient V-4K7',
  may: () => true,
  async run(_context, args) {
    const which = whichProposal(args, 'mon-patient');
    return 'data' in which ? { refusal: which } : { identity: { do: 'claim', code: which.code } };
  },
  say: nothingToSay,
};
