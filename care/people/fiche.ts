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
type Checked<V> = { value: V; checked: string };

export type Local = { [K in FicheField]?: Checked<FicheValues[K]> };

/** `id`: RPPS, FINESS, or the partner's own id. */
export type Fiche = { id: string; partner?: Partner; local: Local };

/**
 * Newer knowledge over older: value by value, the later day wins; on the same day, what comes last. A partner's own data
 * are replaced whole when they are given.
 */
export function mergeFiche(older: Fiche | undefined, newer: Fiche): Fiche {
  if (older === undefined) return newer;
  const local = { ...older.local } as Record<string, Checked<unknown>>;
  for (const [field, known] of Object.entries(newer.local) as [string, Checked<unknown>][]) {
    const before = local[field];
    if (before === undefined || before.checked <= known.checked) local[field] = known;
  }
  const partner = newer.partner ?? older.partner;
  return { id: newer.id, ...(partner && { partner }), local: local as Local };
}

/** A copy without the professionals-only line. */
export function withoutLine(local: Local): Local {
  const { line: _line, ...rest } = local;
  return rest;
}
