import { DAY } from '../care/relay/civil-time.ts';
import type { Slot } from '../care/request/slot.ts';
import { readWhen, sayDateTime } from '../config/texts/dates.ts';
import { b, code, lines, outside, say } from '../config/texts/markup.ts';
import type { Command } from './command.ts';

type Free = { slots: Slot[]; total: number; when: string; specialty: string | undefined } | { unclear: string[] };

const SHOWN = 6;
/** Nobody says a moment in more; reading it takes the square of its words, and everybody would wait for it. */
const LONGEST = 200;

export const snp: Command<Free> = {
  word: 'snp',
  also: ['creneau', 'creneaux', 'soins non programmes'],
  summary: 'Créneaux de soins non programmés',
  example: 'snp demain dentaire',
  may: () => true,
  async run({ slots, now }, typed) {
    const args = typed.slice(0, LONGEST);
    const read = readWhen(args, now);
    if (read && 'ambiguous' in read) return { answer: { unclear: read.ambiguous } };
    // Nothing said of the time: from now to the end of the SNP target, 48 h (FACTS §6).
    const when = read ?? { from: now, to: now + 2 * DAY, said: 'dans les 48 h', rest: args };
    const specialty = when.rest.trim() || undefined;
    const free = await slots.free(Math.max(when.from, now), when.to, specialty);
    return { answer: { slots: free.slice(0, SHOWN), total: free.length, when: when.said, specialty } };
  },
  say(result, now) {
    if ('unclear' in result)
      return say`Quel jour ? ${result.unclear.join(' ou ')}. Par exemple : ${code('!snp demain matin')}`;
    const { slots, total, when, specialty } = result;
    const what = specialty ? say`, ${outside(specialty)}` : undefined;
    if (slots.length === 0)
      return say`${b(when)}${what} : aucun créneau libre. Essayez un autre jour, ou le 15 si c’est urgent.`;
    return lines(
      say`${b(when)}${what} : ${total === 1 ? '1 créneau' : `${total} créneaux`}`,
      ...slots.map(
        (slot) =>
          say`• ${sayDateTime(slot.start, now)} — ${outside(slot.offeredBy)}, ${outside(slot.place)}${slot.phone ? say`, ${b(slot.phone)}` : undefined} ${slot.places > 1 ? ` (${slot.places} places)` : ''}`,
      ),
      total > slots.length ? say`Et ${total - slots.length} de plus : précisez l’heure ou la spécialité.` : undefined,
    );
  },
};
