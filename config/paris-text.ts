import { fromParis } from '../care/relay/civil-time.ts';

/**
 * `2026-11-26 14:00` (or with a `T`, or without an hour) as shown by a clock in Paris.
 * @returns epoch ms UTC. @throws Error that shows the form expected
 */
export function parseParis(text: string): number {
  const m = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::\d{2})?)?$/.exec(text.trim());
  if (!m) throw new Error(`${text} is not a date: write 2026-11-26 14:00 (Europe/Paris)`);
  const [, year, month, day, hour = '0', minute = '0'] = m;
  return fromParis({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
  });
}
