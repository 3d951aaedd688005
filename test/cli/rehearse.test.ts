/** What `relais rehearse` says to somebody who writes a first scenario: before playing, where it fails, and at the end. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { rehearse } from '../../cli/rehearse.ts';
import { PATHWAY, PEOPLE, played } from './small-scenario.ts';

afterEach(() => void vi.restoreAllMocks());

const ASKED = "{ who: sophie, where: direct, says: ['fauteuil Retour de Mme X'] }";

test('the last line is a verdict, and says how much was expected', async () => {
  const held = await played([ASKED, '{ who: magali, reads: Retour }', '{ who: magali, never: Essai }']);
  expect(held.code).toBe(0);
  expect(held.lines.at(-1)).toBe('\nEverything went as written: 3 steps, 2 expectations.');
  const nothing = await played([ASKED]);
  expect(nothing.lines.at(-1)).toBe(
    '\nEverything went as written: 1 step, nothing was expected: no step has reads or never.',
  );
});

test('what did not hold is found again in the file, and counted at the end', async () => {
  const { code, lines } = await played([ASKED, '{ who: magali, never: Retour }', '{ at: 2026-11-24 09:00 }']);
  expect(code).toBe(1);
  expect(lines).toContain('✗ scenario.yaml:7  step 2: magali has read « Retour »');
  expect(lines.at(-1)).toBe('\nNOT as written: 1 of 3 steps, marked ✗ above.');
});

test('a file that lands where nobody awaits it is seen at its place', async () => {
  const { lines } = await played([
    ASKED,
    "{ who: magali, where: direct, says: 'prendre {code}' }",
    "{ who: magali, where: 'group:materiel', attaches: { name: bon.pdf, mime: application/pdf, size: 1000 } }",
  ]);
  const at = lines.findIndex((line) => line.includes('joint bon.pdf'));
  expect(lines[at + 1]).toBe('    (nothing new is read)');
});

test.each([
  [
    'a key that is none',
    '{ who: sophie, read: Retour }',
    'scenario.yaml:6  steps[0]\n  unknown key read\n  → a step does one of says, reads,',
  ],
  ['nothing to do', '{ who: sophie }', 'nothing is done'],
  ['two acts', '{ who: sophie, where: direct, says: a, reads: b }', 'says and reads in one step\n  → write two steps'],
  [
    'a key beside a known act',
    '{ who: sophie, reads: b, rang: true }',
    'scenario.yaml:6  steps[0].rang\n  unknown key rang\n  → remove it; the keys known here are at, who, where, reads, rung',
  ],
  [
    'a room that is none',
    '{ who: sophie, where: directe, says: a }',
    '"directe" is no room\n  → write direct, request',
  ],
  ['somebody unknown', '{ who: sofie, where: direct, says: a }', 'steps[0].who\n  nobody is called sofie'],
  ['a date in the past', '{ at: 2026-11-22 09:00 }', '2026-11-22 09:00 comes before 2026-11-23 09:00'],
  ['no date', '{ at: demain }', 'demain is no instant\n  → write 2026-11-26 14:00'],
  ['a message that is not there', '{ post: absent.hl7 }', 'absent.hl7 is not there'],
  [
    'an event of no hospital',
    "{ event: { type: admission, ipp: '1', unit: '2' } }",
    'no hospital says it\n  → add source:',
  ],
  [
    'a key of another format',
    "{ event: { type: discharge, ipp: '1', unit: '2', mode: home } }",
    'unknown key mode\n  → remove it; the keys known here are type, ipp, unit, destination',
  ],
])('%s is said before anything is played', async (_, step, said) => {
  const { code, lines, error } = await played([step]);
  expect(code).toBe(1);
  expect(lines).toEqual([]);
  expect(error).toContain('1 problem in this scenario');
  expect(error).toContain(said);
});

test('a problem of the pathway is said of the pathway, not of a configuration that there is not', async () => {
  const { error } = await played([ASKED], {
    pathway: `${PATHWAY}sla: { clock: working-days, take: { within: 1h }, ring: { opening: [{ days: [lundi], hours: ['08:00-20:00'] }] } }\n`,
  });
  expect(error).toContain('1 problem in its pathways');
  expect(error).toContain('sla.ring.opening[0].days[0]\n  "lundi" is not accepted\n  → write one of: lun, mar,');
});

test('the file beside it is recognised', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'relais-rehearse-'));
  const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
  for (const [name, text] of [
    ['fauteuil.yaml', PATHWAY],
    ['people.yaml', PEOPLE],
  ] as const) {
    writeFileSync(join(folder, name), text);
    expect(await rehearse(join(folder, name), () => {})).toBe(1);
  }
  expect(errors.mock.calls[0]?.join()).toContain('fauteuil.yaml is a pathway, not a scenario\n  → relais sla');
  expect(errors.mock.calls[1]?.join()).toContain('people.yaml is a people file, not a scenario');
});
