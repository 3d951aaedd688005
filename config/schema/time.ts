/** Spans, days and hours of a pathway as they are written in YAML. */
import { z } from 'zod';
import { DAY, HOUR, MINUTE } from '../../care/relay/civil-time.ts';
import type { Start } from '../../care/request/pathway.ts';
import { say } from '../problem.ts';

const UNITS: Record<string, number> = { min: MINUTE, h: HOUR, d: DAY };

/** `24h`, `90min`, `3d` → ms. */
export const span = z.string().transform((text, context): number => {
  const [, count = '', unit = ''] = /^(\d+)\s?(min|h|d)$/.exec(text) ?? [];
  const found = Number(count) * (UNITS[unit] ?? 0);
  if (found > 0) return found;
  context.addIssue(
    say(`"${text}" is not a span of time`, 'write a number and its unit without a decimal: 90min, 24h or 3d'),
  );
  return z.NEVER;
});

/** `J+7` or `J+7 14:30`, as teams write it: that many days later, at 09:00 or at that hour of Paris. */
export const dayLater = z.string().transform((text, context): Omit<Start, 'from'> => {
  const [, days, hour = '9', minute = '0'] = /^J\+(\d{1,3})(?:\s+([01]\d|2[0-3]):([0-5]\d))?$/.exec(text) ?? [];
  if (days !== undefined) return { days: Number(days), hour: Number(hour), minute: Number(minute) };
  context.addIssue(say(`"${text}" is not a day counted from the event`, 'write J+7, or J+7 14:30'));
  return z.NEVER;
});

/** `09:30` → hour and minute of Paris. */
export const hourOfDay = z.string().transform((text, context): { hour: number; minute: number } => {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hour !== undefined && minute !== undefined) return { hour: Number(hour), minute: Number(minute) };
  context.addIssue(say(`"${text}" is not an hour`, 'write 09:30'));
  return z.NEVER;
});
