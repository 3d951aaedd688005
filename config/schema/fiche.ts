/**
 * The fiches of the coordination as a table: one schema for CSV, XLSX and YAML. Headers are French words, matched folded, in
 * any order; one row per professional (RPPS), establishment (FINESS) or partner (an id of your own, with its type and name).
 */
import type { FicheField } from '../../care/people/fiche.ts';

export type FicheColumn = {
  /** As the template writes it. */
  header: string;
  /** Other folded names that spreadsheets use. */
  also: readonly string[];
  /** For the template. */
  sample: string;
};

/** What says whom the row is about. */
export const IDENTITY = {
  id: { header: 'numéro', also: ['rpps', 'numero rpps', 'finess', 'numero finess', 'identifiant', 'id'], sample: '' },
  kind: { header: 'type', also: ['type de partenaire', 'categorie'], sample: '' },
  name: { header: 'nom', also: ['nom du partenaire', 'structure'], sample: '' },
  town: { header: 'commune', also: ['ville'], sample: '' },
  postcode: { header: 'code postal', also: ['cp'], sample: '' },
  street: { header: 'adresse', also: ['rue'], sample: '' },
  phone: { header: 'téléphone', also: ['tel', 'telephone public'], sample: '' },
} as const satisfies Record<string, FicheColumn>;

export const CHECKED: FicheColumn = {
  header: 'vérifié le',
  also: ['date de verification', 'verifie', 'date'],
  sample: '',
};

/** What is known of them (what a coordinator types in a room: config/texts/fiche.ts). */
export const KNOWN: Record<FicheField, FicheColumn> = {
  member: {
    header: 'membre',
    also: ['adherent', 'membre cpts'],
    sample: 'oui',
  },
  line: {
    header: 'ligne pro',
    also: ['ligne directe', 'ligne professionnelle', 'telephone pro'],
    sample: '03 53 01 00 99',
  },
  hours: {
    header: 'horaires',
    also: ['horaires d ouverture'],
    sample: 'lundi au vendredi 9 h - 18 h',
  },
  delay: {
    header: 'délai',
    also: ['delai d acces', 'delai de rendez vous', 'delai rdv'],
    sample: '3 semaines',
  },
  newPatients: {
    header: 'nouveaux patients',
    also: ['accepte nouveaux patients', 'accepte de nouveaux patients', 'prend nouveaux patients'],
    sample: 'oui',
  },
  homeVisits: {
    header: 'visites à domicile',
    also: ['visites', 'domicile', 'visite a domicile'],
    sample: 'non',
  },
  languages: {
    header: 'langues',
    also: ['langues parlees'],
    sample: 'anglais, arabe',
  },
  accessible: {
    header: 'accessibilité',
    also: ['acces pmr', 'pmr'],
    sample: 'plain-pied',
  },
  groups: {
    header: 'groupes',
    also: ['groupes d expertise', 'expertise', 'expertises'],
    sample: 'plaies, diabète',
  },
  note: {
    header: 'note',
    also: ['remarque', 'remarques', 'commentaire'],
    sample: '',
  },
};

/** Longest text of a cell: an answer is read on a phone. */
export const LONGEST_TEXT = 120;

/** RPPS, ADELI or FINESS: nobody's own id. */
export function isNationalNumber(id: string): boolean {
  return /^(?:\d{9}|\d{11}|2[AB]\d{7})$/.test(id);
}

/** A partner's own id: `dac-cambresis`. */
export const PARTNER_ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
