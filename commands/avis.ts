import { askFor, AVIS, mayUse, offersOf } from './ask.ts';
import { type Command, nothingToSay } from './command.ts';

export const avis: Command = {
  word: AVIS,
  also: ['expertise', 'teleexpertise', 'demande'],
  summary: 'Demander un avis à un spécialiste (sans nommer le patient)',
  example: 'avis cardio ECG douteux avant certificat de sport, 17 ans',
  may: (person, offers) => offersOf(AVIS, offers).some((offer) => mayUse(offer, person)),
  run: async (context, args) => askFor(AVIS, context.pathways, args),
  say: nothingToSay,
};
