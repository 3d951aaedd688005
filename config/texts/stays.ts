/**
 * A patient and a stay, as a colleague speaks: short, precise, no jargon of ours. The patient is named in full with the
 * birth date, because every one of these goes into an encrypted body only. The files beside it say the rest.
 */
import type { PatientView } from '../../care/relay/announcement.ts';
import { type CivilMoment, WHEREABOUTS } from '../../care/stay/intent.ts';
import { isStayed, type Patient, type Stay, type StayFact } from '../../care/stay/stay.ts';
import { sayBirthDate, sayDateTime, sayMoment, saySpan } from './dates.ts';
import { b, lines, outside, type Piece, say } from './markup.ts';

/** `Mme Anne TESTPAT (née MODELE), née le 15/03/1976` */
export function patientName(p: PatientView): Piece {
  const title = p.sex === 'F' ? 'Mme ' : p.sex === 'M' ? 'M. ' : '';
  const born = agreed('né(e)', p);
  const family = p.usedName ?? p.birthName ?? 'nom inconnu';
  const birth =
    p.birthName && p.usedName && p.birthName !== p.usedName ? say` (${born} ${outside(p.birthName)})` : undefined;
  const full = say`${title}${p.givenName ? outside(firstName(p.givenName)) : ''}${p.givenName ? ' ' : ''}${outside(family)}`;
  const bornOn = p.birthDate ? `${born} le ${sayBirthDate(p.birthDate)}` : 'date de naissance inconnue';
  return say`${b(full)}${birth}, ${bornOn}`;
}

/** « Hospitalisé(e) » as it is written of this patient; both ways when the sex is not known. */
function agreed(words: string, { sex }: Pick<PatientView, 'sex'>): string {
  return sex === 'F' ? words.replace('(e)', 'e') : sex === 'M' ? words.replace('(e)', '') : words;
}

/** Hospitals send capitals; a colleague writes « Jeanne-Marie ESSAI ». */
function firstName(given: string): string {
  if (given !== given.toUpperCase()) return given;
  return given
    .toLowerCase()
    .replaceAll(/(^|[\s'’-])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
}

const ARRIVALS: Record<string, string> = {
  preadmitted: 'Hospitalisation prévue',
  'admission-replanned': 'Hospitalisation déplacée',
  admitted: 'Entrée à l’hôpital',
  'emergency-arrived': 'Arrivée aux urgences',
  transferred: 'Changement de service',
  'bed-moved': 'Changement de lit',
  'discharge-planned': 'Sortie prévue',
  'discharge-replanned': 'Sortie déplacée',
  'discharge-retracted': 'Sortie annulée',
  'discharge-soon': 'Sortie prévue demain',
  discharged: 'Sortie de l’hôpital',
  died: 'Décès',
  'left-without-being-seen': 'Parti(e) des urgences sans attendre',
  'on-leave': 'Permission',
  returned: 'Retour de permission',
  'class-changed': 'Passage en hospitalisation',
};

function titleOf(fact: StayFact, now: number): string {
  if (fact.type === 'cancelled') return `Annulation : ${cancelledName(fact)}`;
  if (fact.type === 'class-changed' && fact.class === 'E') return 'Passage aux urgences';
  if (fact.type === 'discharge-soon' && fact.expectedDischarge) {
    return `Rappel : sortie prévue ${sayMoment(fact.expectedDischarge, now)}`;
  }
  return ARRIVALS[fact.type] ?? 'Information';
}

function cancelledName({ cancelled, class: now }: StayFact): string {
  switch (cancelled) {
    case 'admitted':
      return 'l’entrée n’a pas eu lieu';
    case 'emergency-arrived':
      return 'l’arrivée aux urgences était une erreur';
    case 'preadmitted':
      return 'hospitalisation prévue annulée';
    case 'transferred':
      return 'le changement de service n’a pas eu lieu';
    case 'discharged':
      return 'la sortie n’a pas eu lieu, toujours à l’hôpital';
    case 'left-without-being-seen':
      return 'toujours aux urgences';
    case 'died':
      return 'le décès a été annoncé par erreur';
    case 'on-leave':
      return 'permission annulée';
    case 'returned':
      return 'toujours en permission';
    case 'class-changed':
      if (now === 'I') return 'reste hospitalisé(e)';
      return now === 'E' ? 'reste aux urgences' : 'n’est finalement pas hospitalisé(e)';
    default:
      return 'le dernier mouvement est annulé';
  }
}

/** Facts of a presence, which say the planned end as well. */
const ALSO_PLANNED = new Set<StayFact['type']>(['preadmitted', ...WHEREABOUTS]);

const DISPOSITIONS: Record<string, string> = {
  '4': 'Sortie contre avis médical.',
  F: 'Parti(e) sans prévenir l’équipe.',
  REO: 'Réorienté(e) vers la médecine de ville.',
};

const DESTINATIONS: Record<string, string> = { home: 'domicile', transfer: 'autre établissement' };

/** One fact of a stay, standing alone. */
export function stayFact(fact: StayFact, patient: PatientView, late: boolean, now: number): Piece {
  if (fact.type === 'died') {
    return lines(
      say`${b('Décès')} — ${patientName(patient)}`,
      fact.at === undefined ? undefined : say`Le ${sayDateTime(fact.at, now)}, ${outside(fact.facility)}.`,
      say`Les rappels et tâches de ce patient sont arrêtés.`,
    );
  }
  const planned = fact.type === 'discharge-planned' || fact.type === 'discharge-replanned';
  return lines(
    say`${b(agreed(titleOf(fact, now), patient))} — ${patientName(patient)}`,
    where(fact, now),
    planned && fact.expectedDischarge
      ? say`Prévue ${b(sayMoment(fact.expectedDischarge, now))}${left(fact.expectedDischarge, now)}.`
      : undefined,
    fact.type === 'discharge-retracted' && fact.expectedDischarge
      ? say`Elle était prévue ${sayMoment(fact.expectedDischarge, now)}. Pas de nouvelle date pour l’instant.`
      : undefined,
    isAdmissionPlan(fact) && fact.expectedAdmission
      ? say`Entrée prévue ${b(sayMoment(fact.expectedAdmission, now))}.`
      : undefined,
    ALSO_PLANNED.has(fact.type) && fact.expectedDischarge
      ? say`Sortie prévue ${sayMoment(fact.expectedDischarge, now)}.`
      : undefined,
    fact.disposition && DISPOSITIONS[fact.disposition]
      ? say`${agreed(DISPOSITIONS[fact.disposition] ?? '', patient)}`
      : undefined,
    late ? say`(Information reçue en retard.)` : undefined,
  );
}

function isAdmissionPlan(fact: StayFact): boolean {
  return fact.type === 'preadmitted' || fact.type === 'admission-replanned';
}

function where(fact: StayFact, now: number): Piece | undefined {
  const place = fact.unit ? say`${outside(fact.facility)}, ${outside(fact.unit)}` : outside(fact.facility);
  const to = fact.destination ? DESTINATIONS[fact.destination] : undefined;
  const towards = to && fact.type !== 'cancelled' ? ` Vers : ${to}.` : '';
  const plan = fact.type.startsWith('discharge-') || isAdmissionPlan(fact);
  return plan || fact.at === undefined
    ? say`${place}.${towards}`
    : say`${sayDateTime(fact.at, now)}, ${place}.${towards}`;
}

/** Less than a day left: how much, so that nobody has to compute it. */
function left(expected: CivilMoment, now: number): string {
  const ms = expected.at - now;
  return expected.precision === 'minute' && ms > 0 && ms < 86_400_000 ? ` (dans ${saySpan(ms)})` : '';
}

const STATUS: Record<Stay['status'], string> = {
  expected: 'Hospitalisation prévue',
  present: 'Hospitalisé(e)',
  'on-leave': 'En permission',
  left: 'A quitté l’hôpital',
  cancelled: 'Séjour annulé',
  dead: 'Décédé(e)',
};

/** The card at the root of a stay's thread: where things stand, edited as the stay goes on. */
export function stayCard(stay: Stay, patient: Patient, now: number): Piece {
  const emergency = stay.status === 'present' && stay.class === 'E';
  return lines(
    say`${b(emergency ? 'Aux urgences' : agreed(STATUS[stay.status], patient))} — ${patientName(patient)}`,
    stay.unit ? say`${outside(stay.facilityName)}, ${outside(stay.unit)}` : say`${outside(stay.facilityName)}`,
    stay.admittedAt === undefined ? undefined : say`Entrée : ${sayDateTime(stay.admittedAt, now)}`,
    stay.status === 'expected' && stay.expectedAdmission
      ? say`Entrée prévue : ${sayMoment(stay.expectedAdmission, now)}`
      : undefined,
    stay.expectedDischarge && (stay.status === 'present' || stay.status === 'expected' || stay.status === 'on-leave')
      ? say`Sortie prévue : ${sayMoment(stay.expectedDischarge, now)}`
      : undefined,
    stay.status === 'left' && stay.dischargedAt !== undefined
      ? say`Sortie : ${sayDateTime(stay.dischargedAt, now)}`
      : undefined,
  );
}

/** What the room was told of: neither a consultation nor a stay that never was. */
function isTold(stay: Stay): boolean {
  return isStayed(stay) && stay.status !== 'cancelled';
}

/** For somebody who joins without the earlier keys. */
export function patientSummary(patient: Patient, stays: Stay[], now: number, regrouped?: boolean): Piece {
  return lines(
    say`${b('Résumé')} — ${patientName(patient)}`,
    ...stays
      .filter(isTold)
      .map((stay) =>
        lines(
          say`• ${agreed(STATUS[stay.status], patient)}, ${outside(stay.facilityName)}${stay.unit ? say`, ${outside(stay.unit)}` : undefined}`,
          stay.admittedAt === undefined ? undefined : say`  Entrée : ${sayDateTime(stay.admittedAt, now)}`,
          stay.expectedDischarge && stay.status === 'present'
            ? say`  Sortie prévue : ${sayMoment(stay.expectedDischarge, now)}`
            : undefined,
          stay.status !== 'left' || stay.dischargedAt === undefined
            ? undefined
            : say`  Sortie : ${sayDateTime(stay.dischargedAt, now)}`,
        ),
      ),
    regrouped
      ? say`L’établissement a corrigé ce dossier : voici l’essentiel.`
      : say`Les messages d’avant votre arrivée ne sont pas lisibles sur votre appareil : voici l’essentiel.`,
  );
}
