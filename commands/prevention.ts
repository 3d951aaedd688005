import { sayResource } from './actions.ts';
import { lookUp } from './repertory-words.ts';

export const prevention = lookUp('prevention', {
  word: 'prevention',
  also: ['apa', 'depistage'],
  summary: 'Ressources de prévention du territoire',
  example: 'prevention diabete',
  each: sayResource,
});
