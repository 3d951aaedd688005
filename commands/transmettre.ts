import { takerAct } from './taker-act.ts';

export const transmettre = takerAct(
  {
    word: 'transmettre',
    also: ['passer la main', 'passer', 'transmets'],
    summary: 'Passer une demande que vous suivez à un confrère',
    example: 'transmettre D-4K7 Dr Martin',
  },
  ({ code, rest }) => {
    const name = rest.replace(/^(?:à|a|au)\s+/i, '');
    return { move: { code, move: { do: 'hand-over', name } } };
  },
);
