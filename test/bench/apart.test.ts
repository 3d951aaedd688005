/** A section that fails, or hangs and cannot even be asked to end, does not keep the others from being measured. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { apart, type Task } from '../../bench/apart.ts';
import { QUICK } from '../../bench/section.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: async () => undefined }));

const task: Task = {
  section: 'one',
  began: 0,
  rounds: 1,
  sizes: QUICK,
  quick: true,
  isKept: false,
  command: 'npm run bench',
  note: undefined,
};

test.each([
  ['measured', 'process.exit(0)', 60_000],
  ['failed', 'process.exit(1)', 60_000],
  ['too long', 'process.on("SIGTERM", () => undefined); for (;;);', 200],
] as const)('%s: %s', async (end, program, limit) => {
  vi.spyOn(console, 'error').mockReturnValue();
  const folder = mkdtempSync(join(tmpdir(), 'relais-apart-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'program.mjs');
  writeFileSync(path, program);
  expect(await apart(task, limit, pathToFileURL(path))).toBe(end);
});
