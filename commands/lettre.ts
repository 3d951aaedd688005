import { fold } from '../config/texts/fold.ts';
import { letterNoted } from '../config/texts/documents.ts';
import { refuse } from '../care/relay/refusal.ts';
import { decideLetterReceived } from '../care/stay/letter.ts';
import type { Command } from './command.ts';

/** Closes the hospital's question by hand: the letter came by another way than ours. */
export const lettre: Command<{ by: string }> = {
  word: 'lettre',
  also: ['lettre de liaison'],
  summary: 'Noter que la lettre de liaison est arrivée',
  example: 'lettre reçue',
  may: (person) =>
    ['medecin-traitant', 'medecin', 'infirmier', 'pharmacien', 'coordinateur', 'secretariat'].includes(person.role),
  async run({ person, room }, args) {
    if (room.kind !== 'patient') return { refusal: refuse('only-in-patient-room') };
    if (!/^recue?s?\b/.test(fold(args))) return { refusal: refuse('letter-how') };
    const { name: by } = person;
    return { act: (ports, now) => decideLetterReceived(ports, room.subject, person, now, ports.reply({ by })) };
  },
  say: ({ by }) => letterNoted(by),
};
