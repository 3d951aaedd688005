/**
 * Every sentence that a professional reads, as a colleague speaks: short, precise, no jargon of ours. The patient is
 * named in full with the birth date, because every one of these goes into an encrypted body only.
 */
import type { PatientView } from '../../care/relay/announcement.ts';
import type { Refusal } from '../../care/relay/refusal.ts';
import type { RoomTrouble } from '../../care/relay/room-trouble.ts';
import type { CivilMoment } from '../../care/stay/intent.ts';
import { isStayed, type Patient, type Stay, type StayFact } from '../../care/stay/stay.ts';
import { sayBirthDate, sayDateTime, sayMoment, saySpan } from './dates.ts';
import { identityRefusal } from './identity.ts';
import { b, code, lines, outside, type Piece, say } from './markup.ts';

/** `Mme Anne TESTPAT (née MODELE), née le 15/03/1976` */
export function patientName(p: PatientView): Piece {
  const title = p.sex === 'F' ? 'Mme ' : p.sex === 'M' ? 'M. ' : '';
  const born = p.sex === 'F' ? 'née' : p.sex === 'M' ? 'né' : 'né(e)';
  const family = p.usedName ?? p.birthName ?? 'nom inconnu';
  const birth =
    p.birthName && p.usedName && p.birthName !== p.usedName ? say` (${born} ${outside(p.birthName)})` : undefined;
  const full = say`${title}${p.givenName ? outside(firstName(p.givenName)) : ''}${p.givenName ? ' ' : ''}${outside(family)}`;
  const bornOn = p.birthDate ? `${born} le ${sayBirthDate(p.birthDate)}` : 'date de naissance inconnue';
  return say`${b(full)}${birth}, ${bornOn}`;
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
    say`${b(titleOf(fact, now))} — ${patientName(patient)}`,
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
    alsoPlanned(fact) && fact.expectedDischarge
      ? say`Sortie prévue ${sayMoment(fact.expectedDischarge, now)}.`
      : undefined,
    fact.disposition && DISPOSITIONS[fact.disposition] ? say`${DISPOSITIONS[fact.disposition]}` : undefined,
    late ? say`(Information reçue en retard.)` : undefined,
  );
}

function isAdmissionPlan(fact: StayFact): boolean {
  return fact.type === 'preadmitted' || fact.type === 'admission-replanned';
}

function alsoPlanned(fact: StayFact): boolean {
  return [
    'preadmitted',
    'admitted',
    'emergency-arrived',
    'transferred',
    'class-changed',
    'on-leave',
    'returned',
  ].includes(fact.type);
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
  left: 'Sorti(e)',
  cancelled: 'Séjour annulé',
  dead: 'Décédé(e)',
};

/** The card at the root of a stay's thread: where things stand, edited as the stay goes on. */
export function stayCard(stay: Stay, patient: Patient, now: number): Piece {
  const emergency = stay.status === 'present' && stay.class === 'E';
  return lines(
    say`${b(emergency ? 'Aux urgences' : STATUS[stay.status])} — ${patientName(patient)}`,
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
          say`• ${STATUS[stay.status]}, ${outside(stay.facilityName)}${stay.unit ? say`, ${outside(stay.unit)}` : undefined}`,
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

/** The domain says no: why, and who may or what to type instead. */
export function refusal({ code: why, data }: Refusal): Piece {
  const s = (key: string): string => String(data[key] ?? '');
  const list = (key: string): string => (Array.isArray(data[key]) ? data[key].join(', ') : s(key));
  switch (why) {
    case 'unknown-person':
      return say`Je ne vous connais pas encore. Demandez à votre coordination de vous inscrire.`;
    case 'may-not-ask':
      return say`${s('title')} : réservé aux participants inscrits. Votre coordination peut vous ajouter (liste ${list('who')}).`;
    case 'may-not-answer':
      return say`${s('code')} : seul(e) ${s('group')} peut le faire.`;
    case 'unknown-pathway':
      if (s('family') && s('family') !== 'avis')
        return say`Laquelle ? ${list('known')}. Par exemple : ${code(`!${s('family')} ${list('known').split(', ')[0] ?? ''} …`)}`;
      if (!s('word')) return say`Quel avis ? ${list('known')}. Par exemple : ${code('!avis cardio votre question')}`;
      return say`Je ne connais pas l’avis « ${outside(s('word'))} ». Avis ouverts : ${list('known')}.`;
    case 'unknown-request':
      return say`Je ne trouve pas la demande ${outside(s('code'))}. Vérifiez le code (il ressemble à D-4K7).`;
    case 'which-request':
      return list('codes')
        ? say`Laquelle ? ${list('codes')}. Écrivez par exemple ${code(`!${s('word')} ${list('codes').split(', ')[0] ?? 'D-4K7'}`)}`
        : say`Aucune demande ne vous attend.`;
    case 'already-taken':
      return s('who') === 'vous'
        ? say`${s('code')} : vous l’avez déjà prise.`
        : say`${s('code')} : déjà pris en charge par ${s('who')}.`;
    case 'already-answered':
      return say`${s('code')} : ce n’est plus possible à cette étape.`;
    case 'not-taken':
      return say`${s('code')} n’est prise par personne. D’abord : ${code(`!prendre ${s('code')}`)}`;
    case 'not-the-taker':
      return s('who')
        ? say`${s('code')} est suivie par ${s('who')}, qui seul(e) peut le faire.`
        : say`${s('code')} n’est pas à vous.`;
    case 'request-closed':
      return say`${s('code')} est close.`;
    case 'question-missing':
      return say`Il manque la question. Par exemple : ${code(`!${s('word')} votre question`)}`;
    case 'answer-missing':
      return say`Il manque la réponse. Par exemple : ${code('!repondre votre réponse')}`;
    case 'too-long':
      return say`C’est trop long : ${s('max')} caractères au plus. Rien n’a été envoyé.`;
    case 'consent-missing':
      return say`L’accord du patient est nécessaire avant d’envoyer.`;
    case 'urgent-call-15':
      return lines(
        say`${b('Appelez le 15.')} Un avis ne convient pas à une urgence : rien n’a été envoyé.`,
        say`Si ce n’est pas urgent, ajoutez « non urgent » à votre question.`,
      );
    case 'own-request':
      return say`${s('code')} est votre propre demande.`;
    case 'nothing-to-follow':
      return say`Je ne sais plus de quelle liste vous parlez : refaites votre recherche, puis ${code('suite')} ou un numéro.`;
    case 'form-open':
      return say`Vous avez commencé « ${s('title')} ». Terminez-le, ou écrivez ${code('abandonner')} dans notre salle privée, puis recommencez.`;
    case 'file-refused':
      return s('why') === 'size'
        ? say`Ce fichier est trop gros (${s('most')} Mo au plus).`
        : say`Je n’ai pas pu lire ce fichier : renvoyez-le.`;
    case 'slot-elsewhere':
      return say`Ce créneau se réserve ici : ${s('where')}`;
    case 'slot-gone':
      return say`Ce créneau vient d’être pris. ${code('!snp')} pour voir ceux qui restent.`;
    case 'slot-yours':
      return say`Vous avez déjà une place dans ce créneau (${s('code')}).`;
    case 'slot-past':
      return say`Ce moment est déjà passé.`;
    case 'slot-not-yours':
      return say`Seul le confrère qui le propose, ou la coordination, peut retirer ${s('id')}.`;
    case 'slot-unclear':
      return say`Dites le jour et les heures. Par exemple : ${code('!creneau ajouter demain 14h-16h 3 places')}`;
    case 'unknown-slot':
      return say`Je ne connais pas le créneau « ${outside(s('id'))} ». ${code('!creneau')} liste les vôtres.`;
    case 'hold-over':
      return say`La place n’est plus gardée : refaites ${code('!snp')}.`;
    case 'unknown-booking':
      return say`Vous n’avez pas de réservation en cours${s('code') ? ` ${s('code')}` : ''}. ${code('!snp')} pour voir les créneaux libres.`;
    case 'which-booking':
      return say`Laquelle ? ${list('codes')}`;
    case 'not-here':
      return say`${s('code')} : ce n’est pas possible maintenant.`;
    case 'coordination-only':
      return say`C’est réservé à la coordination.`;
    case 'only-in-patient-room':
      return say`À écrire dans le salon du patient concerné.`;
    case 'no-letter-awaited':
      return say`Aucune lettre de liaison n’est attendue pour ce patient.`;
    case 'letter-how':
      return say`Pour noter que la lettre de liaison est arrivée : ${code('!lettre reçue')}`;
    case 'cannot-give-back':
      return say`${s('code')} est déjà répondue, elle ne se rend plus.`;
    case 'unknown-proposal':
    case 'which-proposal':
    case 'not-the-desk':
    case 'already-decided':
    case 'not-a-patient-room':
    case 'not-in-team':
      return identityRefusal(why, {
        code: s('code'),
        word: s('word'),
        codes: list('codes'),
        what: s('what'),
        who: s('who'),
      });
    case 'not-your-territory':
      return say`${s('title')} n’est pas ouvert dans votre territoire. Votre coordination peut vous dire qui le fait chez vous.`;
    case 'no-territory':
      return say`${s('title')} : je ne sais pas quel est votre territoire. Demandez à votre coordination de l’inscrire.`;
    case 'outside-hours':
      return say`${s('title')} est fermé à cette heure. ${s('otherwise')}`;
    case 'urgent-call':
      return lines(
        say`${b(`Appelez le ${s('call')}.`)} ${s('say')} Rien n’a été envoyé.`,
        say`Si ce n’est pas urgent, ajoutez « non urgent » à votre question.`,
      );
    case 'elsewhere':
      return say`${s('title')} : cela se demande sur ${b(s('name'))}, pas ici. ${s('how')}${s('line') ? ` Ligne directe : ${s('line')}.` : ''}`;
    case 'answers-missing':
      return say`Il manque : ${list('fields')}. Rien n’a été envoyé.`;
    case 'answers-wrong':
      return say`À corriger : ${list('fields')}. Rien n’a été envoyé.`;
    case 'outcome-missing':
      return say`Commencez par un de ces mots : ${list('words')}. Par exemple : ${code(`!repondre ${s('code')} ${list('words').split(', ')[0] ?? ''} …`)}`;
    case 'reason-missing':
      return say`Il manque la suite. Par exemple : ${code(`!${s('word')} …`)}`;
    case 'which-colleague':
      return list('who')
        ? say`À qui ? ${list('who')}. Écrivez le nom en entier.`
        : say`${s('code')} : je ne trouve pas « ${outside(s('name'))} » parmi ceux qui peuvent la prendre.`;
    case 'nobody-to-ask':
      return say`${s('code')} vient d’un évènement de l’hôpital : personne ne peut préciser ici. Le service ou l’équipe du patient peuvent répondre.`;
    case 'not-yet':
      return say`${s('code')} n’a pas encore commencé.`;
    case 'nothing-waits':
      return say`Aucune demande n’attend dans vos listes.`;
    default:
      return why satisfies never;
  }
}

export function unknownWord(word: string, nearest: string | undefined): Piece {
  return nearest
    ? say`Je ne connais pas « ${outside(word, { max: 30 })} ». Vouliez-vous dire ${code(`!${nearest}`)} ? Sinon : ${code('!aide')}`
    : say`Je ne connais pas « ${outside(word, { max: 30 })} ». La liste : ${code('!aide')}`;
}

export function welcome(name: string): Piece {
  return say`Bonjour ${name}. Ce salon est chiffré : vous pouvez m’écrire directement, par exemple ${code('aide')} ou ${code('annuaire dermato')}.`;
}

export function cannotRead(): Piece {
  return say`Je n’arrive pas à lire un message envoyé ici : la clé de chiffrement ne m’est pas parvenue. Pouvez-vous le renvoyer ?`;
}

/** Last line of a message that was too long for Matrix. */
export function messageCut(lines: number): Piece {
  const missing = lines > 1 ? `il manque ${lines} lignes` : 'il manque la fin';
  return say`⚠ Message coupé : trop long pour la messagerie, ${missing}. Précisez la demande, ou adressez-vous à l’établissement.`;
}

/** A command that was typed long before it was heard. */
export function tooOld(): Piece {
  return lines(
    say`Message ancien : je ne le reçois que maintenant, plus de 24 heures après. Je n’exécute pas ce qui date autant, ni celui-ci ni d’autres du même moment.`,
    say`Si c’est toujours utile, renvoyez-le.`,
  );
}

/** The last message of a patient's room. */
export function roomClosed(days: number): Piece {
  return lines(
    say`${b('Ce salon se termine.')} L’hospitalisation est finie depuis ${String(days)} jours, je quitte le salon.`,
    say`Ce qui a été dit reste lisible ici. À la prochaine hospitalisation, un nouveau salon s’ouvrira.`,
  );
}

/** About a room, for the coordination or the identity desk: never about the patient whose room it may be. */
export function roomTrouble({ what, room, lane, who }: RoomTrouble): Piece {
  const name = say`« ${outside(room)} »`;
  const by = who ? say` (${outside(who)})` : undefined;
  const waits = say`Rien n’est perdu : les messages de ce salon attendent.`;
  const retry = say`Ensuite, l’exploitation relance : ${code(`relais lane retry ${lane}`)}`;
  switch (what) {
    case 'removed':
      return lines(say`On m’a retiré du salon ${name}${by}.`, waits, say`Réinvitez-moi dans ce salon. ${retry}`);
    case 'banned':
      return lines(
        say`On m’a exclu du salon ${name}${by}.`,
        waits,
        say`Levez l’exclusion et réinvitez-moi dans ce salon. ${retry}`,
      );
    case 'replaced-in-clear':
      return lines(
        say`Le salon ${name} a été remplacé${by} par un salon non chiffré : je n’y vais pas.`,
        waits,
        say`Il faut un nouveau salon chiffré, créé par la mise à niveau de l’ancien.`,
      );
    case 'replaced-in-doubt':
      return lines(
        say`Le salon ${name} a été déclaré remplacé${by}, mais je ne peux pas m’y fier : je n’ai pas suivi.`,
        waits,
        say`Vérifiez avec l’administration du serveur. Si l’ancien salon est le bon : ${code(`relais lane retry ${lane}`)}`,
      );
    case 'replaced-not-invited':
      return lines(
        say`Le salon ${name} a été remplacé${by} et je n’ai pas accès au nouveau.`,
        waits,
        say`Invitez-moi dans le nouveau salon : je reprends aussitôt.`,
      );
    case 'unexpected-member':
      return lines(
        say`Quelqu’un qui n’est pas attendu est entré dans le salon ${name}${by}.`,
        say`Les messages à venir ne lui sont pas lisibles si le salon suit un patient. Vérifiez qui c’est et, si besoin, faites-le sortir.`,
      );
    case 'external-refused':
      return lines(
        say`Je n’ai pas invité ${outside(who ?? '')} dans le salon ${name} : son serveur n’est pas autorisé ici.`,
        say`Les autres membres reçoivent tout. Il faut un compte sur un serveur autorisé, ou un autre moyen de le joindre.`,
      );
    case 'nobody-left':
      return lines(
        say`Plus personne de l’équipe n’est dans le salon ${name} : son patient n’a plus de professionnel ici.`,
        say`S’il manque quelqu’un, complétez l’équipe ; sinon le service appelle. L’exploitation a la liste : ${code('relais no-team')}`,
      );
    case 'invitation-refused':
      return lines(
        say`Le serveur a refusé mon invitation de ${outside(who ?? '')} dans le salon ${name}.`,
        say`Les autres membres reçoivent tout. Vérifiez son identifiant, ou prévenez-le autrement.`,
      );
    default:
      return what satisfies never;
  }
}
