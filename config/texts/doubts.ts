/** What stops an answer where it was typed: it sounds urgent, or the whole group would read who the patient is. */
import type { Doubt } from '../../care/request/doubt.ts';
import type { FormNews } from '../../care/request/form-news.ts';
import type { Sign } from '../../care/request/identifying.ts';
import { b, code, join, lines, outside, type Piece, say } from './markup.ts';

/** « Appelez le 15. » and why, as the pathway says it; nothing has been sent. */
export function callText(call: string, sentence: string | undefined): Piece {
  return say`${b(`Appelez le ${call}.`)} ${sentence ?? 'Un avis ne convient pas à une urgence.'} Rien n’a été envoyé.`;
}

/** At the very answer. */
export function heldText({ title, label, doubt, first }: Extract<FormNews, { what: 'held' }>): Piece {
  if (doubt.why === 'urgent')
    return lines(
      callText(doubt.call, doubt.say),
      say`Ce n’est pas urgent : ${code('non urgent')}, et je continue.`,
      say`Sinon ${code('retour')} pour récrire la réponse, ${code('abandonner')} pour arrêter.`,
    );
  return lines(
    first ? say`${b(title)}` : undefined,
    say`${b(label)} — ${namedText(doubt)} Rien n’a été envoyé.`,
    say`Récrivez sans, par exemple « patiente de 76 ans » : qui prendra la demande saura qui c’est.`,
    say`Cela ne désigne personne : ${code('garder')}.`,
  );
}

/** Above a question that could not keep what was said. */
export function doubtText(doubt: Doubt): Piece {
  return doubt.why === 'urgent' ? callText(doubt.call, doubt.say) : namedText(doubt);
}

/** What stands in the way of sending, then the ways out; nothing when nothing does. */
export function doubtsText(doubts: { n: number; doubt: Doubt }[]): Piece[] {
  const urgent = doubts.filter(({ doubt }) => doubt.why === 'urgent').map(({ n }) => String(n));
  const [call] = doubts.flatMap(({ doubt }) => (doubt.why === 'urgent' ? [doubt] : []));
  return [
    ...(call ? [callText(call.call, call.say)] : []),
    ...(call ? [say`Réponse ${urgent.join(', ')} : si ce n’est pas urgent, ${code('non urgent')}.`] : []),
    ...doubts.flatMap(({ n, doubt }) => (doubt.why === 'named' ? [say`Réponse ${n} : ${namedText(doubt)}`] : [])),
  ];
}

/** The ways out of a summary that is doubted. */
export function waysOut(doubts: { n: number; doubt: Doubt }[]): Piece {
  const numbers = doubts.map(({ n }) => code(String(n)));
  return doubts.some(({ doubt }) => doubt.why === 'named')
    ? say`${join(numbers, ', ')} pour corriger, ${code('envoyer quand même')} si cela ne désigne personne, ${code('abandonner')} pour ne rien envoyer.`
    : say`${join(numbers, ', ')} pour corriger, ${code('abandonner')} pour ne rien envoyer.`;
}

/** `signs` of a refusal: what a line would have told the group. */
export function groupWouldRead(signs: readonly string[]): Piece {
  return lines(
    say`${b(`Tout le groupe lirait ${joined(signs.map((sign) => NAMES[sign as Sign]))}.`)} Rien n’a été envoyé.`,
    say`Récrivez sans, par exemple « patiente de 76 ans » : qui prendra la demande saura qui c’est.`,
  );
}

const NAMES: Record<Sign, string> = {
  name: 'un nom',
  'birth-date': 'une date de naissance',
  nir: 'un numéro de sécurité sociale',
  ipp: 'un numéro de dossier',
  phone: 'un numéro de téléphone',
};

function namedText({ found }: Extract<Doubt, { why: 'named' }>): Piece {
  const signs = found.filter(({ sign }, n) => found.findIndex((one) => one.sign === sign) === n);
  const each = signs.map(({ sign, said }) => say`${NAMES[sign]} (« ${outside(said, { max: 40 })} »)`);
  return say`tout le groupe lirait ${join(each, ', ')}.`;
}

function joined(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} et ${words.at(-1) ?? ''}`;
}
