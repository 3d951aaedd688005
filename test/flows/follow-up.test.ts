/** « suite » and « 2 », after a list: what a doctor types with one thumb. */
import { expect, it } from 'vitest';
import { demoDirectory } from '../../cli/demo-data.ts';
import { openWard, paris } from './stage.ts';

it('goes on with the list, then shows one entry whole', async () => {
  const ward = await openWard({ directory: await demoDirectory() });
  await ward.types('mt', 'annuaire cambrai');
  const first = ward.bodies('mt').at(-1) ?? '';
  expect(first).toMatch(/1\. .*\n2\. .*\n3\. .*\n4\. /);
  expect(first).toContain('suite');
  await ward.types('mt', 'Suite');
  const second = ward.bodies('mt').at(-1) ?? '';
  expect(second).toContain('5. ');
  expect(second).not.toContain('1. ');
  await ward.types('mt', '2');
  const name = /2\. (?:\*\*)?([^,]+),/.exec(first)?.[1] ?? '?';
  expect(ward.bodies('mt').at(-1)).toContain(name);
  expect(ward.bodies('mt').at(-1)).toMatch(/• .*59\d{3}/);
  await ward.close();
});

it('belongs to one person and one room, and is forgotten after half an hour', async () => {
  const ward = await openWard({ directory: await demoDirectory(), start: [2026, 1, 12, 9, 5] });
  await ward.types('mt', 'annuaire cambrai');
  await ward.types('idel', 'suite');
  expect(ward.bodies('idel').at(-1)).toContain('refaites votre recherche');
  await ward.until(paris(2026, 1, 12, 9, 36));
  await ward.types('mt', '2');
  expect(ward.bodies('mt').at(-1)).toContain('refaites votre recherche');
  await ward.close();
});

it('ends by itself', async () => {
  const ward = await openWard({ directory: await demoDirectory() });
  await ward.types('mt', 'annuaire cambrai');
  for (let n = 0; n < 30 && !/C’est tout/.test(ward.bodies('mt').at(-1) ?? ''); n += 1) await ward.types('mt', 'suite');
  expect(ward.bodies('mt').at(-1)).toContain('C’est tout');
  await ward.close();
});
