/** docs/measured.md has several authors: the bench replaces its own parts, and nothing else. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeMachine } from '../../bench/machine.ts';
import { keep, replacePart } from '../../bench/page.ts';
import type { Measured, Section } from '../../bench/section.ts';

const section = (name: string): Section => ({
  name,
  title: `Title of ${name}`,
  measure: () => Promise.reject(new Error()),
});
const measured = (body: string, met: boolean): Measured => ({
  figures: { body },
  body,
  targets: [{ what: 'speed', promised: '≥ 0.90', found: body, met }],
});
const circumstances = {
  at: '2026-01-02T03:04:05.000Z',
  commit: 'abc1234',
  command: 'npm run bench',
  rounds: 5,
  loadBefore: 0.1,
  note: undefined,
  machine: describeMachine(),
};

test('a part is replaced where it stands; the text around it stays', () => {
  const page = replacePart(replacePart('# Page\n', 'a', 'old a'), 'b', 'old b') + '\n## By hand\n';
  const again = replacePart(page, 'a', 'new a');
  expect(again).toBe(page.replace('old a', 'new a'));
});

test('a second run replaces its section and its promises, and keeps what others wrote in the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relais-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const page = (): string => readFileSync(join(folder, 'measured.md'), 'utf8');
  keep(folder, section('one'), measured('0.52', false), circumstances);
  keep(folder, section('two'), measured('second', true), circumstances);
  writeFileSync(join(folder, 'measured.md'), `${page()}\n## Torture\n\nwritten by hand\n`);
  keep(folder, section('one'), measured('third', true), circumstances);

  expect(page()).toContain('written by hand');
  expect(page()).not.toContain('0.52');
  expect(page()).toContain('| Title of one | speed | ≥ 0.90 | third | met |');
  expect(page()).toContain('| Title of two | speed | ≥ 0.90 | second | met |');
  expect(page().match(/## Title of one/g)).toHaveLength(1);
  const kept = JSON.parse(readFileSync(join(folder, 'measured.json'), 'utf8')) as Record<string, { commit: string }>;
  expect(Object.keys(kept)).toEqual(['one', 'two']);
  expect(kept['one']?.commit).toBe('abc1234');
});
