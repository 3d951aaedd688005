/** The report of an answered request in words: the same page as text in a room and as a PDF (bot/report-pdf.ts). */
import { parisDate } from '../../care/relay/civil-time.ts';
import type { BillingWarning } from '../../care/request/billing.ts';
import type { RequestStep } from '../../care/request/news.ts';
import type { Shown } from '../../care/request/shown.ts';
import type { Incident, ReportParty, RequestReport, TraceNews } from '../../care/request/report.ts';
import { answerText } from './answers.ts';
import { sayBirthDate, sayDateTime, sayHour, saySpan } from './dates.ts';
import { ROLE } from './roles.ts';
import { patientName } from './stays.ts';
import { b, lines, outside, type Piece, say } from './markup.ts';

type Row = { label: string | undefined; text: string };

export type ReportPage = {
  title: string;
  code: string;
  about: string;
  sections: { heading: string; rows: Row[] }[];
  /** Under the last section. */
  note: string;
  /** At the foot of each page. */
  foot: string;
};

const LONGEST = 8_000;

const STEP: Record<RequestStep, string> = {
  asked: 'Demande envoyée',
  taken: 'Prise en charge',
  joined: 'Participation',
  'given-back': 'Remise au groupe',
  released: 'Remise au groupe, fin de garde',
  'handed-over': 'Proposée à un confrère',
  'info-requested': 'Précision demandée',
  'info-given': 'Précision donnée',
  replied: 'Avis rendu',
  'stage-done': 'Étape faite',
  answered: 'Réponse rendue',
  refused: 'Déclinée',
  redirected: 'Réorientée',
  reminded: 'Rappel',
  escalated: 'Délai atteint, relance',
  cancelled: 'Annulée',
  silenced: 'Arrêtée',
  expired: 'Expirée',
  closed: 'Close',
};

/** A document is read in other years too: the year is always said. */
const when = (at: number): string => sayDateTime(at, 0);
/** `23/11/2026 à 9h05`: a column of dates. */
const shortWhen = (at: number): string => `${sayBirthDate(parisDate(at))} à ${sayHour(at)}`;
const clean = (value: string): string => outside(value, { max: LONGEST, multiline: true }).plain;

export function reportPage(report: RequestReport): ReportPage {
  const { code, title, sort } = report;
  const isTelemedicine = sort === 'teleexpertise';
  const sections = [
    { heading: 'Patient', rows: patientRows(report) },
    { heading: 'Professionnels', rows: partyRows(report) },
    { heading: 'Question', rows: report.question.filter(inWords).map((one) => row(one.label, answerText(one))) },
    ...report.replies.map((reply) => ({
      heading: reply.stage ? `Réponse — ${reply.stage}` : 'Réponse',
      rows: [
        row('Rendue par', `${reply.by.name}, ${when(reply.at)}`),
        ...(reply.outcome ? [row('Résultat', reply.outcome)] : []),
        ...reply.shown
          .filter(inWords)
          .map((one) => row(reply.shown.length > 1 ? one.label : 'Réponse', answerText(one))),
      ],
    })),
    { heading: 'Documents', rows: documentRows(report) },
    { heading: 'Déroulé', rows: report.steps.map((step) => row(shortWhen(step.at), stepText(step))) },
    { heading: 'Incidents techniques', rows: incidentRows(report.incidents) },
    { heading: 'Actes', rows: report.acts.map(({ code: act, who }) => row(act, who)) },
  ];
  return {
    title: isTelemedicine ? 'Compte rendu de téléexpertise' : 'Compte rendu de demande',
    code,
    about: clean(title),
    sections: sections.filter(({ rows }) => rows.length > 0),
    note: `Établi le ${when(report.at)}, heure de Paris.${isTelemedicine ? ' Article R6316-4 du code de la santé publique.' : ''}`,
    foot: 'Données de santé : à ne transmettre que par messagerie sécurisée.',
  };
}

function row(label: string, text: string): Row {
  return { label: clean(label), text: clean(text) };
}

function patientRows({ patient, consent }: RequestReport): Row[] {
  return [
    row('Identité', patient ? patientName(patient).plain : 'non renseignée dans la demande'),
    row(
      'Accord',
      consent ? `recueilli par ${consent.by || 'le demandeur'}, ${when(consent.at)}` : 'non demandé pour ce parcours',
    ),
  ];
}

function partyRows({ asker, anonymous, origin, replies }: RequestReport): Row[] {
  const answering = new Map(replies.map(({ by }) => [by.name, by]));
  return [
    ...(asker ? [row('Demandé par', partyText(asker))] : []),
    ...(anonymous ? [row('Demandé par', 'un professionnel qui ne souhaite pas être nommé')] : []),
    ...(origin === undefined ? [] : [row('Demandé par', origin)]),
    ...[...answering.values()].map((by) => row('Répondu par', partyText(by))),
  ];
}

function partyText({ name, role, rpps }: ReportParty): string {
  return [name, role && ROLE[role], rpps ? `RPPS ${rpps}` : 'RPPS non renseigné'].filter(Boolean).join(', ');
}

/** Files have a place of their own. */
function inWords({ value }: Shown): boolean {
  return typeof value !== 'object' || !('files' in value);
}

function documentRows({ documents }: RequestReport): Row[] {
  return documents.map(({ label, name }) => row(label, name));
}

function stepText({ step, by, text }: RequestReport['steps'][number]): string {
  return `${STEP[step]}${by ? `, ${by}` : ''}${text ? ` : ${text}` : ''}`;
}

function incidentRows(incidents: readonly Incident[]): Row[] {
  if (incidents.length === 0) return [{ label: undefined, text: 'Aucun.' }];
  return incidents.map((one): Row => {
    if (one.what === 'outage')
      return row('Service', `un rappel prévu ${when(one.due)} n’a pu partir que ${when(one.at)}`);
    const what = one.target === 'take' ? 'prise en charge' : 'réponse';
    const stage = one.stage ? ` (${one.stage})` : '';
    return row(
      'Retard',
      `${what}${stage} attendue avant ${when(one.due)}, faite ${when(one.at)} : ${saySpan(one.at - one.due)} après`,
    );
  });
}

/** All of it, as text. */
export function reportText(report: RequestReport): Piece {
  const page = reportPage(report);
  return lines(
    b(`${page.title} ${page.code}`),
    say`${page.about}`,
    ...page.sections.flatMap(({ heading, rows }) => [
      b(heading),
      ...rows.map(({ label, text }) =>
        label === undefined
          ? say`• ${outside(text, { max: LONGEST, multiline: true })}`
          : say`• ${label} : ${outside(text, { max: LONGEST, multiline: true })}`,
      ),
    ]),
    say`${page.note}`,
  );
}

/** What is said when the report goes. */
export function traceNews(news: TraceNews): Piece {
  if (news.whole) return reportText(news.whole);
  const acts = news.acts.map(({ code, who }) => `${code} (${who || 'demandeur'})`).join(', ');
  const report = news.corrected ? 'Compte rendu corrigé' : 'Compte rendu';
  return lines(
    news.file ? say`${b(news.code)} : ${report} ci-dessous.` : undefined,
    acts === '' || news.corrected
      ? undefined
      : say`${news.file ? 'Actes' : `${news.code}, actes`} à compter : ${acts}.`,
    ...news.warnings.map(warning),
  );
}

function warning(one: BillingWarning): Piece {
  return one.why === 'cap'
    ? say`À vérifier, ${one.who} : ${one.nth}e ${one.code} cette année pour ce patient, ${one.most} sont prévus.`
    : say`À vérifier, ${one.who} : réponse après ${one.days} jours, ${one.code} prévoit ${one.most} jours.`;
}

/** Inside an encrypted event. */
export function reportFileName(code: string): string {
  return `compte-rendu-${code}.pdf`;
}

/** Instead of a file that the homeserver does not take. */
export function fileTooLarge(): Piece {
  return say`Le fichier n’a pas pu être joint : il dépasse la taille que le serveur accepte.`;
}
