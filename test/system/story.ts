/** What is done before each picture of docs/fr/guide.md, and what must then be read in the window. */
import { scenarioSchema, type ScenarioStep } from '../../config/schema/scenario.ts';

type Window = {
  picture: string;
  steps: ScenarioStep[];
  /** Something that was said in the room to look at. */
  room: string;
  /** As tesseract reads it: accents and punctuation are left out. */
  shows: RegExp[];
};

const who = 'claire';
const direct = { who, where: 'direct' };

export const STORY: Window[] = [
  window(
    'aide',
    [
      { at: '2026-11-26 13:56', ...direct, says: 'aide' },
      reads('Écrivez-moi'),
      { ...direct, says: 'suite' },
      reads('annuaire — '),
    ],
    'Écrivez-moi',
    [/Trouver/, /Joindre un confr/],
  ),
  window(
    'annuaire',
    [
      { at: '2026-11-26 13:57', ...direct, says: 'annuaire dermato' },
      reads('Dermatologie'),
      { ...direct, says: '1' },
      reads('3 Rue DES ECHANTILLONS'),
    ],
    'Écrivez-moi',
    [/ESSAIDERM/, /ECHANTILLONS/],
  ),
  window(
    'snp',
    [{ at: '2026-11-26 13:58', ...direct, says: 'snp lundi soir' }, reads('lundi 30 novembre')],
    'Écrivez-moi',
    [/lundi 30 novembre/, /garde la place/],
  ),
  window(
    'creneau',
    [
      { at: '2026-11-26 13:59', ...direct, says: '2' },
      reads('Place gardée'),
      { ...direct, says: 'Oui, fièvre depuis hier' },
      reads('Réservé'),
    ],
    'Écrivez-moi',
    [/Place gard/, /Pour annuler/],
  ),
  window(
    'demande',
    [
      { at: '2026-11-26 14:00', ...direct, says: 'avis cardio' },
      reads('Question'),
      { ...direct, says: 'ECG douteux avant certificat de sport' },
      reads('2/8'),
      { ...direct, says: '17' },
      reads('3/8'),
    ],
    'Écrivez-moi',
    [/ECG douteux/],
  ),
  window(
    'sortie',
    [
      { at: '2026-11-26 14:10', post: '02-jeanne-entree.hl7' },
      { at: '2026-11-26 15:00', post: '08-jeanne-sortie-prevue-lundi.hl7' },
      { at: '2026-11-27 12:05', who, reads: 'Rappel : sortie' },
    ],
    'Rappel : sortie',
    [/Rappel : sortie/, /lundi 30 novembre/],
  ),
];

function reads(text: string): object {
  return { who, reads: text };
}

function window(picture: string, steps: object[], room: string, shows: RegExp[]): Window {
  const scenario = scenarioSchema.parse({ title: picture, start: '2026-11-26 13:55', steps });
  return { picture, steps: scenario.steps, room, shows };
}
