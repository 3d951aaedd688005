/** Spans, days and hours as they are written in YAML. */
import { z } from 'zod';
import { DAY, HOUR, MINUTE } from '../../care/relay/civil-time.ts';
import type { Start } from '../../care/request/pathway.ts';
import type { Period } from '../../care/request/sla-policy.ts';
import { say, strict } from '../problem.ts';

const UNITS: Record<string, number> = { min: MINUTE, h: HOUR, d: DAY };

/** `24h`, `90min`, `3d` → ms; 0 when it is no span. */
export function spanOf(text: string): number {
  const [, count = '', unit = ''] = /^(\d+)\s?(min|h|d)$/.exec(text) ?? [];
  return Number(count) * (UNITS[unit] ?? 0);
}

export const span = z.string().transform((text, context): number => {
  const found = spanOf(text);
  if (found > 0) return found;
  context.addIssue(
    say(`"${text}" is not a span of time`, 'write a number and its unit without a decimal: 90min, 24h or 3d'),
  );
  return z.NEVER;
});

/**
 * `J+7` or `J+7 14:30`, as teams write it: that many days later, at 09:00 or at that hour of Paris. `J+7 14:30 or next
 * working day` keeps the hour and leaves out Saturdays, Sundays and holidays. « J+7 working » would read as seven working days.
 */
export const dayLater = z.string().transform((text, context): Omit<Start, 'from'> => {
  const [, days, hour = '9', minute = '0', moved] =
    /^J\+(\d{1,3})(?:\s+([01]\d|2[0-3]):([0-5]\d))?(\s+or next working day)?$/.exec(text) ?? [];
  if (days !== undefined)
    return {
      days: Number(days),
      hour: Number(hour),
      minute: Number(minute),
      ...(moved !== undefined && { orNextWorkingDay: true }),
    };
  context.addIssue(
    say(`"${text}" is not a day counted from the event`, 'write J+7, J+7 14:30, or J+7 14:30 or next working day'),
  );
  return z.NEVER;
});

/** `09:30` → hour and minute of Paris. */
export const hourOfDay = z.string().transform((text, context): { hour: number; minute: number } => {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hour !== undefined && minute !== undefined) return { hour: Number(hour), minute: Number(minute) };
  context.addIssue(say(`"${text}" is not an hour`, 'write 09:30'));
  return z.NEVER;
});

const DAYS = ['lun', 'mar', 'mer', 'jeu', 'ven', 'sam', 'dim'] as const;

/** `16:00-20:00` → minutes since midnight; `24:00` is the end of the day. */
const hours = z.string().transform((text, context): { from: number; to: number } => {
  const [a = 99, b = 0, c = 0, d = 0] =
    /^(\d{2}):([0-5]\d)\s?-\s?(\d{2}):([0-5]\d)$/.exec(text)?.slice(1).map(Number) ?? [];
  const [from, to] = [a * 60 + b, c * 60 + d];
  if (from < to && to <= 1440) return { from, to };
  context.addIssue(
    say(`"${text}" are not hours of one day`, 'write 16:00-20:00; a night is two lines: 20:00-24:00 and 00:00-08:00'),
  );
  return z.NEVER;
});

/** `[{ days: [lun, mar], hours: ["16:00-20:00"] }]` → one period per day and hours, ISO week day 1..7. */
export const weekHours = z
  .array(strict({ days: z.array(z.enum(DAYS)).min(1), hours: z.array(hours).min(1) }))
  .min(1)
  .transform((periods): Period[] =>
    periods.flatMap((p) => p.days.flatMap((day) => p.hours.map((h) => ({ day: DAYS.indexOf(day) + 1, ...h })))),
  );
