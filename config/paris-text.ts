import { fromParis } from '../care/relay/civil-time.ts';

/**
 * `2026-11-26 14:00` (or with a `T`, or without an hour) as shown by a clock in Paris.
 * @returns epoch ms UTC. @throws Error that shows the form expected
 */
export function parseParis(text: string): number {
  const m = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::\d{2})?)?$/.exec(text.trim());
  if (!m) throw new Error(`${text} is not a date: write 2026-11-26 14:00 (Europe/Paris)`);
  const [, year, month, day, hour = '0', minute = '0'] = m;
  const [y, mo, d, h, mi] = [year, month, day, hour, minute].map(Number) as [number, number, number, number, number];
  // Month 13 would overflow into the next year, and a stepped clock fires every deadline on its way there.
  const isPossible = new Date(Date.UTC(y, mo - 1, d)).getUTCDate() === d && mo >= 1 && mo <= 12 && h <= 23 && mi <= 59;
  if (!isPossible) throw new Error(`${text} does not exist: write 2026-11-26 14:00 (Europe/Paris)`);
  return fromParis({ year: y, month: mo, day: d, hour: h, minute: mi });
}
