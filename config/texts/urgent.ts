import { fold } from './fold.ts';

/**
 * Words that mean "now": such a case is refused with the right number before anything is sent (DESIGN §10, story 2).
 * To be reviewed by a doctor; `non urgent` in the question overrules it.
 */
const URGENT = [
  'douleur thoracique',
  'oppression thoracique',
  'syncope',
  'perte de connaissance',
  'arret cardiaque',
  'detresse respiratoire',
  'dyspnee aigue',
  'infarctus',
  'sca st',
  'avc',
  'deficit brutal',
  'hemorragie',
  'choc anaphylactique',
  'en urgence',
  'urgence vitale',
  'urgent',
  'urgente',
];

export function looksUrgent(question: string): boolean {
  // Plurals count: « douleurs thoraciques », « syncopes ».
  const text = ` ${fold(question).replaceAll(/[^a-z0-9]+/g, ' ')} `.replaceAll(/(\p{L}{3,})s(?= )/gu, '$1');
  if (/ (non|pas|sans) (urgent|urgente|urgence) /.test(text)) return false;
  return URGENT.some((words) => text.includes(` ${words} `));
}
