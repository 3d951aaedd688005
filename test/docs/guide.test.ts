/** docs/fr/guide.md and `aide` say the same: what the page has one type is understood, what `aide` shows is on the page. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { demoDirectory, demoRepertory, demoSlots } from '../../cli/demo-data.ts';
import { parse } from '../../commands/parse.ts';
import { commandsFor } from '../../commands/table.ts';
import { loadShippedPathways } from '../../config/load-pathways.ts';
import { openWard, paris } from '../flows/stage.ts';

const FOLDER = resolve(import.meta.dirname, '..', '..', 'docs', 'fr');
const page = readFileSync(join(FOLDER, 'guide.md'), 'utf8');
const commands = commandsFor(loadShippedPathways());

/** What the page has one type: everything between backquotes. */
const typed = [...page.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
const wordOf = (text: string): string | undefined => {
  const parsed = parse(text, true, ['relais'], commands);
  return parsed.kind === 'command' ? parsed.command.word : undefined;
};

it.each([...new Set(typed)])('%s: a word that Relais knows', (text) => {
  const parsed = parse(text, true, ['relais'], commands);
  expect(['command', 'follow'], JSON.stringify(parsed)).toContain(parsed.kind);
});

it('every word that aide may show is on the page', () => {
  const shown = new Set(typed.map(wordOf));
  expect(commands.map(({ word }) => word).filter((word) => !shown.has(word))).toEqual([]);
});

it('what the page has one look up is found in the demo’s territory', async () => {
  const on = await openWard({
    directory: await demoDirectory(),
    slots: demoSlots(),
    repertory: demoRepertory(),
    duty: [{ group: 'avis-cardiologie', person: 'cardio2', from: paris(2026, 1, 12, 8), to: paris(2026, 1, 19, 8) }],
  });
  // Partners (annuaire dac) and slots of one's own (creneau retirer S-…) are each territory's.
  const reads = new Set(['annuaire', 'fiche', 'contact', 'mt', 'garde', 'ligne', 'doc', 'prevention', 'actions', 'snp', 'creneau', 'statistiques', 'demandes']); // prettier-ignore
  const examples = typed.filter(
    (text) => reads.has(wordOf(text) ?? '') && text.includes(' ') && !/dac|emsp|retirer/.test(text),
  );
  expect(examples.length).toBeGreaterThanOrEqual(12);
  for (const text of examples) {
    const before = on.bodies('coord').length;
    await on.types('coord', text);
    const answer = on.bodies('coord').slice(before).at(-1) ?? '';
    expect(answer, text).not.toBe('');
    expect(answer, text).not.toMatch(/Je ne connais pas|Quel jour|Par exemple|Personne pour|Rien pour/);
  }
  await on.close();
});

it('every picture is there, with words for who does not see it', () => {
  const pictures = [...page.matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)];
  expect(pictures.length).toBeGreaterThanOrEqual(4);
  for (const [, alt = '', file = ''] of pictures) {
    expect(alt.length, file).toBeGreaterThan(20);
    expect(existsSync(join(FOLDER, file)), file).toBe(true);
  }
});
