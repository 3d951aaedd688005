/** What the identity desk reads and what the équipes read of its decisions. The desk's sentences name patients; the others nobody. */
import type { DeskNote, PartyView, ProposalNews } from '../../care/identity/news.ts';
import { patientName } from './stays.ts';
import { b, code, join, lines, outside, type Piece, say } from './markup.ts';

function party({ ipp, view, known, stays }: PartyView): Piece {
  const here = !known ? 'inconnu ici' : stays === 1 ? '1 séjour connu ici' : `${stays} séjours connus ici`;
  return say`IPP ${outside(ipp)} — ${patientName(view)} (${here})`;
}

function names(team: readonly string[]): Piece {
  return team.length === 0
    ? say`personne n’est déclaré`
    : join(
        team.map((name) => outside(name)),
        ', ',
      );
}

/** What the hospital asks, and what a confirmation does. */
function asked({ code: id, facility, about }: ProposalNews): Piece {
  const choose = say`Pour accepter : ${code(`!confirmer ${id}`)}. Sinon : ${code(`!refuser ${id} motif`)}`;
  switch (about.do) {
    case 'merge':
      return lines(
        say`${b(id)} — ${outside(facility)} demande de réunir deux dossiers :`,
        say`• à supprimer : ${party(about.from)}`,
        say`• à conserver : ${party(about.to)}`,
        about.to.known
          ? say`Équipe qui lit aujourd’hui le premier : ${names(about.from.team)}. Après confirmation, seule lira l’équipe déclarée du dossier conservé : ${names(about.to.team)}.`
          : say`Le dossier à conserver n’est pas connu ici : après confirmation, le salon du premier continue sous ce numéro. Équipe : ${names(about.to.team.length > 0 ? about.to.team : about.from.team)}.`,
        say`D’ici là rien n’est mélangé, les messages du dossier à supprimer attendent.`,
        choose,
      );
    case 'move':
      return lines(
        say`${b(id)} — ${outside(facility)} demande de rattacher le dossier ${outside(about.number)} à un autre patient :`,
        say`• enregistré pour : ${party(about.from)}`,
        say`• serait celui de : ${party(about.to)}`,
        say`Après confirmation, ce qui en a été dit à ${names(about.from.team)} est retiré, et un résumé va à l’équipe déclarée du second : ${names(about.to.team)}.`,
        say`D’ici là les messages de ce séjour attendent.`,
        choose,
      );
    case 'leave':
      return lines(
        say`${b(id)} — ${outside(about.person)} dit ne pas suivre ${about.patient ? party(about.patient) : 'ce patient'}.`,
        say`Je l’ai sorti(e) du salon ${outside(about.room)} : la suite ne lui est plus lisible.`,
        say`Si c’est exact, corrigez l’équipe déclarée, puis ${code(`!confirmer ${id}`)}. Si c’est une erreur, ${code(`!refuser ${id}`)} : il ou elle est réinvité(e).`,
      );
    default:
      return about satisfies never;
  }
}

const DONE = {
  merge: { confirmed: 'les deux dossiers sont réunis.', refused: 'les deux dossiers restent séparés.' },
  move: { confirmed: 'le séjour est rattaché à l’autre patient.', refused: 'le séjour reste où il est.' },
  leave: { confirmed: 'la personne ne suit plus ce patient.', refused: 'la personne est réinvitée.' },
} as const;

export function proposalNews(news: ProposalNews): Piece {
  const { code: id, step, about, by, why, waiting } = news;
  const waits = waiting === 0 ? undefined : waiting === 1 ? '1 message attend' : `${waiting} messages attendent`;
  switch (step) {
    case 'asked':
      return asked(news);
    case 'reminded':
      return lines(say`${b('Toujours à décider')}${waits ? ` (${waits} votre réponse)` : undefined}.`, asked(news));
    case 'claimed':
      return lines(
        say`${b(id)} — finalement, ${about.do === 'leave' ? outside(about.person) : 'cette personne'} dit suivre ce patient.`,
        asked(news),
      );
    case 'confirmed':
    case 'refused':
      return lines(
        say`${b(id)} ${step === 'confirmed' ? 'confirmé' : 'refusé'} par ${outside(by ?? '')} : ${DONE[about.do][step]}`,
        why ? say`Motif : ${outside(why, { max: 500, multiline: true })}` : undefined,
        waits ? say`Ce qui attendait est repris maintenant.` : undefined,
      );
    default:
      return step satisfies never;
  }
}

/** Something that only the desk can clear up: numbers, no names. */
export function deskNote(note: DeskNote): Piece {
  const held = (envelope: string): Piece =>
    say`Rien n’a été dit à personne. Une fois corrigé à la source, l’exploitation relance : ${code(`relais quarantine replay ${envelope}`)}`;
  switch (note.what) {
    case 'same-number-somebody-else':
      return lines(
        say`${b('Identité à vérifier')} : l’IPP ${outside(note.ipp)} arrive avec un autre nom, une autre date de naissance et un autre sexe que ceux connus ici.`,
        held(note.envelope),
      );
    case 'visit-of-another':
      return lines(
        say`${b('Séjour à vérifier')} : un message de l’IPP ${outside(note.ipp)} porte le numéro d’un séjour connu pour l’IPP ${outside(note.other)}.`,
        held(note.envelope),
      );
    case 'retired-number':
      return lines(
        say`${b('Numéro retiré')} : un message arrive encore sous l’IPP ${outside(note.ipp)}, réuni à un autre ou remplacé.`,
        held(note.envelope),
      );
    case 'stay-not-recognised':
      return lines(
        say`${b('Rattachement à vérifier')} : un dossier${note.number ? say` (${outside(note.number)})` : undefined} change de patient, il venait de l’IPP ${outside(note.ipp)} et je ne peux pas dire lequel de ses séjours c’est.`,
        held(note.envelope),
      );
    case 'unexpected-member':
      return lines(
        say`${b('Présence à vérifier')} : ${outside(note.who)} est entré dans le salon ${outside(note.room)}, qui suit un patient, sans être de son équipe.`,
        say`Les messages à venir ne lui sont pas lisibles.`,
      );
    case 'not-redacted':
      return lines(
        say`${b('Retrait incomplet')} : un message du salon ${outside(note.room)} n’a pas pu être retiré (salon quitté ou inaccessible).`,
        say`Prévenez les personnes qui l’ont lu ; le détail est dans le journal d’audit.`,
      );
    default:
      return note satisfies never;
  }
}

/** For those who read in a room that is corrected: nothing about anybody. */
export function corrected(what: 'withdrawn' | 'withdrawn-and-ends' | 'regrouped-away' | 'regrouped-here'): Piece {
  const withdrawn = say`${b('Correction')} : un message concernait un autre patient, il a été retiré. N’en tenez pas compte.`;
  switch (what) {
    case 'withdrawn':
      return withdrawn;
    case 'withdrawn-and-ends':
      return lines(withdrawn, say`Ce salon n’a plus d’objet : il se termine, je le quitte.`);
    case 'regrouped-away':
      return lines(
        say`${b('Ce salon se termine')} : l’établissement a réuni ce dossier avec un autre.`,
        say`Vous ne suivez plus ce dossier ici. Si vous suivez ce patient, une invitation dans un autre salon vous parvient.`,
      );
    case 'regrouped-here':
      return lines(
        say`${b('Ce salon se termine')} : l’établissement a corrigé ce dossier.`,
        say`La suite est dans un nouveau salon, où vous êtes invité(e).`,
      );
    default:
      return what satisfies never;
  }
}

/** For who said that this is not their patient: their direct room, and no name. */
export function notMine(id: string): Piece {
  return lines(
    say`C’est noté : vous ne suivez pas ce patient, je vous ai sorti(e) de son salon. La cellule d’identitovigilance est prévenue.`,
    say`Si c’est une erreur, écrivez ici : ${code(`mon-patient ${id}`)}`,
  );
}

type Why =
  'unknown-proposal' | 'which-proposal' | 'not-the-desk' | 'already-decided' | 'not-a-patient-room' | 'not-in-team';
type Given = { code: string; word: string; codes: string; what: string; who: string };

export function identityRefusal(why: Why, { code: id, word, codes, what, who }: Given): Piece {
  switch (why) {
    case 'unknown-proposal':
      return say`Je ne trouve pas ${outside(id)}. Vérifiez le code (il ressemble à V-4K7).`;
    case 'which-proposal':
      return codes
        ? say`Laquelle ? ${codes}. Écrivez par exemple ${code(`!${word} ${codes.split(', ')[0] ?? 'V-4K7'}`)}`
        : say`Il me faut le code. Par exemple : ${code(`!${word} V-4K7`)}`;
    case 'not-the-desk':
      return say`${outside(id)} : seule la cellule d’identitovigilance de l’établissement peut décider.`;
    case 'already-decided':
      return say`${outside(id)} : déjà ${what === 'confirmed' ? 'confirmé' : 'refusé'}${who ? ` par ${who}` : ''}.`;
    case 'not-a-patient-room':
      return say`Écrivez ${code('!pas-mon-patient')} dans le salon du patient concerné.`;
    case 'not-in-team':
      return say`Vous n’êtes pas dans l’équipe de ce salon : rien ne change.`;
    default:
      return why satisfies never;
  }
}
