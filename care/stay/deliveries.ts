/** What a stay sends to its patient's room: a card at the root of its thread, and each fact as a message of its own. */
import type { NewDelivery } from '../relay/decision.ts';
import { roomRef } from '../relay/room.ts';
import type { Person } from '../people/person.ts';
import { patientView } from './patient.ts';
import { rung, type RingTable } from './ringing.ts';
import type { Patient, Stay, StayFact } from './stay.ts';

/**
 * The status card opens the stay's thread (or is edited); each fact is also a message that stands alone.
 * @param team the members of the équipe; those whose role the fact rings are mentioned
 */
export function deliveries(
  ringing: RingTable,
  stay: Stay,
  patient: Patient,
  fact: StayFact,
  team: Person[],
  late: boolean,
): NewDelivery[] {
  return [
    card(stay),
    {
      room: roomRef.patient(patient.id),
      thread: threadOf(stay),
      ring: rung(ringing, fact.type, team),
      announcement: { kind: 'stay-fact', stayId: stay.id, fact, patient: patientView(patient), late },
    },
  ];
}

/** Rendered when sent; brought up to date without ringing anybody. */
export function card(stay: Stay): NewDelivery {
  return {
    room: roomRef.patient(stay.patientId),
    thread: threadOf(stay),
    root: true,
    coalesce: `card:${stay.id}`,
    ring: [],
    announcement: { kind: 'stay-card', stayId: stay.id },
  };
}

/**
 * What is not said again (another hour of the same day, an end entered too late to ring anybody) must not leave the card
 * showing what is no longer true.
 */
export function isOtherCard(before: Stay, after: Stay): boolean {
  const shown = (stay: Stay): unknown[] => [
    stay.status,
    stay.class,
    stay.unit,
    stay.expectedAdmission?.at,
    stay.expectedDischarge?.at,
    stay.expectedDischarge?.precision,
    stay.admittedAt,
    stay.dischargedAt,
  ];
  return after.told === true && JSON.stringify(shown(before)) !== JSON.stringify(shown(after));
}

export function threadOf(stay: Stay): string {
  return `stay:${stay.id}`;
}
