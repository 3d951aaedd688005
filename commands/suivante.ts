import { runnable } from '../care/request/pathway.ts';
import { mayDo } from '../care/request/request.ts';
import { type Command, nothingToSay } from './command.ts';

export const suivante: Command = {
  word: 'suivante',
  also: ['suivant', 'demande suivante'],
  summary: 'Prendre la plus ancienne demande de vos listes d’attente',
  example: 'suivante',
  may: (person, pathways) =>
    runnable(pathways).some(({ stages }) => stages.some((s) => s.to.dispatch === 'queue' && mayDo(s, person))),
  run: async () => ({ next: true }),
  say: nothingToSay,
};
