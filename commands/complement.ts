import { takerAct } from './taker-act.ts';

export const complement = takerAct(
  {
    word: 'complement',
    also: ['precision', 'preciser', 'completer'],
    summary: 'Demander une précision (le délai est suspendu)',
    example: 'complement D-4K7 Traitement en cours ?',
  },
  ({ code, rest }) => ({ move: { code, move: { do: 'ask-info', text: rest } } }),
);
