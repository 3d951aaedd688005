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

/**
 * @param more phrases that the pathway adds (`ask.urgent.words`). These are signs rather than words of alarm: « pas de fièvre » and
 *   « sans fièvre » are not one; a denied emergency of the common list is refused all the same
 */
export function looksUrgent(question: string, more: readonly string[] = []): boolean {
  const text = plain(question);
  if (deniesUrgency(question)) return false;
  if (URGENT.some((words) => text.includes(` ${words} `))) return true;
  return more.some((words) =>
    text.replaceAll(new RegExp(` ${DENIED}${plain(words).trim()} `, 'g'), ' ').includes(plain(words)),
  );
}

/** « non urgent », said by who writes. */
export function deniesUrgency(said: string): boolean {
  return / (non|pas|sans?) (urgent|urgente|urgence) /.test(plain(said));
}

/** As `plain` leaves them: it takes « sans » for a plural. */
const DENIED = '(?:(?:pas|plus|absence) (?:de |d )|sans? |ni |aucune? )';

/** Folded, words between single spaces. Plurals count: « douleurs thoraciques », « syncopes ». */
function plain(text: string): string {
  return ` ${fold(text)
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim()} `.replaceAll(/(\p{L}{3,})s(?= )/gu, '$1');
}
