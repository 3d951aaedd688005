/** Files of somebody who is not named: what cannot be sent without saying who they are. */
import { code, lines, outside, type Piece, say } from './markup.ts';

/** Before it is sent, to who sends it. */
export function fileTellsWho(): Piece {
  return say`Ce fichier peut dire qui vous êtes (auteur, lieu, appareil). Envoyez une photo JPEG ou PNG, ou une capture d’écran : j’en retire ces mentions.`;
}

/** At sending. @param mayBeNamed the form asks whether they want to be */
export function filesTellWho(mayBeNamed: boolean): Piece {
  return lines(
    say`Un fichier peut dire qui vous êtes (auteur, lieu, appareil). Rien n’a été envoyé.`,
    say`Son numéro pour le remplacer par une photo JPEG ou PNG, ou une capture d’écran${mayBeNamed ? ' ; celui de « Anonyme » pour donner votre nom' : ''}.`,
  );
}

/** In the request room, in the place of the file. @param name as the request calls it */
export function fileNotPassedOn(name: string): Piece {
  return say`« ${outside(name)} » n’est pas transmis : je ne peux pas en retirer ce qui dirait qui l’a envoyé. Demandez-en une photo ou une capture d’écran : ${code('!complement …')}`;
}
