/** The slots of unscheduled care from a YAML file (config/schema/slots.ts): rules unrolled in Paris time when asked. */
import { DAY, MINUTE, fromParis, parisDate, parisDay, parisWeekday, toParis } from '../care/relay/civil-time.ts';
import type { Slot, Slots } from '../care/request/slot.ts';
import { DAYS, readSlots } from '../config/schema/slots.ts';
import type { SlotRule } from '../config/schema/slots.ts';
import { codeToken, loadJobs } from './directory/jobs.ts';
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
  if (rule.sauf?.includes(date) === true || !isItsWeek(rule, day)) return false;
  return (rule.du ?? date) <= date && date <= (rule.au ?? date);
}

/** One week in so many, Monday to Sunday, counted from that of `du`. */
function isItsWeek({ semaines, du }: SlotRule, day: number): boolean {
  if (semaines === undefined || du === undefined) return true;
  const week = (date: string): number => Math.floor((Date.parse(date) / DAY + 3) / 7); // 1 January 1970 was a Thursday
  return (week(parisDate(day)) - week(du)) % semaines === 0;
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
    person: rule.personne,
    visibility: rule.visibilite,
    url: rule.lien,
  }));
}

function sameSpecialty(offered: string, asked: string, jobs: Jobs): boolean {
  const [a, b] = [phraseOf(offered), phraseOf(asked)];
  if (a === '' || b === '') return false;
  if (b.length > 2 && (a.startsWith(b) || b.startsWith(a))) return true;
  const codes = jobs.exact(a)?.codes ?? [];
  return a === b || (jobs.exact(b)?.codes ?? []).some((code) => codes.includes(code));
}

/**
 * Reads the file once, at start.
 * @param path undefined: no rule, but specialties still match by their synonyms
 * @throws when the file is missing or wrong: every problem at once, each with its place and its cure
 */
export function openSlotsFile(path: string | undefined): Slots {
  const rules = path === undefined ? [] : rulesOf(path);
  const jobs = loadJobs();
  return {
    matches: (offered, asked) => sameSpecialty(offered, asked, jobs),
    label: (code) => jobs.label(codeToken(code)),
    async offered(from, to) {
      const slots: Slot[] = [];
      // from the day before: the span of a night is cut into slots that start after midnight
      for (let day = parisDay(from, -1); day < to; day = parisDay(day, 1)) {
        for (const rule of rules) slots.push(...slotsOn(rule, day));
      }
      return slots
        .filter((slot) => slot.start >= from && slot.start < to)
        .sort((a, b) => a.start - b.start || a.id.localeCompare(b.id));
    },
  };
}

function rulesOf(path: string): SlotRule[] {
  const read = readSlots(path);
  if (!('problems' in read)) return read.rules;
  const lines = read.problems.map(({ line, key, problem, cure }) => `  line ${line ?? 1}, ${key}: ${problem}; ${cure}`);
  throw new Error([`${path}:`, ...lines].join('\n'));
}
