/** Segments that lost their separator, and were glued to the one before (FACTS §9.6). */
import type { Delimiters } from './escapes.ts';

/** Segments that come at most once per patient, with the shape that must follow for one found in the middle of a line. */
const GLUABLE: [string, string][] = [
  ['EVN', '(?:[AZ]\\d\\d)?\\F\\d{8}'],
  ['PID', '\\d*\\F'],
  ['PV1', '\\d*\\F[A-Z]?\\F'],
  ...['PD1', 'PV2', 'MRG', 'ZBE', 'ZFA', 'ZFD', 'ZFM', 'ZFP', 'ZFS', 'ZFV'].map((id): [string, string] => [id, '']),
];

/**
 * A lost separator: `…|PROVPV1|1|I|…`. Only a segment that the message has nowhere at the start of a line is looked for,
 * followed by what such a segment holds: `LIPID|` in a comment must stay a comment.
 */
export function unglue(lines: string[], d: Delimiters, warnings: string[]): string[] {
  const missing = new Map(GLUABLE.filter(([id]) => !lines.some((line) => line.startsWith(`${id}${d.field}`))));
  const result: string[] = [];
  for (const line of lines) {
    let rest = line;
    for (;;) {
      let best: { id: string; at: number } | undefined;
      for (const [id, shape] of missing) {
        if (!rest.includes(`${id}${d.field}`, 1)) continue;
        const at = rest.search(new RegExp(`(?!^)${id}${`\\F${shape}`.replaceAll('\\F', quote(d.field))}`));
        if (at > 0 && (best === undefined || at < best.at)) best = { id, at };
      }
      if (best === undefined) break;
      result.push(rest.slice(0, best.at));
      rest = rest.slice(best.at);
      missing.delete(best.id);
      warnings.push(`${best.id} was glued to the segment before it: the separator is missing`);
    }
    result.push(rest);
  }
  return result;
}

/** Text as a literal of a regular expression. */
export function quote(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
