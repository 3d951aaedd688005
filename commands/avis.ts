import { refuse } from '../care/relay/refusal.ts';
import { mayAsk } from '../care/request/request.ts';
import { looksUrgent } from '../config/texts/urgent.ts';
import { fold } from '../config/texts/fold.ts';
import { type Command, nothingToSay } from './command.ts';

export const avis: Command = {
  word: 'avis',
  also: ['expertise', 'teleexpertise', 'demande'],
  summary: 'Demander un avis à un spécialiste (sans nommer le patient)',
  example: 'avis cardio ECG douteux avant certificat de sport, 17 ans',
  may: (person, pathways) => pathways.some((pathway) => pathway.family === 'avis' && mayAsk(pathway, person)),
  async run(context, args) {
    const [word = '', ...rest] = args.split(/\s+/);
    const open = context.pathways.filter((pathway) => pathway.family === 'avis');
    const pathway = open.find((p) => p.words.some((w) => fold(w) === fold(word)));
    if (!pathway) return { refusal: refuse('unknown-pathway', { word, known: open.map((p) => p.words[0] ?? p.id) }) };
    const question = rest.join(' ');
    return { ask: { pathway, question, urgent: looksUrgent(question) } };
  },
  say: nothingToSay,
};
