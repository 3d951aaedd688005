/**
 * The fiches of the coordination as a table: one schema for CSV, XLSX and YAML. Headers are French words, matched folded, in
 * any order; one row per professional (RPPS), establishment (FINESS) or partner (an id of your own, with its type and name).
 */
import type { FicheField } from '../../care/people/fiche.ts';

type Kind = 'text' | 'yes-no' | 'list';

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

/** What is known of them. `words`: what a coordinator types after `!fiche NUMÉRO`. */
export const KNOWN: Record<FicheField, FicheColumn & { kind: Kind; words: readonly string[] }> = {
  member: {
    header: 'membre',
    also: ['adherent', 'membre cpts'],
    sample: 'oui',
    kind: 'yes-no',
    words: ['membre', 'adherent'],
  },
  line: {
    header: 'ligne pro',
    also: ['ligne directe', 'ligne professionnelle', 'telephone pro'],
    sample: '03 53 01 00 99',
    kind: 'text',
    words: ['ligne pro', 'ligne directe', 'ligne'],
  },
  hours: {
    header: 'horaires',
    also: ['horaires d ouverture'],
    sample: 'lundi au vendredi 9 h - 18 h',
    kind: 'text',
    words: ['horaires', 'horaire'],
  },
  delay: {
    header: 'délai',
    also: ['delai d acces', 'delai de rendez vous', 'delai rdv'],
    sample: '3 semaines',
    kind: 'text',
    words: ['delai d acces', 'delai'],
  },
  newPatients: {
    header: 'nouveaux patients',
    also: ['accepte nouveaux patients', 'accepte de nouveaux patients', 'prend nouveaux patients'],
    sample: 'oui',
    kind: 'yes-no',
    words: ['nouveaux patients', 'nouveau patient', 'nouveaux'],
  },
  homeVisits: {
    header: 'visites à domicile',
    also: ['visites', 'domicile', 'visite a domicile'],
    sample: 'non',
    kind: 'yes-no',
    words: ['visites a domicile', 'visite a domicile', 'visites', 'domicile'],
  },
  languages: {
    header: 'langues',
    also: ['langues parlees'],
    sample: 'anglais, arabe',
    kind: 'list',
    words: ['langues', 'langue'],
  },
  accessible: {
    header: 'accessibilité',
    also: ['acces pmr', 'pmr'],
    sample: 'plain-pied',
    kind: 'text',
    words: ['accessibilite', 'acces pmr', 'pmr'],
  },
  groups: {
    header: 'groupes',
    also: ['groupes d expertise', 'expertise', 'expertises'],
    sample: 'plaies, diabète',
    kind: 'list',
    words: ['groupes', 'groupe', 'expertise'],
  },
  note: {
    header: 'note',
    also: ['remarque', 'remarques', 'commentaire'],
    sample: '',
    kind: 'text',
    words: ['note', 'remarque'],
  },
};

/** Longest text of a cell: an answer is read on a phone. */
export const LONGEST_TEXT = 120;

const YES = new Set(['oui', 'o', 'x', 'vrai', 'true', '1', 'yes']);
const NO = new Set(['non', 'n', 'faux', 'false', '0', 'no']);

/** @returns undefined when it is neither; `said` is folded */
export function readYesNo(said: string): boolean | undefined {
  return YES.has(said) ? true : NO.has(said) ? false : undefined;
}

export function readList(said: string): string[] {
  return said
    .split(/[,;/]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** RPPS, ADELI or FINESS: nobody's own id. */
export function isNationalNumber(id: string): boolean {
  return /^(?:\d{9}|\d{11}|2[AB]\d{7})$/.test(id);
}

/** A partner's own id: `dac-cambresis`. */
export const PARTNER_ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
