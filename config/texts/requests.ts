/** What is said of a request at each step: to its group, to who asks, in the request room, in the patient's room. */
import type { RequestAudience, RequestNews } from '../../care/request/news.ts';
import { sayDateTime } from './dates.ts';
import { b, code, lines, type Piece, say } from './markup.ts';
import { inRoom } from './request-room.ts';
import { answers, before, by, free, from, headed, nextStage, who } from './request-words.ts';

/** One step, for the audience that reads it. @param now epoch ms UTC */
export function requestNews(audience: RequestAudience, n: RequestNews, now: number): Piece {
  switch (audience) {
    case 'group':
      return toGroup(n, now);
    case 'asker':
      return toAsker(n, now);
    case 'request-room':
      return inRoom(n, now) ?? toGroup(n, now);
    case 'team':
      return toTeam(n);
    case 'escalation':
      return n.step === 'handed-over' ? handedOver(n, now) : late(n, now);
    default:
      return audience satisfies never;
  }
}

function toGroup(n: RequestNews, now: number): Piece {
  switch (n.step) {
    case 'asked':
      return lines(
        say`${headed(n)} — demandé par ${from(n)}`,
        ...answers(n),
        before(n, now),
        n.queued
          ? say`Pour la suivante de la liste : ${code('!suivante')}, ou ${code(`!prendre ${n.code}`)}`
          : say`${n.together ? 'Pour participer' : 'Pour la prendre'} : ${code(`!prendre ${n.code}`)} ou une réaction ✋`,
      );
    case 'taken':
      return say`${b(n.code)} prise en charge par ${who(n)}.`;
    case 'joined':
      return say`${b(n.code)} : ${who(n)} participe.`;
    case 'given-back':
      return n.together
        ? say`${b(n.code)} : un participant s’est retiré.`
        : lines(say`${headed(n)} — de nouveau à prendre`, ...answers(n), before(n, now));
    case 'released':
      return lines(
        say`${headed(n)} — de nouveau à prendre : ${who(n)} n’est plus disponible`,
        ...answers(n),
        before(n, now),
      );
    case 'handed-over':
      return handedOver(n, now);
    case 'replied':
      return say`${b(n.code)} : avis rendu par ${who(n)}.`;
    case 'stage-done':
      return say`${b(n.code)} : ${n.stage?.done ?? 'fait'}${n.taker ? `, par ${n.taker}` : ''}.`;
    case 'answered':
      return n.together ? say`${b(n.code)} : avis rendus.` : say`${b(n.code)} : réponse rendue par ${who(n)}.`;
    case 'refused':
      return say`${b(n.code)} : demande déclinée${by(n)}.`;
    case 'redirected':
      return say`${b(n.code)} : réorientée vers ${n.other?.name ?? 'un autre groupe'}.`;
    case 'cancelled':
      return say`${b(n.code)} : demande annulée par ${from(n)}.`;
    case 'silenced':
      return say`${b(n.code)} : demande arrêtée, il n’y a plus rien à faire.`;
    case 'expired':
      return say`${b(n.code)} : personne ne l’a prise à temps, la demande s’arrête.`;
    case 'reminded':
      return lines(
        say`${n.chased ? (n.chased.by ? `Relance de ${n.chased.by}` : 'Relance du demandeur') : 'Rappel'} : ${headed(n)} ${n.taker ? 'attend votre réponse' : 'attend d’être prise'}.`,
        ...answers(n),
        before(n, now),
      );
    case 'escalated':
      return lines(
        say`${b('Délai atteint')} : ${headed(n)}, demandé par ${from(n)}.`,
        ...answers(n),
        before(n, now),
        // A backup group reads of it here for the first time.
        n.taker
          ? undefined
          : say`${n.together ? 'Pour participer' : 'Pour la prendre'} : ${code(`!prendre ${n.code}`)}`,
      );
    case 'info-requested':
    case 'info-given':
    case 'closed':
      return say`${b(n.code)} : demande close.`;
    default:
      return n.step satisfies never;
  }
}

function toAsker(n: RequestNews, now: number): Piece {
  switch (n.step) {
    case 'asked':
      return lines(
        say`Demande ${b(n.code)} envoyée : ${n.title}.`,
        n.due ? say`Prise en charge attendue avant ${sayDateTime(n.due.at, now)}.` : undefined,
        n.apart ? say`Votre nom n’est pas donné.` : undefined,
        n.consent === false
          ? say`Pour l’annuler : ${code(`annuler ${n.code}`)}`
          : say`Accord du patient noté à votre nom. Pour l’annuler : ${code(`annuler ${n.code}`)}`,
      );
    case 'taken':
      return n.apart
        ? say`${b(n.code)} : ${who(n)} prend votre demande, sans savoir qui l’envoie.`
        : say`${b(n.code)} : ${who(n)} prend votre demande. Un salon chiffré s’ouvre pour vous deux.`;
    case 'joined':
      return say`${b(n.code)} : ${who(n)} participe.`;
    case 'given-back':
      return say`${b(n.code)} : la demande est remise au groupe, vous êtes prévenu(e) dès qu’elle est reprise.`;
    case 'released':
      return say`${b(n.code)} : ${who(n)} n’est plus disponible. La demande est remise au groupe, le délai court toujours.`;
    case 'info-requested':
      return n.apart
        ? lines(
            say`${b(n.code)} : ${who(n)} demande une précision : ${free(n)}`,
            say`Répondez ici : ${code(`repondre ${n.code} …`)}. Votre nom n’est pas donné.`,
          )
        : say`${b(n.code)} : ${who(n)} vous demande une précision, dans le salon ${n.code}. Le délai est suspendu.`;
    case 'replied':
      return say`${b(n.code)} : ${who(n)} a donné son avis. Quand cela suffit : ${code(`cloturer ${n.code}`)}`;
    case 'stage-done':
      return lines(
        say`${b(n.code)} ${n.title} : ${n.stage?.done ?? 'fait'}${n.taker ? `, par ${n.taker}` : ''}.`,
        n.outcome ? say`${n.outcome}.` : undefined,
        ...answers(n),
        nextStage(n, now),
      );
    case 'answered':
      if (n.together) return say`${b(n.code)} : les avis sont recueillis, dans le salon ${n.code}.`;
      return lines(
        n.apart
          ? say`${b(n.code)} : ${who(n)} a répondu.`
          : say`${b(n.code)} : ${who(n)} a répondu, dans le salon ${n.code}.`,
        n.apart && n.outcome ? say`${n.outcome}.` : undefined,
        ...answers(n),
      );
    case 'refused':
      return lines(
        say`${b(n.code)} : demande déclinée${by(n)}. ${free(n)}`,
        say`Rien n’est en cours : vous pouvez demander autrement.`,
      );
    case 'redirected':
      return say`${b(n.code)} : réorientée vers ${n.other?.name ?? 'un autre groupe'}, sous le code ${b(n.other?.code ?? '')}. ${free(n)}`;
    case 'expired':
      return say`${b(n.code)} : personne n’a pu la prendre à temps, la demande s’arrête. Voyez autrement : rien n’est en cours.`;
    case 'silenced':
      return say`${b(n.code)} : demande arrêtée, il n’y a plus rien à faire. La raison est dans le salon du patient.`;
    case 'cancelled':
      return say`${b(n.code)} : demande annulée par ${from(n)}.`;
    case 'handed-over':
    case 'info-given':
    case 'closed':
    case 'reminded':
    case 'escalated':
      return say`${b(n.code)} : demande close.`;
    default:
      return n.step satisfies never;
  }
}

/** Beside the patient's other news: what the event has set off, and what came of it. */
function toTeam(n: RequestNews): Piece {
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
    case 'redirected':
      return say`${headed(n)} : réorienté vers ${n.other?.name ?? 'un autre groupe'} (${n.other?.code ?? ''}). ${free(n)}`;
    case 'expired':
      return say`${headed(n)} : personne ne l’a pris à temps.`;
    default:
      return say`${headed(n)} : arrêté.`;
  }
}

function late(n: RequestNews, now: number): Piece {
  return lines(
    say`${b('Délai atteint')} : ${headed(n)}.`,
    say`Demandée par ${from(n)} le ${sayDateTime(n.askedAt, now)}${n.taker ? `, prise en charge par ${n.taker}` : ', personne ne l’a encore prise'}.`,
    before(n, now),
  );
}

function handedOver(n: RequestNews, now: number): Piece {
  return lines(
    say`${headed(n)} : ${who(n)} demande à ${n.other?.name ?? 'un confrère'} de prendre la suite.`,
    before(n, now),
    say`${n.other?.name ?? ''} : ${code(`!prendre ${n.code}`)}. D’ici là, ${who(n)} garde la demande.`,
  );
}
