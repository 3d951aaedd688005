/** `ring: { opening }` of a pathway: outside these hours the first notice is read and rings nobody, until they open. */
import { expect, test } from 'vitest';
import { PATHWAY, played } from '../cli/small-scenario.ts';

const HOURS = '{ opening: [{ days: [lun, mar, mer, jeu, ven, sam], hours: ["08:00-20:00"] }] }';
const pathway = (sla: string): string => `${PATHWAY}sla: { clock: working-days, take: { within: 24h }, ${sla} }\n`;
const ASKED = "says: ['fauteuil Retour']";

async function failures(sla: string, steps: string[]): Promise<string> {
  const { code, lines } = await played(steps, { pathway: pathway(sla) });
  return code === 0 ? '' : lines.join('\n');
}

test('asked at night it waits for the morning, and rings once', async () => {
  expect(
    await failures(`ring: ${HOURS}`, [
      `{ at: 2026-11-24 23:05, who: sophie, where: direct, ${ASKED} }`,
      '{ who: magali, reads: Retour, rung: false }',
      '{ at: 2026-11-25 07:59, who: magali, never: Rappel }',
      '{ at: 2026-11-25 08:00, who: magali, reads: Rappel, rung: true }',
    ]),
  ).toBe('');
});

test('in these hours, and under the custom of a clock alone, who asks rings at once', async () => {
  for (const [sla, at] of [
    [`ring: ${HOURS}`, '2026-11-24 19:59'],
    ['pause: []', '2026-11-24 23:05'],
  ] as const)
    expect(
      await failures(sla, [
        `{ at: ${at}, who: sophie, where: direct, ${ASKED} }`,
        '{ who: magali, reads: Retour, rung: true }',
        '{ at: 2026-11-25 08:30, who: magali, never: Rappel }',
      ]),
    ).toBe('');
});

test('taken in the night, nobody is rung in the morning; given back in the night, everybody in the morning', async () => {
  const night = [
    `{ at: 2026-11-24 23:05, who: sophie, where: direct, ${ASKED} }`,
    "{ at: 2026-11-24 23:10, who: magali, where: direct, says: 'prendre {code}' }",
  ];
  const morning = '{ at: 2026-11-25 08:30, who: magali, never: Rappel }';
  expect(await failures(`ring: ${HOURS}`, [...night, morning])).toBe('');
  expect(
    await failures(`ring: ${HOURS}`, [
      ...night,
      "{ at: 2026-11-24 23:20, who: magali, where: request, says: '!rendre' }",
      '{ who: magali, reads: de nouveau à prendre, rung: false }',
      '{ at: 2026-11-25 08:00, who: magali, reads: Rappel, rung: true }',
    ]),
  ).toBe('');
});

test('a reminder of the same moment is not rung twice', async () => {
  const { lines } = await played(
    [`{ at: 2026-11-24 23:05, who: sophie, where: direct, ${ASKED} }`, '{ at: 2026-11-25 09:00 }'],
    {
      pathway: `${PATHWAY}sla: { clock: working-days, take: { within: 24h, remind: [1h] }, ring: ${HOURS} }\n`,
    },
  );
  expect(lines.filter((line) => line.includes('Rappel'))).toHaveLength(1);
});

test('the public holidays of these hours are those of the clock, unless they say others', async () => {
  // Good Friday, which is one in Alsace-Moselle.
  const goodFriday = (sla: string): Promise<string> =>
    failures(sla, [
      `{ at: 2027-03-26 10:00, who: sophie, where: direct, ${ASKED} }`,
      '{ who: magali, reads: Retour, rung: false }',
      '{ at: 2027-03-27 08:00, who: magali, reads: Rappel, rung: true }',
    ]);
  expect(await goodFriday(`holidays: alsace-moselle, ring: ${HOURS}`)).toBe('');
  expect(
    await goodFriday(`holidays: alsace-moselle, ring: ${HOURS.replace('] }] }', '] }], holidays: france }')}`),
  ).toContain('rang magali');
});
