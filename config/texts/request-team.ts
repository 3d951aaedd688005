/** What the équipe reads of a request in the patient's room, when an event of the stay has opened it. */
import type { RequestNews } from '../../care/request/news.ts';
import { lines, type Piece, say } from './markup.ts';
import { answers, by, free, headed, who } from './request-words.ts';

/** Beside the patient's other news: what the event has set off, and what came of it. */
export function toTeam(n: RequestNews): Piece {
  switch (n.step) {
    case 'asked':
      return say`${headed(n)} : demandé.`;
    case 'taken':
    case 'joined':
      return say`${headed(n)} : pris en charge par ${who(n)}.`;
    case 'given-back':
    case 'released':
      return say`${headed(n)} : de nouveau à prendre.`;
    case 'stage-done':
    case 'answered':
    case 'replied':
      return lines(
        say`${headed(n)}${n.taker ? ` — ${n.taker}` : ''}`,
        n.outcome ? say`${n.outcome}.` : undefined,
        ...answers(n),
      );
    case 'refused':
      return say`${headed(n)} : décliné${by(n)}. ${free(n)}`;
    case 'all-declined':
      return lines(
        say`${headed(n)} : personne ne peut le prendre, tous l’ont dit. Rien n’est en cours.`,
        n.text === undefined ? undefined : free(n),
      );
    case 'redirected':
      return say`${headed(n)} : réorienté vers ${n.other?.name ?? 'un autre groupe'} (${n.other?.code ?? ''}). ${free(n)}`;
    case 'expired':
      return say`${headed(n)} : personne ne l’a pris à temps.`;
    default:
      return say`${headed(n)} : arrêté.`;
  }
}
