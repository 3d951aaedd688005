import { parisDay } from '../care/relay/civil-time.ts';
import { decideBook, decideRelease } from '../care/request/booking.ts';
import type { BookingNews } from '../care/request/slot-decision.ts';
import { readWhen, sayDateTime } from '../config/texts/dates.ts';
import { b, code, lines, outside, type Piece, say } from '../config/texts/markup.ts';
import type { Command, CommandEnd } from './command.ts';
import { holdShown, listSlots, type ShownSlots } from './snp.ts';

const CODE = /^c[\s-]?([0-9a-z]{4,5})(?=\s|$|[:,.])[:,.]?\s*/i;

export const reserver: Command<BookingNews> = {
  word: 'reserver',
  also: ['reservation', 'reserve', 'je reserve', 'prendre rendez-vous', 'rdv'],
  summary: 'Réserver un créneau',
  example: 'reserver 2',
  may: () => true,
  async run(context, args) {
    const { person, shown } = context;
    const typed = CODE.exec(args);
    const number = /^(?:n°?\s*)?(\d{1,2})$/.exec(args)?.[1];
    if (number !== undefined && shown?.word === 'snp')
      return holdShown(shown.kept as ShownSlots, Number(number), context);
    if (typed || args === '')
      return book(person, typed?.[1] && `C-${typed[1].toUpperCase()}`, args.slice(typed?.[0].length ?? 0));
    // « reserver demain dentaire »: the list first, a number next.
    if (readWhen(args, context.now))
      return { ...((await listSlots(context, args, 0)) as CommandEnd<never>), as: 'snp' };
    return book(person, undefined, args);
  },
  async follow({ person }, _kept: unknown, said) {
    if (!('yes' in said)) return { refusal: { code: 'nothing-to-follow', data: {} } };
    if (said.yes) return book(person, undefined, said.words);
    return { act: ({ reply, ...ports }, now) => decideRelease(ports, undefined, person, now, reply) };
  },
  say: (news, now) => sayBooking(news, now),
};

function book(
  person: Parameters<typeof decideBook>[3],
  bookingCode: string | undefined,
  note: string,
): CommandEnd<never> {
  const word = note.trim().slice(0, 500);
  return { act: ({ reply, ...ports }, now) => decideBook(ports, bookingCode, word, person, now, reply) };
}

/** What is told of a slot or of a place in it, to whom it concerns. */
export function sayBooking({ step, to, slot, code: booking, who, note, until }: BookingNews, now: number): Piece {
  const when = sayDateTime(slot.start, now);
  const where = say`${b(when)} — ${outside(slot.offeredBy)}, ${outside(slot.place)}`;
  const phone = slot.phone ? say` Téléphone : ${b(slot.phone)}.` : undefined;
  const mine = to === 'asker';
  const ref = booking ?? '';
  switch (step) {
    case 'offered':
      return lines(
        say`Créneau ${b(slot.id)} proposé : ${b(when)}, ${outside(slot.specialty)}, ${outside(slot.place)}, ${slot.places === 1 ? '1 place' : `${slot.places} places`}.`,
        say`Pour le retirer : ${code(`!creneau retirer ${slot.id}`)}`,
      );
    case 'held':
      return lines(
        say`Place gardée pour vous jusqu’à ${sayDateTime(until ?? now, now)} : ${where}.`,
        say`${code('oui')} pour réserver (ajoutez un mot pour le confrère, sans nommer le patient), ${code('non')} pour la rendre.`,
      );
    case 'booked':
      if (to === 'both')
        return lines(
          say`Rendez-vous ${b(ref)} : ${where}.`,
          note ? say`« ${outside(note, { max: 500 })} »` : undefined,
          say`Dites ici, et ici seulement, de quel patient il s’agit.`,
        );
      if (mine)
        return lines(
          say`Réservé, ${b(ref)} : ${where}.${phone}`,
          slot.person ? say`Dites qui est le patient dans le salon ${b(ref)}.` : undefined,
          say`Pour annuler : ${code(`!annuler ${ref}`)}`,
        );
      return lines(
        say`${outside(who ?? '')} réserve une place : ${b(when)}, ${outside(slot.place)} (${b(ref)}).`,
        note ? say`« ${outside(note, { max: 500 })} »` : undefined,
      );
    case 'released':
      return mine
        ? say`${b(ref)} : place rendue (${when}).`
        : say`${outside(who ?? '')} a annulé ${b(ref)} : la place de ${b(when)} est libre.`;
    case 'expired':
      return say`Vous n’avez pas confirmé : la place de ${b(when)} est rendue.`;
    case 'withdrawn':
      return mine
        ? say`${b('Rendez-vous annulé')} par ${outside(slot.offeredBy)} : ${b(when)}, ${outside(slot.place)} (${b(ref)}). Prévenez votre patient ; ${code('!snp')} pour en trouver un autre.`
        : say`Créneau ${b(slot.id)} retiré ; ceux qui avaient réservé sont prévenus.`;
    case 'reminded':
      return mine
        ? say`${dayOf(slot.start, now)} : rendez-vous ${b(ref)}, ${where}.${phone}`
        : say`${dayOf(slot.start, now)} : ${b(when)}, ${outside(slot.place)}, réservé par ${outside(who ?? '')} (${b(ref)}).`;
    case 'closing':
      return say`${b(ref)} est passé : ce salon se ferme, je le quitte. Ce qui y est écrit reste lisible par vous.`;
    default:
      return step satisfies never;
  }
}

/** As it is read: what should have been said the evening before may come in the morning. */
function dayOf(start: number, now: number): string {
  if (parisDay(start) === parisDay(now)) return 'Aujourd’hui';
  return parisDay(start) === parisDay(now, 1) ? 'Demain' : 'Rappel';
}
