/** A day typed at the command line, `2026-11-30`, as the instant at which it begins in Paris. */
import { fromParis, parisDate } from '../care/relay/civil-time.ts';

/** @returns epoch ms UTC; undefined when it is no day */
export function parisDayOf(said: string): number | undefined {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(said) ?? [];
  if (day === undefined) return undefined;
  const at = fromParis({ year: Number(year), month: Number(month), day: Number(day), hour: 0, minute: 0 });
  return parisDate(at) === said ? at : undefined;
}
