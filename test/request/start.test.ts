/**
 * `J+3 10:00 or next working day`, beside an oracle that walks day by day over the published holidays and reads the clock of
 * Paris from the platform: it shares no line with the product.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HolidayRegion } from '../../care/request/sla-policy.ts';
import { startAt } from '../../care/request/request.ts';
import { holidayList } from './oracle.ts';

const PARIS = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Paris',
  dateStyle: 'short',
  timeStyle: 'short',
});
const DAY = 86_400_000;
const two = (n: number): string => String(n).padStart(2, '0');

/** `2026-12-28 10:00` */
function oracle(opened: number, days: number, hour: number, minute: number, region: HolidayRegion): string {
  const [year = 0, month = 0, day = 0] = PARIS.format(opened).slice(0, 10).split('-').map(Number);
  let at = Date.UTC(year, month - 1, day) + days * DAY;
  const closed = (): boolean => {
    const iso = new Date(at).toISOString();
    const holiday = region !== 'none' && holidayList(Number(iso.slice(0, 4)), region).includes(iso.slice(5, 10));
    return [0, 6].includes(new Date(at).getUTCDay()) || holiday;
  };
  while (closed()) at += DAY;
  return `${new Date(at).toISOString().slice(0, 10)} ${two(hour)}:${two(minute)}`;
}

const clock = (holidays: HolidayRegion): Parameters<typeof startAt>[1] => ({
  sla: { clock: 'calendar', holidays, take: { within: DAY, remind: [], escalate: [] }, pause: [] },
});

test('5,000 days of six years, in every region: the same hour of the first working day from then on', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: Date.UTC(2023, 0, 2), max: Date.UTC(2028, 9, 1) }),
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
      fc.constantFrom<HolidayRegion>('france', 'alsace-moselle', 'none'),
      fc.constantFrom('opening' as const, 'stage' as const),
      (event, days, hour, minute, region, from) => {
        const start = { days, hour, minute, from, orNextWorkingDay: true as const };
        const other = event - 9 * DAY; // what it does not count from
        const at = from === 'opening' ? [event, other] : [other, event];
        const found = startAt(start, clock(region), at[0] ?? 0, at[1] ?? 0);
        expect(PARIS.format(found)).toBe(oracle(event, days, hour, minute, region));
      },
    ),
    { numRuns: 5_000 },
  );
});

const at = (text: string): number => Date.parse(`${text}+01:00`);
const said = (days: number, event: string, over: object = {}, holidays?: HolidayRegion): string =>
  PARIS.format(
    startAt({ days, hour: 10, minute: 0, from: 'opening', ...over }, holidays && clock(holidays), at(event), at(event)),
  );

test.each<[string, string, HolidayRegion | undefined]>([
  ['Christmas on a Friday', '2026-12-28 10:00', undefined],
  ['where a holiday is a day like another', '2026-12-25 10:00', 'none'],
])('%s', (_name, day, holidays) => {
  expect(said(30, '2026-11-25T11:00', { orNextWorkingDay: true }, holidays)).toBe(day);
  expect(said(30, '2026-11-25T11:00', {}, holidays)).toBe('2026-12-25 10:00'); // unwritten: the day itself
});
