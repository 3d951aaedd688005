import { refuse } from '../care/relay/refusal.ts';
import { runnable } from '../care/request/pathway.ts';
import { fold } from '../config/texts/fold.ts';
import { prendre } from './prendre.ts';
import { type Command, nothingToSay } from './command.ts';
import { whichRequest } from './which-request.ts';

export const reorienter: Command = {
  word: 'reorienter',
  also: ['reoriente', 'rediriger'],
  summary: 'Envoyer une demande à un autre groupe, qui répondra mieux',
  example: 'reorienter D-4K7 dermato lésion plutôt cutanée',
  may: (person, pathways) => prendre.may(person, pathways),
  async run(context, args) {
    const which = await whichRequest(context, args, 'reorienter', [`taker:${context.person.id}`]);
    if ('data' in which) return { refusal: which };
    const offers = runnable(context.pathways);
    // « vers dermato », « avis dermato » and « dermato » are the same group.
    const [word = '', ...text] = which.rest.replace(/^(?:vers\s+)?(?:avis\s+)?/i, '').split(/\s+/);
    const to = offers.find((o) => o.words.some((w) => fold(w) === fold(word)) || o.family === fold(word));
    if (!to) return { refusal: refuse('unknown-pathway', { word, known: offers.map((o) => o.words[0] ?? o.family) }) };
    return { redirect: { code: which.code, pathway: to, text: text.join(' ') } };
  },
  say: nothingToSay,
};
