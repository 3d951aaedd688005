/** What is not done, said to who asked for it: why, and what to do instead. */
import type { Refusal } from '../../care/relay/refusal.ts';
import { filesTellWho } from './anonymous-files.ts';
import { callText, groupWouldRead } from './doubts.ts';
import { followingRefusal } from './following.ts';
import { identityRefusal } from './identity.ts';
import { b, code, lines, outside, type Piece, say } from './markup.ts';
import { roleNamed } from './roles.ts';

/** The domain says no: why, and who may or what to type instead. */
export function refusal({ code: why, data }: Refusal): Piece {
  const s = (key: string): string => String(data[key] ?? '');
  const list = (key: string): string => (Array.isArray(data[key]) ? data[key].join(', ') : s(key));
  switch (why) {
    case 'unknown-person':
      return say`Je ne vous connais pas encore. Demandez à votre coordination de vous inscrire.`;
    case 'may-not-ask':
      return mayNotAsk(s('title'), Array.isArray(data['who']) ? data['who'].map(String) : []);
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
      return lines(callText('15', undefined), say`Si ce n’est pas urgent, ajoutez « non urgent » à votre question.`);
    case 'group-would-read':
      return groupWouldRead(Array.isArray(data['signs']) ? data['signs'] : []);
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
    case 'file-tells-who':
      return filesTellWho(s('may') === 'name');
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
      return say`${s('title')} : fermé à cette heure. ${s('otherwise')}`;
    case 'urgent-call':
      return lines(
        callText(s('call'), s('say') || undefined),
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
    case 'not-the-asker':
    case 'asker-awaited':
    case 'chased-already':
    case 'chase-later':
    case 'statistics-not-yours':
    case 'unknown-period':
      return followingRefusal(why, data);
    case 'not-yet':
      return say`${s('code')} n’a pas encore commencé.`;
    case 'declined-already':
      return say`C’est noté, ${s('code')} ne vous sonne plus. Si vous pouvez finalement : ${code(`!prendre ${s('code')}`)}`;
    case 'nothing-to-decline':
      return say`${s('code')} : y participe qui veut, il n’y a rien à décliner. Pour vous en retirer : ${code(`!rendre ${s('code')}`)}`;
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

/** A command that was typed long before it was heard. */
export function tooOld(): Piece {
  return lines(
    say`Message ancien : je ne le reçois que maintenant, plus de 24 heures après. Je n’exécute pas ce qui date autant, ni celui-ci ni d’autres du même moment.`,
    say`Si c’est toujours utile, renvoyez-le.`,
  );
}

/** @param who roles and participants lists, as the pathway names them */
function mayNotAsk(title: string, who: string[]): Piece {
  const roles = who.flatMap((one) => roleNamed(one) ?? []);
  const lists = who.filter((one) => roleNamed(one) === undefined);
  const open = [
    ...(roles.length > 0 ? [`à certains métiers (${roles.join(', ')})`] : []),
    ...(lists.length > 0 ? [`aux inscrits de la liste ${lists.join(', ')}`] : []),
  ];
  return say`${title} : réservé ${open.join(', ou ')}.${lists.length > 0 ? ' Votre coordination peut vous y ajouter.' : ''}`;
}
