import type { Resource } from '../care/people/repertory.ts';
import { b, join, outside, type Piece, say } from '../config/texts/markup.ts';
import { lookUp } from './repertory-words.ts';

export const actions = lookUp('action', {
  word: 'actions',
  also: ['action', 'fiche action', 'fiches'],
  summary: 'Actions et parcours du territoire, et qui les porte',
  example: 'actions maternite',
  each: sayResource,
});

/** One resource: what it is, then whom to call. */
export function sayResource({ title, what, town, contact }: Resource): Piece[] {
  const where = [town, contact].filter((part) => part !== undefined);
  return [
    join([say`${b(outside(title, { max: 120 }))}`, ...where.map((part) => say`${outside(part)}`)], ', '),
    ...(what ? [say`  ${outside(what, { max: 120 })}`] : []),
  ];
}
