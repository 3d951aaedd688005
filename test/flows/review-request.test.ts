/** Requests at their edges: nobody waits in silence, and no answer goes to another request. */
import { describe, expect, it } from 'vitest';
import { drainHospital } from '../../bridge/hospital.ts';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import { decideMove } from '../../care/request/case.ts';
import { adt } from '../formats/hl7v2/fixtures.ts';
import { openWard, paris, POLICY, type Ward } from './stage.ts';

const MONDAY: [number, number, number, number, number] = [2026, 11, 23, 9, 0];

async function asked(question = 'ECG douteux, 17 ans'): Promise<{ ward: Ward; code: string }> {
  const ward = await openWard({ start: MONDAY });
  await ward.types('mt', `avis cardio ${question}`);
  return { ward, code: /D-\w{3,4}/.exec(ward.bodies('mt').join('\n'))?.[0] ?? '' };
}

describe('the clock of a request', () => {
  it('does not stop when it is given back after every step is past', async () => {
    const { ward, code } = await asked();
    await ward.types('cardio2', `prendre ${code}`);
    await ward.until(paris(2026, 11, 25, 8, 30)); // the answer is due at 9:00, the taking was a day ago
    await ward.types('cardio2', `rendre ${code}`);
    expect(ward.bodies('backup').at(-1)).toMatch(/^Délai atteint/);
    expect(ward.bodies('backup').at(-1)).toContain('Était à prendre avant');
    await ward.close();
  });

  it('does not stop when it is taken after the answer was due', async () => {
    const { ward, code } = await asked();
    await ward.until(paris(2026, 11, 26, 9));
    await ward.types('cardio2', `prendre ${code}`);
    expect(ward.bodies('coord').at(-1)).toMatch(/^Délai atteint/);
    await ward.close();
  });

  it('tells the backup that was called that it is no longer needed', async () => {
    const { ward, code } = await asked();
    await ward.until(paris(2026, 11, 24, 14));
    expect(ward.bodies('backup').at(-1)).toMatch(/^Délai atteint/);
    await ward.types('cardio2', `prendre ${code}`);
    expect(ward.bodies('backup').at(-1)).toBe(`${code} prise en charge par Dr cardio2.`);
    await ward.close();
  });
});

describe('what is typed', () => {
  it('takes an answer that begins like a code as an answer', async () => {
    const { ward, code } = await asked();
    await ward.types('cardio2', `prendre ${code}`);
    await ward.types('cardio2', 'repondre Dose à réduire de moitié');
    expect(ward.bodies('mt').some((b) => b.includes('Dose à réduire de moitié'))).toBe(true);
    await ward.close();
  });

  it('refuses what would be cut, before anything is sent', async () => {
    const { ward } = await asked('x'.repeat(2_001));
    expect(ward.bodies('mt').at(-1)).toContain('trop long : 2000 caractères');
    expect(ward.bodies('cardio1')).toHaveLength(0);
    await ward.close();
  });

  it('knows an emergency in the plural', async () => {
    const { ward } = await asked('douleurs thoraciques depuis une heure');
    expect(ward.bodies('mt').at(-1)).toContain('Appelez le 15');
    await ward.types('mt', 'avis cardio troubles anciens, trois syncopes en 2020, pas urgent');
    expect(ward.bodies('mt').at(-1)).toContain('envoyée');
    await ward.close();
  });

  it('says which advice there is when none is named', async () => {
    const ward = await openWard({ start: MONDAY });
    await ward.types('mt', 'avis');
    expect(ward.bodies('mt').at(-1)).toBe('Quel avis ? cardio. Par exemple : !avis cardio votre question');
    await ward.close();
  });
});

describe('at the edges', () => {
  const person = (id: string): Person => ({
    id,
    matrix: `@${id}:test`,
    name: id,
    role: 'specialiste',
    groups: ['avis-cardiologie'],
  });

  it('lets another one take what somebody took who is no longer bound', async () => {
    const { ward, code } = await asked();
    await ward.types('cardio2', `prendre ${code}`);
    const other = person('cardio1');
    const ports = {
      store: ward.store,
      people: peopleFrom([other], [], []),
      ids: { code: () => 'XYZ' },
      pathways: () => [],
    };
    const decided = await decideMove(ports, code, other, { do: 'take' }, ward.now());
    expect('files' in decided && decided.files[0]?.state).toMatchObject({ status: 'taken', taker: 'cardio1' });
    await ward.close();
  });

  it('drains one lane once, when the name of a source begins another', async () => {
    const ward = await openWard();
    const bugs: unknown[] = [];
    const ports = {
      store: ward.store,
      people: peopleFrom([], [], []),
      sealer: ward.sealer,
      ids: { code: () => 'XYZ' },
      ringing: {},
      consequences: async () => undefined,
      closeAfterDays: 30,
      deskOf: () => undefined,
      policyOf: () => POLICY,
      civil: () => ward.now(),
      onBug: (_: string, error: unknown) => bugs.push(error),
    };
    const body = new TextEncoder().encode(adt('A01'));
    const envelope = { source: 'ch-val', lane: 'in:ch-val', key: 'k', digest: 'd', format: 'hl7v2', body } as const;
    await ward.store.inbox.accept([{ ...envelope, receivedAt: ward.now(), onKeyReuse: 'accept-as-new' }]);
    expect(await drainHospital(ports, ['ch', 'ch-val'])).toBe(1);
    expect(bugs).toEqual([]);
    await ward.close();
  });
});
