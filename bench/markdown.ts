/** How figures are written in docs/measured.md. */
import type { Figure } from './stats.ts';

/** `12.3 (11–14)`: the median of the rounds, and their spread. */
export function say(f: Figure, digits = 1): string {
  return `${f.median.toFixed(digits)} (${f.min.toFixed(digits)}–${f.max.toFixed(digits)})`;
}

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

export const yesNo = (holds: boolean): string => (holds ? 'met' : '**not met**');
