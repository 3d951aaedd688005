import { decideOffer, decideWithdraw } from '../care/request/offering.ts';
import type { BookingNews } from '../care/request/slot-decision.ts';
import { refuse } from '../care/relay/refusal.ts';
import type { Person } from '../care/people/person.ts';
import { placesLeft, type Slot, type SlotFile } from '../care/request/slot.ts';
import { readWhen, sayDateTime } from '../config/texts/dates.ts';
import { fold } from '../config/texts/fold.ts';
import { b, code, lines, outside, type Piece, say } from '../config/texts/markup.ts';
import type { Command, CommandContext, CommandEnd } from './command.ts';
import { listSlots } from './snp.ts';
import { sayBooking } from './reserver.ts';

type Mine = { mine: { slot: Slot; left: number }[] };

/** Roles that receive patients: what `creneau ajouter` offers when no specialty is said. */
const SPECIALTY: Partial<Record<Person['role'], string>> = {
  'medecin-traitant': 'médecine générale',
  medecin: 'médecine générale',
  infirmier: 'infirmier',
  'sage-femme': 'sage-femme',
  kinesitherapeute: 'kinésithérapeute',
  'chirurgien-dentiste': 'dentaire',
  pharmacien: 'pharmacie',
};

export const creneau: Command<Mine | BookingNews> = {
  word: 'creneau',
  also: ['mes creneaux'],
  summary: 'Proposer ou retirer un créneau, voir les vôtres',
  example: 'creneau ajouter demain 14h-16h 3 places',
  may: () => true,
  async run(context, args) {
    const [first = '', ...rest] = args.split(/\s+/);
    switch (fold(first)) {
      case '':
      case 'mes':
        return { answer: { mine: (await context.mySlots()).map((file) => line(file, context.now)) } };
      case 'ajouter':
      case 'proposer':
      case 'ajoute':
        return offer(context, rest.join(' '));
      case 'retirer':
      case 'supprimer':
      case 'retire':
        return withdraw(context, rest.join(' '));
      default:
        // « creneau cardio demain »: who types it wants one.
        return { ...((await listSlots(context, args, 0)) as CommandEnd<never>), as: 'snp' };
    }
  },
  say: (result, now) => ('mine' in result ? sayMine(result, now) : sayBooking(result, now)),
};

function line(file: SlotFile, now: number): { slot: Slot; left: number } {
  return { slot: file.slot, left: placesLeft(file, now) };
}

/** `demain 14h-16h 3 places dermato à la maison de santé de Caudry` */
function offer({ person, now }: CommandContext, typed: string): CommandEnd<never> {
  const places = /\b(\d{1,2})\s*places?\b/i.exec(typed);
  const when = readWhen(typed.replace(places?.[0] ?? '', ' ').slice(0, 200), now);
  if (!when || 'ambiguous' in when) return { refusal: refuse('slot-unclear', { when: when?.ambiguous ?? [] }) };
  // A day is no time to come: somebody must know the hour.
  if (when.to - when.from > 12 * 3_600_000) return { refusal: refuse('slot-unclear', { when: [] }) };
  const [, said = '', place] = /^(.*?)(?:(?:^|\s)(?:à|a|au|aux|chez|lieu)\s+(.*))?$/isu.exec(when.rest.trim()) ?? [];
  const slot: Omit<Slot, 'id'> = {
    offeredBy: person.name,
    person: person.id,
    specialty: said.trim().slice(0, 60) || (SPECIALTY[person.role] ?? 'consultation'),
    place: place?.trim().slice(0, 120) ?? person.cabinet ?? 'à son cabinet',
    start: when.from,
    end: when.to,
    places: Math.max(1, Number(places?.[1] ?? 1)),
    territory: person.territory,
  };
  return { act: ({ reply, ...ports }, at) => decideOffer(ports, slot, person, at, reply) };
}

function withdraw({ person }: CommandContext, typed: string): CommandEnd<never> {
  const id = /^s[\s-]?([0-9a-z]{4,5})$/i.exec(typed.trim())?.[1];
  if (id === undefined) return { refusal: refuse('unknown-slot', { id: typed.trim().slice(0, 20) }) };
  return { act: ({ reply, ...ports }, at) => decideWithdraw(ports, `S-${id.toUpperCase()}`, person, at, reply) };
}

function sayMine({ mine }: Mine, now: number): Piece {
  if (mine.length === 0) return say`Vous ne proposez aucun créneau. Par exemple : ${code(`!${creneau.example}`)}`;
  return lines(
    say`Vos créneaux : ${mine.length}`,
    ...mine
      .slice(0, 6)
      .map(
        ({ slot, left }) =>
          say`• ${slot.id.startsWith('S-') ? say`${b(slot.id)} ` : undefined}${sayDateTime(slot.start, now)}, ${outside(slot.specialty)} : ${slot.places - left} réservée(s) sur ${slot.places}`,
      ),
  );
}
