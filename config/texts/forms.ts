/** What Relais says to somebody who fills in a form: one question at a time, then the summary. */
import type { FormField } from '../../care/request/form.ts';
import type { FormNews, Trouble } from '../../care/request/form-news.ts';
import { fileTellsWho } from './anonymous-files.ts';
import { answerLine } from './answers.ts';
import { doubtsText, doubtText, heldText, waysOut } from './doubts.ts';
import { patientName } from './stays.ts';
import { b, code, join, lines, type Piece, say } from './markup.ts';

/** The narrowest client shows eight lines; a list of options may need more. */
export function formText(news: FormNews): Piece {
  switch (news.what) {
    case 'question':
      return question(news);
    case 'held':
      return heldText(news);
    case 'summary':
      return summary(news);
    case 'abandoned':
      return say`« ${news.title} » : abandonné, rien n’a été envoyé.`;
    case 'expired':
      return say`« ${news.title} » attendait la suite depuis hier : je l’ai effacé, rien n’a été envoyé. Recommencez quand vous voulez.`;
    default:
      return news satisfies never;
  }
}

function question(news: Extract<FormNews, { what: 'question' }>): Piece {
  const { step, at, of, title, next, patient, trouble, files } = news;
  const head = say`${next ? say`${b(title)} — ` : undefined}${`${at}/${of}`} `;
  return lines(
    trouble && troubleText(trouble, step.kind === 'field' ? step.field : undefined),
    say`${head}${asked(news)}`,
    ...options(step),
    files ? say`${files === 1 ? '1 reçu' : `${files} reçus`}. Encore un, ou ${code('fini')}.` : undefined,
    hint(news),
    patient ? say`Pour ${patientName(patient)}.` : undefined,
    next && next.length > 0 ? say`Ensuite : ${next.join(', ')}.` : undefined,
    next ? say`${code('retour')}, ${code('passer')} et ${code('abandonner')} à tout moment.` : undefined,
  );
}

function asked({ step }: Extract<FormNews, { what: 'question' }>): Piece {
  switch (step.kind) {
    case 'field':
      return say`${b(step.field.label)}${step.field.help ? say` — ${step.field.help}` : undefined}${step.field.required ? '' : ' (facultatif)'}`;
    case 'outcome':
      return say`${b('Votre conclusion')}`;
    case 'identity':
      return say`${b('Le patient')} — nom, prénom, date de naissance, sexe. Lu seulement par qui prendra la demande.`;
    case 'consent':
      return say`${b('Accord du patient')} — l’avez-vous recueilli ? (oui ou non)`;
    case 'anonymous':
      return say`${b('Rester anonyme')} — souhaitez-vous que votre nom ne soit pas donné ? (oui ou non)`;
    case 'summary':
      return say``;
    default:
      return step satisfies never;
  }
}

function options(step: Extract<FormNews, { what: 'question' }>['step']): Piece[] {
  if (step.kind === 'outcome') return step.outcomes.map((o, n) => say`${n + 1}. ${o.label}`);
  if (step.kind !== 'field' || (step.field.type !== 'choice' && step.field.type !== 'choices')) return [];
  return step.field.options.map((o, n) => say`${n + 1}. ${o.label}`);
}

function hint({ step }: Extract<FormNews, { what: 'question' }>): Piece | undefined {
  if (step.kind === 'identity') return say`Par exemple : ${code('MODELE Anne 15/03/1976 F')}`;
  return step.kind === 'field' ? hintOf(step.field) : undefined;
}

function hintOf(field: FormField): Piece | undefined {
  switch (field.type) {
    case 'number': {
      const bounds = [
        field.min === undefined ? '' : `de ${said(field.min)}`,
        field.max === undefined ? '' : `à ${said(field.max)}`,
      ];
      const words = [...bounds, field.unit ?? ''].filter((part) => part !== '').join(' ');
      return words ? say`(un nombre, ${words})` : undefined;
    }
    case 'scale':
      return say`(de ${field.from}${field.lowest ? ` : ${field.lowest}` : ''} à ${field.to}${field.highest ? ` : ${field.highest}` : ''})`;
    case 'date':
      return field.bound === 'future'
        ? say`(aujourd’hui ou plus tard, par exemple ${code('demain')})`
        : say`(une date, par exemple 15/03/2026)`;
    case 'yes-no':
      return say`(oui ou non)`;
    case 'choices':
      return say`(plusieurs possibles : ${code('1 3')})`;
    case 'photo':
      return say`Envoyez la photo ici${field.most > 1 ? `, ${field.most} au plus` : ''}.`;
    case 'file':
      return say`Envoyez le fichier ici${field.most > 1 ? `, ${field.most} au plus` : ''} (${[...new Set(field.accept.map(kindOf))].join(' ou ')}).`;
    case 'table':
      return say`Écrivez ainsi : ${field.columns.map((c) => c.label).join(' ; ')}${field.most > 1 ? `. Une ligne pour chacun, ${field.most} au plus` : ''}.`;
    case 'text':
    case 'choice':
      return undefined;
    default:
      return field satisfies never;
  }
}

function kindOf(mime: string): string {
  if (mime === 'application/pdf') return 'PDF';
  return mime.startsWith('image/') ? 'image' : mime;
}

function said(n: number): string {
  return String(n).replace('.', ',');
}

const UNREAD: Record<string, string> = {
  number: 'Je ne lis pas de nombre.',
  date: 'Je ne lis pas de date.',
  'which-day': 'Cette date peut se comprendre de deux façons : écrivez-la en chiffres.',
  option: 'Ce n’est pas dans la liste : répondez par son numéro.',
  'yes-no': 'Répondez oui ou non.',
  scale: 'Je ne lis pas de nombre de l’échelle.',
  table: 'Je ne lis pas ces lignes : séparez par « ; », et allez à la ligne pour la suivante.',
  file: 'J’attends un fichier : joignez-le ici.',
  identity: 'Il me faut au moins le nom et la date de naissance.',
};

const FAULTS: Record<string, string> = {
  missing: 'Il manque une réponse.',
  'wrong-type': 'Ce n’est pas une réponse à cette question.',
  'too-long': 'C’est trop long.',
  'not-an-option': 'Ce n’est pas dans la liste.',
  'not-a-date': 'Cette date n’existe pas.',
  'too-many': 'Il y en a trop.',
  'not-accepted': 'Ce type de fichier n’est pas accepté.',
};

function troubleText(trouble: Trouble, field: FormField | undefined): Piece {
  if ('doubt' in trouble) return doubtText(trouble.doubt);
  if ('unread' in trouble) return say`${UNREAD[trouble.unread] ?? 'Je n’ai pas compris.'}`;
  if ('cannot' in trouble)
    switch (trouble.cannot) {
      case 'pass':
        return say`Cette question attend une réponse.`;
      case 'go-back':
        return say`C’est la première question.`;
      case 'confirm':
        return say`Rien n’est envoyé.`;
      case 'take-file':
        return say`Cette question n’attend pas de fichier.`;
      case 'stay-anonymous':
        return fileTellsWho();
      default:
        return trouble.cannot satisfies never;
    }
  if (trouble.fault === 'out-of-range')
    return field?.type === 'date' ? say`Cette date ne va pas ici.` : say`Ce nombre n’est pas possible ici.`;
  return say`${FAULTS[trouble.fault] ?? 'Ce n’est pas possible ici.'}`;
}

const STEPS: Record<string, string> = {
  outcome: 'Conclusion',
  identity: 'Patient',
  consent: 'Accord du patient',
  anonymous: 'Anonyme',
};

function summary({
  title,
  given,
  identity,
  patient,
  trouble,
  doubts = [],
}: Extract<FormNews, { what: 'summary' }>): Piece {
  return lines(
    trouble && troubleText(trouble, undefined),
    say`${b(title)} — relisez :`,
    patient ? say`Pour ${patientName(patient)}` : undefined,
    ...given.map((one, n) => {
      const number = `${n + 1}. `;
      if (one.label === 'identity')
        return say`${number}${STEPS['identity']} : ${identity ? patientName(identity) : 'non donné'}`;
      return join([say`${number}`, answerLine({ ...one, label: STEPS[one.label] ?? one.label })], '');
    }),
    ...doubtsText(doubts),
    doubts.length > 0
      ? waysOut(doubts)
      : say`${code('oui')} pour envoyer, un numéro pour corriger, ${code('abandonner')} pour ne rien envoyer.`,
  );
}
