import { DAY } from '../care/relay/civil-time.ts';
import { decideHold } from '../care/request/booking.ts';
import { noPlace } from '../care/request/slot-decision.ts';
import type { FreeSlot } from '../care/request/slot-search.ts';
import type { Slot } from '../care/request/slot.ts';
import { readWhen, sayDateTime } from '../config/texts/dates.ts';
import { b, code, lines, outside, type Piece, say } from '../config/texts/markup.ts';
import type { Command, CommandContext, CommandEnd } from './command.ts';

type Page = { slots: FreeSlot[]; total: number; when: string; specialty: string | undefined; from: number };
type Free = Page | { unclear: string[] };
/** What « suite » and « 2 » need: the list as it was shown, so that a number means what was read. */
export type ShownSlots = { slots: Slot[]; asked: string; from: number };

const SHOWN = 5;
/** Nobody says a moment in more; reading it takes the square of its words, and everybody would wait for it. */
const LONGEST = 200;

export const snp: Command<Free> = {
  word: 'snp',
  also: ['creneaux', 'soins non programmes'],
  summary: 'Créneaux libres : soins non programmés, consultations, prêts',
  example: 'snp demain dentaire',
  may: () => true,
  run: (context, typed) => listSlots(context, typed, 0),
  async follow(context, kept: ShownSlots, said) {
    if ('next' in said) return listSlots(context, kept.asked, kept.from + SHOWN);
    return 'pick' in said ? holdShown(kept, said.pick, context) : listSlots(context, kept.asked, kept.from);
  },
  say: sayFree,
};

/** One page of the slots that suit what was typed. */
export async function listSlots(context: CommandContext, typed: string, from: number): Promise<CommandEnd<Free>> {
  const { now, freeSlots } = context;
  const asked = typed.slice(0, LONGEST);
  const read = readWhen(asked, now);
  if (read && 'ambiguous' in read) return { answer: { unclear: read.ambiguous } };
  // Nothing said of the time: from now to the end of the SNP target, 48 h (FACTS §6).
  const when = read ?? { from: now, to: now + 2 * DAY, said: 'dans les 48 h', rest: asked };
  const specialty = when.rest.replace(/\bsemi[\s-]?urgente?s?\b/i, '').trim() || undefined;
  const free = await freeSlots({ from: Math.max(when.from, now), to: when.to }, specialty);
  const slots = free.slice(from, from + SHOWN);
  const answer: Page = { slots, total: free.length, when: when.said, specialty, from };
  if (free.length === 0) return { answer, counted: noPlace(specialty, now) };
  return slots.length === 0 ? { answer } : { answer, keep: { slots: slots.map(({ slot }) => slot), asked, from } };
}

/** Keeps a place in the slot that was shown under this number. */
export function holdShown(kept: ShownSlots, pick: number, { person }: CommandContext): CommandEnd<never> {
  const slot = kept.slots[pick - kept.from - 1];
  if (!slot) return { refusal: { code: 'nothing-to-follow', data: {} } };
  // The next « oui » is about this place, and said by the same words wherever it was taken.
  return { act: ({ reply, ...ports }, now) => decideHold(ports, slot, person, now, reply), keep: {}, as: 'reserver' };
}

function sayFree(result: Free, now: number): Piece {
  if ('unclear' in result)
    return say`Quel jour ? ${result.unclear.join(' ou ')}. Par exemple : ${code('!snp demain matin')}`;
  const { slots, total, when, specialty, from } = result;
  const what = specialty ? say`, ${outside(specialty)}` : undefined;
  if (total === 0)
    return say`${b(when)}${what} : aucun créneau libre. Essayez un autre jour, ou le 15 si c’est urgent.`;
  if (slots.length === 0) return say`${b(when)}${what} : c’est tout.`;
  return lines(
    say`${b(when)}${what} : ${total === 1 ? '1 créneau' : `${total} créneaux`}`,
    ...slots.map(({ slot, left }, n) => {
      const phone = slot.phone ? say`, ${b(slot.phone)}` : undefined;
      return say`${`${from + n + 1}.`} ${sayDateTime(slot.start, now)} — ${outside(slot.offeredBy)}, ${outside(slot.place)}${phone}${left > 1 ? ` (${left} places)` : ''}`;
    }),
    say`${total > from + slots.length ? say`Et ${total - from - slots.length} de plus : ${code('suite')}. ` : undefined}Un numéro garde la place.`,
  );
}
