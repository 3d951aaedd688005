/** What professionals read of documents and of the lettre de liaison. The names are those of the ANS list (JDV type de document). */
import type { PatientView } from '../../care/relay/announcement.ts';
import type { DocumentNews } from '../../care/stay/document-news.ts';
import type { LetterNews } from '../../care/stay/letter.ts';
import { sayDateTime, sayMoment } from './dates.ts';
import { fold } from './fold.ts';
import { patientName } from './stays.ts';
import { b, lines, outside, type Piece, say } from './markup.ts';

/** By LOINC; another type is « Document »: a name that nobody here has weighed is not said. */
const NAMES: Record<string, string> = {
  '11490-0': 'Lettre de liaison de sortie',
  '18761-7': 'Note de transfert',
  '34112-3': 'Compte rendu hospitalier',
  '15507-7': 'Compte rendu de passage aux urgences',
  '11488-4': 'Compte rendu de consultation',
  '34874-8': 'Compte rendu opératoire',
  '34133-9': 'Synthèse d’épisode de soins',
  '60591-5': 'Volet de synthèse médicale',
  '80820-4': 'Conciliation médicamenteuse',
  '56445-0': 'Bilan de médication',
  '61357-0': 'Intervention pharmaceutique',
  '75496-0': 'Demande d’acte de télémédecine',
  '85208-7': 'Compte rendu de télémédecine',
  '96349-6': 'Lettre d’adressage',
  '34794-8': 'Compte rendu de RCP',
  '83981-1': 'Liaison médico-sociale',
  '88348-8': 'Liaison médico-sociale',
  '18776-5': 'Plan personnalisé de santé',
  '86531-1': 'Attestation de sortie',
  '11502-2': 'Compte rendu d’examens biologiques',
  '18748-4': 'Compte rendu d’imagerie',
};

function documentName(type: string | undefined): string {
  return (type === undefined ? undefined : NAMES[type]) ?? 'Document';
}

/** One document, standing alone. */
export function documentNews(news: DocumentNews, patient: PatientView, now: number): Piece {
  const name = documentName(news.type);
  const from = news.unit ? say`${outside(news.facility)}, ${outside(news.unit)}` : outside(news.facility);
  const dated = news.createdAt ? say` Date du document : ${sayMoment(news.createdAt, now)}.` : undefined;
  if (news.what === 'withdrawn')
    return lines(
      say`${b(`Retiré : ${name}`)} — ${patientName(patient)}`,
      say`${from} a retiré ce document : n’en tenez plus compte.${dated}`,
    );
  return lines(
    say`${b(news.what === 'replaces' ? `${name}, nouvelle version` : name)} — ${patientName(patient)}`,
    say`${from}.${dated}`,
    news.what === 'replaces' ? say`Remplace la version précédente, à ne plus utiliser.` : undefined,
    news.file === 'follows' ? say`Le document suit, chiffré.` : say`${whereItIs(news)}`,
  );
}

/** Only what the sender says of it: a place that nobody named is not promised. */
function whereItIs({ sentTo, file }: DocumentNews): string {
  const places = [
    ...(sentTo.includes('mssante') ? ['dans votre messagerie MSSanté'] : []),
    ...(sentTo.includes('dmp') ? ['au DMP'] : []),
  ];
  const where = places.length > 0 ? places.join(' et ') : 'dans votre messagerie MSSanté ou au DMP';
  return file === 'unreadable' ? `Format non lisible ici : à consulter ${where}.` : `À consulter ${where}.`;
}

/** `lettre-de-liaison-de-sortie.pdf`; it stands in an encrypted event only, and still names nobody. */
export function fileName({ type }: DocumentNews, ending: string): string {
  return `${fold(documentName(type)).replaceAll(/[^a-z0-9]+/g, '-')}.${ending}`;
}

export function fileNotGiven(why: 'withdrawn' | 'too-large'): Piece {
  return why === 'withdrawn'
    ? say`Ce document a été retiré ou remplacé avant d’être transmis.`
    : say`Fichier trop volumineux pour la messagerie : à consulter dans MSSanté ou au DMP.`;
}

/** For the ward's secretariat. */
export function letterNews(
  what: 'missing' | 'received' | 'not-needed',
  { dischargedAt, unit, by }: LetterNews,
  patient: PatientView,
  now: number,
): Piece {
  const left =
    dischargedAt === undefined
      ? undefined
      : say`Sortie : ${sayDateTime(dischargedAt, now)}${unit ? say`, ${outside(unit)}` : undefined}.`;
  switch (what) {
    case 'missing':
      return lines(
        say`${b('Lettre de liaison non reçue')} — ${patientName(patient)}`,
        left,
        say`Elle est attendue le jour de la sortie par le médecin traitant. Merci de l’envoyer, je vous préviens dès qu’elle arrive.`,
      );
    case 'received':
      return lines(
        say`${b('Lettre de liaison reçue')} — ${patientName(patient)}`,
        by ? say`Notée par ${by}. Rien à faire.` : say`Rien à faire.`,
      );
    case 'not-needed':
      return lines(
        say`${b('Lettre de liaison : plus attendue')} — ${patientName(patient)}`,
        say`La sortie a été annulée, ou le patient est décédé.`,
      );
    default:
      return what satisfies never;
  }
}

/** Answer to `lettre reçue`, in the patient's room. */
export function letterNoted(by: string): Piece {
  return say`Lettre de liaison notée reçue par ${by}. Merci.`;
}
