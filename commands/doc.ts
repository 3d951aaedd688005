import { parisDate } from '../care/relay/civil-time.ts';
import { sayBirthDate } from '../config/texts/dates.ts';
import { b, join, outside, say } from '../config/texts/markup.ts';
import { lookUp } from './repertory-words.ts';

export const doc = lookUp('document', {
  word: 'doc',
  also: ['docs', 'document', 'documents', 'protocole', 'protocoles'],
  summary: 'Documents et protocoles, avec leur version',
  example: 'doc conciliation',
  each: ({ title, where, version, reviewed, reviewBy }, now) => {
    const isOld = reviewBy !== undefined && reviewBy < parisDate(now);
    const parts = [
      say`  ${outside(where, { max: 120 })}`,
      version ? say`version ${outside(version)}` : undefined,
      reviewed ? say`revu le ${sayBirthDate(reviewed)}` : undefined,
      isOld ? say`${b('à revoir')} depuis le ${sayBirthDate(reviewBy)}` : undefined,
    ];
    return [say`${b(outside(title, { max: 120 }))}`, join(parts, ', ')];
  },
});
