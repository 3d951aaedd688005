/**
 * docs/measured.json, section by section, and the parts of docs/measured.md that the bench owns: each stands between two
 * markers and is replaced alone. What others write in that page stays.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.ts';
import { table, yesNo } from './markdown.ts';
import type { Measured, Section, Target } from './section.ts';

/** In what circumstances a section was measured: a figure without them says nothing. */
export type Circumstances = {
  /** ISO 8601, UTC, when it ended. */
  at: string;
  commit: string;
  command: string;
  rounds: number;
  /** Load average of the minute before it. */
  loadBefore: number;
  note: string | undefined;
  machine: Machine;
};
type Kept = Circumstances & { title: string; targets: Target[]; figures: Record<string, unknown> };

const INTRODUCTION = `# Measured

Tests never assert speeds; this page says what was measured, where and how. \`npm run bench\` writes the parts between its markers
(from the same run as \`measured.json\`). A figure is the median of its rounds, with the lowest and the highest. The sides of a comparison
are measured one after the other in every round, on one Synapse that shares the machine with both; the first round warms up and is not counted.
`;

/** Replaces one section in both files, and the table of targets from all the sections that are kept. */
export function keep(folder: string, section: Section, measured: Measured, circumstances: Circumstances): void {
  const jsonPath = join(folder, 'measured.json');
  const pagePath = join(folder, 'measured.md');
  const kept = existsSync(jsonPath) ? (JSON.parse(readFileSync(jsonPath, 'utf8')) as Record<string, Kept>) : {};
  const { figures, targets, body } = measured;
  kept[section.name] = { title: section.title, ...circumstances, targets, figures };
  writeFileSync(jsonPath, `${JSON.stringify(kept, null, 2)}\n`);
  const page = existsSync(pagePath) ? readFileSync(pagePath, 'utf8') : INTRODUCTION;
  const withTargets = replacePart(page, 'targets', targetsOf(Object.values(kept)));
  const text = `## ${section.title}\n\n${sayCircumstances(circumstances)}\n\n${body}`;
  writeFileSync(pagePath, replacePart(withTargets, section.name, text));
}

/** The page with what stands between the markers of `name` replaced; a part that is not there yet comes at the end. */
export function replacePart(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- bench: ${name} -->`, `<!-- end of bench: ${name} -->`];
  const part = `${begin}\n\n${text.trim()}\n\n${end}`;
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) return `${page.trimEnd()}\n\n${part}\n`;
  return page.slice(0, from) + part + page.slice(to + end.length);
}

function targetsOf(sections: readonly Pick<Kept, 'title' | 'targets'>[]): string {
  const rows = sections.flatMap(({ title, targets }) =>
    targets.map(({ what, promised, found, met }) => [title, what, promised, found, yesNo(met)]),
  );
  return `## What was promised\n\n${table(['section', 'what', 'promised', 'found', ''], rows)}`;
}

function sayCircumstances({ at, commit, command, rounds, loadBefore, note, machine }: Circumstances): string {
  const alone = loadBefore > 1 ? 'the machine was busy with something else: compare within a row' : 'nothing else ran';
  return `\`${command}\`, ${at.slice(0, 16).replace('T', ' ')} UTC, commit ${commit}, ${rounds} counted rounds. ${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB,
${machine.kernel}, Node ${machine.node}, Synapse ${machine.synapse}. Load average before it: ${loadBefore} (${alone}).${note === undefined ? '' : ` ${note}`}`;
}
