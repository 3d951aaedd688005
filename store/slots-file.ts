/** The slots of unscheduled care from a YAML file (config/schema/slots.ts): rules unrolled in Paris time when asked. */
import { MINUTE, fromParis, parisDate, parisDay, parisWeekday, toParis } from '../care/relay/civil-time.ts';
import type { Slot, Slots } from '../care/request/slot.ts';
import { DAYS, readSlots } from '../config/schema/slots.ts';
import type { SlotRule } from '../config/schema/slots.ts';
import { loadJobs } from './directory/jobs.ts';
import type { Jobs } from './directory/jobs.ts';
import { phraseOf } from './directory/words.ts';

function timeOn(day: number, hour: string, nextDay: boolean): number {
  const local = toParis(day);
  const [hours = 0, minutes = 0] = hour.split(':').map(Number);
  return fromParis({ ...local, day: local.day + (nextDay ? 1 : 0), hour: hours, minute: minutes, second: 0 });
}

function holdsOn(rule: SlotRule, day: number): boolean {
  const date = parisDate(day);
  if (rule.jours === undefined) return rule.date === date;
  const weekday = DAYS[parisWeekday(day) - 1];
  if (weekday === undefined || !rule.jours.includes(weekday)) return false;
  if (rule.sauf?.includes(date) === true) return false;
  return (rule.du ?? date) <= date && date <= (rule.au ?? date);
}

/** The slots of one rule on one day of Paris; a span that does not divide evenly leaves its rest unoffered. */
function slotsOn(rule: SlotRule, day: number): Slot[] {
  if (!holdsOn(rule, day)) return [];
  const from = timeOn(day, rule.de, false);
  const to = timeOn(day, rule.a, rule.a < rule.de);
  const length = rule.duree === undefined ? to - from : rule.duree * MINUTE;
  const count = length <= 0 ? 0 : Math.floor((to - from) / length);
  return Array.from({ length: count }, (_, i) => ({
    id: `${rule.id}@${parisDate(day)}.${i}`,
    offeredBy: rule.par,
    specialty: rule.specialite,
    place: rule.lieu,
    start: from + i * length,
    end: from + (i + 1) * length,
    places: rule.places,
    phone: rule.telephone,
  }));
}

/** Does a slot's specialty answer the word asked for? The beginning of either, or the same job by the synonyms. */
function sameSpecialty(offered: string, asked: string, jobs: Jobs): boolean {
  const [a, b] = [phraseOf(offered), phraseOf(asked)];
  if (a === '' || b === '') return false;
  if (b.length > 2 && (a.startsWith(b) || b.startsWith(a))) return true;
  const codes = jobs.exact(a)?.codes ?? [];
  return a === b || (jobs.exact(b)?.codes ?? []).some((code) => codes.includes(code));
}

/**
 * Reads the file once, at start.
 * @param now civil time: what is over by then is no longer offered; without it everything that was asked for is given
 * @throws when the file is missing or wrong: every problem at once, each with its place and its cure
 */
export function openSlotsFile(path: string, now?: () => number): Slots {
  const read = readSlots(path);
  if ('problems' in read) {
    const lines = read.problems.map(
      ({ line, key, problem, cure }) => `  line ${line ?? 1}, ${key}: ${problem}; ${cure}`,
    );
    throw new Error([`${path}:`, ...lines].join('\n'));
  }
  const jobs = loadJobs();
  return {
    free: async (from, to, specialty) => {
      const rules = read.rules.filter(
        (rule) => specialty === undefined || sameSpecialty(rule.specialite, specialty, jobs),
      );
      const slots: Slot[] = [];
      // from the day before: the span of a night is cut into slots that start after midnight
      for (let day = parisDay(from, -1); day < to; day = parisDay(day, 1)) {
        for (const rule of rules) slots.push(...slotsOn(rule, day));
      }
      const over = now?.() ?? Number.NEGATIVE_INFINITY;
      return slots
        .filter((slot) => slot.start >= from && slot.start < to && slot.end > over)
        .sort((a, b) => a.start - b.start || a.id.localeCompare(b.id));
    },
  };
}
