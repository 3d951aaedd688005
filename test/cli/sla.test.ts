import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { printSla } from '../../cli/sla.ts';
import { parseParis } from '../../config/paris-text.ts';

function said(name: string, options: Parameters<typeof printSla>[1]): { code: number; lines: string[] } {
  const lines: string[] = [];
  return { code: printSla(name, options, (line) => lines.push(line)), lines };
}

test('the ECG of Friday 17:00: the week-end is silent, and a pause moves what follows it', () => {
  const from = '2026-11-20 17:00';
  const plain = said('teleexpertise-cardiologie', { from });
  expect(plain.code).toBe(0);
  expect(plain.lines).toContain('  ! Mon 2026-11-23 17:00  escalation at 100 % → on-duty');
  expect(plain.lines).toContain('  ! Tue 2026-11-24 17:00  escalation at 100 % → coordinator');
  const paused = said('config/pathways/teleexpertise-cardiologie.yaml', {
    from,
    pause: ['2026-11-23 09:00,2026-11-23 14:00'],
  });
  expect(paused.lines).toContain('  T Tue 2026-11-24 22:00  target');
  expect(paused.lines).toContain('  ! Wed 2026-11-25 08:00  escalation at 100 % → coordinator');
  // The clock for taking does not know the pause.
  expect(paused.lines).toContain('  T Mon 2026-11-23 17:00  target');
});

test('JSON lines in UTC; a pause without end leaves no instant', () => {
  const { lines } = said('teleexpertise-cardiologie', {
    from: '2026-11-20 17:00',
    pause: ['2026-11-23 09:00'],
    json: true,
  });
  const steps = lines.map((line) => JSON.parse(line) as { step: string; at: string | null });
  expect(steps.find((s) => s.step === 'take:target')?.at).toBe('2026-11-23T16:00:00.000Z');
  expect(steps.find((s) => s.step === 'answer:target')?.at).toBeNull();
});

/** @param more lines of the file, after `to:` */
function written(more: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'relais-sla-')), 'transport.yaml');
  const head = 'id: transport\ntitle: Transport\nfamily: transport\nabout: nobody\n';
  const ask = 'ask: { who: [infirmier], consent: not-needed, urgent: accept }\n';
  writeFileSync(file, `${head}${ask}to: { group: ambulances, dispatch: first-accept }\n${more}`);
  return file;
}

test('the end of what nobody takes is drawn, with or without a clock', () => {
  const file = written('expires: 4h\n');
  const { lines } = said(file, { from: '2026-12-24 15:05' });
  expect(lines.slice(1)).toEqual([
    'no clock',
    'expires after 4 h that nobody took it',
    '  x Thu 2026-12-24 19:05  it ends, who asked and the groups are told',
  ]);
  const json = said(file, { from: '2026-12-24 15:05', json: true });
  expect(json.lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { stage: 'demande', step: 'expire', at: '2026-12-24T18:05:00.000Z', what: 'expire' },
  ]);
});

test('a first ring that waits for the hours of the pathway is drawn', () => {
  const ring = '{ opening: [{ days: [lun, mar], hours: ["08:00-20:00"] }] }';
  const file = written(`sla: { clock: working-days, take: { within: 24h }, ring: ${ring} }\n`);
  const first = '  r Mon 2026-11-23 08:00  first ring: asked outside the hours of ring';
  expect(said(file, { from: '2026-11-20 17:00' }).lines).toContain(first);
  expect(said(file, { from: '2026-11-23 09:00' }).lines.join('\n')).not.toContain('first ring');
});

test('a later stage says when it begins; without --from, everything is drawn as if asked now', () => {
  const lines: string[] = [];
  printSla('polygraphie', {}, (line) => lines.push(line), parseParis('2026-11-20 17:00'));
  expect(lines[0]).toContain('asked Fri 2026-11-20 17:00');
  expect(lines).toContain('Lecture: once that is done, drawn as if it were at the same instant');
});

test.each([
  ['teleexpertise-cardiologue', '2026-11-20 17:00', undefined],
  ['teleexpertise-cardiologie', 'vendredi', undefined],
  ['teleexpertise-cardiologie', '2026-11-20 17:00', ['2026-11-23 14:00,2026-11-23 09:00']],
  ['no/such/file.yaml', '2026-11-20 17:00', undefined],
])('what cannot be read ends with 2 and its cure: %s %s %s', (name, from, pause) => {
  expect(said(name, { from, ...(pause && { pause }) })).toEqual({ code: 2, lines: [] });
});

test('what is cut by `head` ends quietly', async () => {
  const { promisify } = await import('node:util');
  const { exec } = await import('node:child_process');
  const command = `"${process.execPath}" cli/relais.ts rehearse demo/day/day.yaml | head -2`;
  const { stdout, stderr } = await promisify(exec)(command);
  expect(stdout.split('\n')[0]).toContain('Une journée d’hôpital');
  expect(stderr).toBe('');
});
