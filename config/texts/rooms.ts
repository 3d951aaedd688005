/** The rooms themselves: who enters, what ends, what cannot be read, and what the coordination must see to. */
import type { RoomTrouble } from '../../care/relay/room-trouble.ts';
import { b, code, lines, outside, type Piece, say } from './markup.ts';

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
