import type { Line } from '../care/people/repertory.ts';
import { openStretches } from '../care/request/calendar.ts';
import { sayDateTime } from '../config/texts/dates.ts';
import { b, outside, type Piece, say } from '../config/texts/markup.ts';
import { lookUp } from './repertory-words.ts';

export const ligne = lookUp('line', {
  word: 'ligne',
  also: ['lignes', 'telephone', 'tel', 'direct', 'appeler'],
  summary: 'Lignes directes des services, avec leurs horaires',
  example: 'ligne geriatrie',
  each: (line, now) => [
    say`${b(outside(line.service))} — ${b(outside(line.phone))}, ${openNow(line, now)}`,
    ...(line.purpose ? [say`  ${outside(line.purpose, { max: 120 })}`] : []),
  ],
});

/** « ouvert », or when it opens again: public holidays closed. */
function openNow({ opening }: Line, now: number): Piece {
  if (!opening) return say`jour et nuit`;
  for (const { from, to } of openStretches({ clock: 'opening-hours', opening, holidays: 'france' }, now))
    return from <= now ? say`ouvert jusqu’au ${sayDateTime(to, now)}` : say`fermé, rouvre ${sayDateTime(from, now)}`;
  return say``;
}
