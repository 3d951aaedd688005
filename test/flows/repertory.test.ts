/** `ligne`, `doc`, `prevention`, `actions`: what a territory keeps at hand. */
import { expect, it } from 'vitest';
import { demoRepertory } from '../../cli/demo-data.ts';
import { openWard, type Ward } from './stage.ts';

const open = (start?: [number, number, number, number, number]): Promise<Ward> =>
  openWard({ repertory: demoRepertory(), ...(start && { start }) });

async function said(ward: Ward, words: string): Promise<string> {
  await ward.types('mt', words);
  return ward.bodies('mt').at(-1) ?? '';
}

it.each([
  ['ligne geriatrie', 'Gériatrie, ligne directe médecins — 03 53 01 03 01'],
  ['Tel chir', 'Chirurgie orthopédique'],
  ['ligne SAS', '15, jour et nuit'],
  ['doc médicaments', 'Conciliation médicamenteuse'],
  ['protocole de hanche', 'à revoir depuis le 01/09/2026'],
  ['prevention diabète', 'Maison du diabète'],
  ['apa', 'Sport sur ordonnance'],
  ['actions post-partum', 'Sortie de maternité'],
])('%s', async (words, expected) => {
  const ward = await open([2026, 11, 23, 10, 0]);
  expect(await said(ward, words)).toContain(expected);
  expect((ward.bodies('mt').at(-1) ?? '').split('\n').length).toBeLessThanOrEqual(8);
  await ward.close();
});

it('says whether somebody answers now, lunch, week-ends and public holidays included', async () => {
  const noon = await open([2026, 11, 23, 13, 0]);
  expect(await said(noon, 'ligne ortho')).toContain('fermé, rouvre lundi 23 novembre à 14h');
  await noon.close();
  const holiday = await open([2026, 11, 11, 10, 0]);
  expect(await said(holiday, 'ligne geriatrie')).toContain('fermé, rouvre jeudi 12 novembre à 9h');
  await holiday.close();
  const open1 = await open([2026, 11, 23, 10, 0]);
  expect(await said(open1, 'ligne geriatrie')).toContain('ouvert jusqu’au lundi 23 novembre à 18h');
  await open1.close();
});

it('what is not there is said, with whom to ask; a long list has its « suite »', async () => {
  const ward = await open();
  expect(await said(ward, 'ligne cosmonaute')).toContain('Rien pour « cosmonaute »');
  expect(await said(ward, 'actions')).not.toContain('suite');
  await ward.close();
  const many = Array.from({ length: 5 }, (_, n) => ({
    kind: 'prevention' as const,
    title: `Atelier ${n}`,
    what: undefined,
    town: undefined,
    contact: undefined,
    words: [],
  }));
  const long = await openWard({ repertory: many });
  expect(await said(long, 'prevention atelier')).toContain('Et 2 de plus');
  expect(await said(long, 'suite')).toContain('Atelier 4');
  await long.close();
});
