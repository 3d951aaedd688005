import { refuse } from '../care/relay/refusal.ts';
import { runnable } from '../care/request/pathway.ts';
import { fold } from '../config/texts/fold.ts';
import { takerAct } from './taker-act.ts';

export const reorienter = takerAct(
  {
    word: 'reorienter',
    also: ['reoriente', 'rediriger'],
    summary: 'Envoyer une demande à un autre groupe, qui répondra mieux',
    example: 'reorienter D-4K7 dermato lésion plutôt cutanée',
  },
  ({ code, rest }, { pathways }) => {
    const offers = runnable(pathways);
    // « vers dermato », « avis dermato » and « dermato » are the same group.
    const [word = '', ...text] = rest.replace(/^(?:vers\s+)?(?:avis\s+)?/i, '').split(/\s+/);
    const to = offers.find((o) => o.words.some((w) => fold(w) === fold(word)) || o.family === fold(word));
    if (!to) return { refusal: refuse('unknown-pathway', { word, known: offers.map((o) => o.words[0] ?? o.family) }) };
    return { redirect: { code, pathway: to, text: text.join(' ') } };
  },
);
