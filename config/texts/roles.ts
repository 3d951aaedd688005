import type { Role } from '../../care/people/person.ts';

/** A person's role, in the singular, as it follows their name. */
export const ROLE: Record<Role, string> = {
  'medecin-traitant': 'médecin traitant',
  medecin: 'médecin',
  specialiste: 'médecin spécialiste',
  infirmier: 'infirmier',
  pharmacien: 'pharmacien',
  'sage-femme': 'sage-femme',
  kinesitherapeute: 'kinésithérapeute',
  'chirurgien-dentiste': 'chirurgien-dentiste',
  regulateur: 'régulateur',
  coordinateur: 'coordination',
  secretariat: 'secrétariat',
  'identito-vigilance': 'identitovigilance',
};

/** @returns the name of a role; undefined for what is none (a participants list) */
export function roleNamed(word: string): string | undefined {
  return word in ROLE ? ROLE[word as Role] : undefined;
}
