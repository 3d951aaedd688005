/**
 * A fiche: what the coordination (CPTS) knows of a professional, an establishment or a partner, and the national file does
 * not. Every value has the day on which somebody checked it: a delay without its date is worth nothing.
 */

/** Kinds of partners that are nobody's RPPS row (MISSION: annuaire des partenaires, ressources de prévention). */
export type Partner = { kind: string; name: string; town?: string; postcode?: string; street?: string; phone?: string };

/** What may be said of somebody. Texts are as the coordination wrote them. */
export type FicheValues = {
  member: boolean;
  /** Line for professionals only: given to members, never elsewhere. */
  line: string;
  hours: string;
  /** `3 semaines`. */
  delay: string;
  newPatients: boolean;
  homeVisits: boolean;
  languages: string[];
  accessible: string;
  /** Groups of expertise (`plaies`, `memoire`): searchable. */
  groups: string[];
  note: string;
};

export type FicheField = keyof FicheValues;

/** A value and the day it was checked, `YYYY-MM-DD` in Paris. */
/** A value and the day it was checked, `YYYY-MM-DD` in Paris. Null: no longer known. */
type Checked<V> = { value: V | null; checked: string };

export type Local = { [K in FicheField]?: Checked<FicheValues[K]> };

/** `id`: RPPS, FINESS, or the partner's own id. */
export type Fiche = { id: string; partner?: Partner; local: Local };

/**
 * Newer knowledge over older: value by value, the later day wins; on the same day, what comes last. A partner's own data
 * are replaced whole when they are given.
 */
export function mergeFiche(older: Fiche | undefined, newer: Fiche): Fiche {
  if (older === undefined) return newer;
  const kept = Object.entries(newer.local).filter(
    ([field, { checked }]) => (older.local[field as FicheField]?.checked ?? '') <= checked,
  );
  const partner = newer.partner ?? older.partner;
  return { id: newer.id, ...(partner && { partner }), local: { ...older.local, ...Object.fromEntries(kept) } };
}

/** What is known, for an answer: without what is no longer known, and the professionals-only line for members alone. */
export function shownLocal(local: Local, member: boolean): Local {
  const shown = Object.entries(local).filter(([field, { value }]) => value !== null && (member || field !== 'line'));
  return Object.fromEntries(shown);
}
