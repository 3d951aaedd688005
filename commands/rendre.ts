import { takerAct } from './taker-act.ts';

export const rendre = takerAct(
  {
    word: 'rendre',
    also: ['rends', 'liberer'],
    summary: 'Rendre une demande que vous aviez prise',
    example: 'rendre D-4K7',
  },
  ({ code }) => ({ move: { code, move: { do: 'give-back' } } }),
);
