/**
 * A slot: a time that somebody offers (unscheduled care, a specialist who comes to a surgery, a device on loan), its places,
 * and who has them. Pure: what may be taken, held, booked, given back. A slot that nobody has touched has no file.
 */
import { MINUTE } from '../relay/civil-time.ts';
import type { Person } from '../people/person.ts';

/**
 * Who may see it, in the words of the SAS interface (ANS, `Slot.meta.security`): `PUBLIC` and `PRO` every professional known
 * here, `CPTS` those of its territory, `SNP` those who regulate unscheduled care.
 */
export type SlotVisibility = 'PUBLIC' | 'PRO' | 'SNP' | 'CPTS';

export type Slot = {
  id: string;
  /** Person or centre that receives, as said in a room. */
  offeredBy: string;
  /** Who is told of a booking (id of people.yaml). Undefined: somebody who is not here; they are called, or booked online. */
  person?: string | undefined;
  /** Specialty word (`generaliste`, `dentaire`, `dermato`); matched by folded prefix or synonym. */
  specialty: string;
  place: string;
  /** epoch ms UTC. */
  start: number;
  end: number;
  places: number;
  phone?: string | undefined;
  /** Booked there, and never here (SAS: `Slot.comment`). */
  url?: string | undefined;
  visibility?: SlotVisibility | undefined;
  territory?: string | undefined;
  /** The feed that it comes from (slot-feed.ts), its name there, and who offers it (RPPS). */
  feed?: string | undefined;
  uid?: string | undefined;
  rpps?: string | undefined;
};

export type Booking = {
  /** `C-4K7`. */
  code: string;
  by: string;
  at: number;
  /** `held` until this instant (civil time). */
  until: number;
  status: 'held' | 'booked' | 'released' | 'expired';
  /** A word for who receives; only ever said to them. */
  note: string | undefined;
};

/** The file of a slot that was offered here, or that somebody has held. */
export type SlotFile = { slot: Slot; bookings: Booking[]; withdrawn: boolean };

export interface Slots {
  /** What the recurring rules and dated lines offer within [from, to), taken or not, soonest first. */
  offered(from: number, to: number): Promise<Slot[]>;
  /** Does a slot's specialty answer the word asked for? The beginning of either, or the same job by the synonyms. */
  matches(offered: string, asked: string): boolean;
  /** How a national code (TRE_R38 `SM54`) is said; undefined when it is not known, or nothing here knows codes. */
  label?(code: string): string | undefined;
}

/** A place is kept while one finds the words; longer would take it from somebody else. */
export const HOLD_MS = 10 * MINUTE;

export function freshSlot(slot: Slot): SlotFile {
  return { slot, bookings: [], withdrawn: false };
}

/** Places that nobody has. */
export function placesLeft({ slot, bookings, withdrawn }: SlotFile, now: number): number {
  if (withdrawn || slot.end <= now) return 0;
  return Math.max(0, slot.places - bookings.filter((b) => isTaken(b, now)).length);
}

/** Booked, or held by somebody who still has time. */
export function isTaken({ status, until }: Booking, now: number): boolean {
  return status === 'booked' || (status === 'held' && until > now);
}

export function maySee({ visibility = 'PRO', territory }: Slot, person: Person): boolean {
  switch (visibility) {
    case 'PUBLIC':
    case 'PRO':
      return true;
    case 'CPTS':
      return territory === undefined ? person.territory !== undefined : person.territory === territory;
    case 'SNP':
      return person.role === 'regulateur' || person.role === 'coordinateur' || person.groups.includes('snp');
    default:
      return visibility satisfies never;
  }
}

/** @returns undefined when this booking is not (or no longer) of that status */
export function changed(
  file: SlotFile,
  code: string,
  from: Booking['status'],
  to: Partial<Booking>,
): SlotFile | undefined {
  const found = file.bookings.find((b) => b.code === code);
  if (found?.status !== from) return undefined;
  return { ...file, bookings: file.bookings.map((b) => (b === found ? { ...b, ...to } : b)) };
}
