/** What is said in the request room: only asker and takers read it, so identity, files and answers are here. */
import type { RequestNews } from '../../care/request/news.ts';
import { patientName } from './stays.ts';
import { b, code, lines, outside, type Piece, say } from './markup.ts';
import { answers, before, by, free, from, headed, nextStage, who } from './request-words.ts';

/** @returns undefined for a step that is said there as in the group */
export function inRoom(n: RequestNews, now: number): Piece | undefined {
  switch (n.step) {
    case 'taken':
    case 'joined':
      return lines(
        headed(n),
        n.step === 'taken'
          ? say`Demandé par ${from(n)}, pris en charge par ${who(n)}.`
          : say`Demandé par ${from(n)}. ${who(n)} participe.`,
        n.redirected
          ? say`Réorientée par ${n.redirected.by} (${n.redirected.code}). ${outside(n.redirected.text, { max: 2000, multiline: true })}`
          : undefined,
        n.patient ? say`Patient : ${patientName(n.patient)}.` : undefined,
        ...answers(n),
        before(n, now),
        n.patient || !n.asker || n.apart
          ? undefined
          : say`${n.asker} : l’identité du patient et les documents, c’est ici.`,
        say`${who(n)} : ${code(howToAnswer(n))} pour répondre, ${code('!complement …')} pour demander une précision, ${code('!rendre')} pour rendre la demande.`,
      );
    case 'info-requested':
      return n.apart
        ? say`Votre question est transmise.`
        : lines(
            say`${who(n)} demande une précision : ${free(n)}`,
            say`${from(n)} : répondez ici, le délai reprend ensuite.`,
          );
    case 'info-given':
      return lines(say`Précision donnée par ${from(n)}. Le délai reprend.`, n.text === undefined ? undefined : free(n));
    case 'replied':
      return lines(say`${b(`Avis sur ${n.code}`)} — ${who(n)}`, ...bare(n));
    case 'stage-done':
      return lines(
        say`${b(n.title)} : ${n.stage?.done ?? 'fait'}${n.taker ? ` — ${n.taker}` : ''}`,
        n.outcome ? say`${n.outcome}.` : undefined,
        ...answers(n),
        nextStage(n, now),
      );
    case 'answered':
      if (n.together) return say`${b(n.code)} : Les avis sont recueillis. Ce salon reste ouvert quelques jours.`;
      return lines(
        say`${b(`Réponse à ${n.code}`)} — ${who(n)}`,
        n.outcome ? say`${n.outcome}.` : undefined,
        // With a text: decided before answers had forms; what it shows is the question.
        ...(n.text === undefined ? bare(n) : [outside(n.text, { max: 8000, multiline: true })]),
      );
    case 'refused':
      return say`Demande déclinée${by(n)}. ${free(n)}`;
    case 'redirected':
      return say`Demande réorientée vers ${n.other?.name ?? 'un autre groupe'}, sous le code ${b(n.other?.code ?? '')}. ${free(n)}`;
    case 'silenced':
      return say`Demande arrêtée : il n’y a plus rien à faire.`;
    case 'cancelled':
      return say`${b(n.code)} : demande annulée par ${from(n)}.`;
    case 'closed':
      return say`${b(n.code)} : demande close, ce salon aussi. Ce qui a été dit reste lisible ici.`;
    case 'reminded':
    case 'escalated':
    case 'asked':
    case 'given-back':
    case 'released':
    case 'handed-over':
    case 'expired':
      return undefined;
    default:
      return n.step satisfies never;
  }
}

/** A single answer needs no label. */
function bare(n: RequestNews): Piece[] {
  const [only, ...more] = n.shown;
  if (only && more.length === 0 && typeof only.value === 'string')
    return [outside(only.value, { max: 8000, multiline: true })];
  return answers(n);
}

function howToAnswer(n: RequestNews): string {
  if (n.inSteps) return '!repondre';
  const words = n.outcomes ?? [];
  return words.length > 0 ? `!repondre ${words.join('|')} …` : '!repondre …';
}
