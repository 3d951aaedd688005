import { takerAct } from './taker-act.ts';

export const decliner = takerAct(
  {
    word: 'decliner',
    also: ['decline'],
    summary: 'Décliner une demande, en disant pourquoi',
    example: 'decliner D-4K7 relève plutôt d’une consultation',
  },
  ({ code, rest }) => ({ move: { code, move: { do: 'refuse', text: rest } } }),
);
