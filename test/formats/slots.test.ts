/** Slots of calendars and tables, as people's tools write them. */
import { describe, expect, test } from 'vitest';
import { readSlotTable } from '../../bridge/formats/slots/csv.ts';
import type { FedSlots } from '../../bridge/formats/slots/fed.ts';
import { readIcal } from '../../bridge/formats/slots/ical.ts';
import { DAY } from '../../care/relay/civil-time.ts';
import { paris } from '../flows/stage.ts';

const NOW = paris(2026, 10, 19, 8);
const SPAN = { from: NOW, to: NOW + 60 * DAY };
const DEFAULTS = { places: 1, offeredBy: 'Dr Essai', specialty: 'dermatologie', place: 'MSP de Caudry' };

const event = (...lines: string[]): string => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n');
const OUTLOOK = [
  'BEGIN:VTIMEZONE',
  'TZID:W. Europe Standard Time',
  ...['BEGIN:STANDARD', 'DTSTART:16010101T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100'],
  ...['RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10', 'END:STANDARD'],
  ...['BEGIN:DAYLIGHT', 'DTSTART:16010101T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200'],
  ...['RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3', 'END:DAYLIGHT', 'END:VTIMEZONE'],
].join('\r\n');
const calendar = (...parts: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//essai//FR', ...parts, 'END:VCALENDAR', ''].join('\r\n');

function read(text: string, over: { events?: 'all' | 'free'; place?: string | undefined } = {}): FedSlots {
  const { place = DEFAULTS.place, events = 'all' } = over;
  const { offeredBy, specialty, places } = DEFAULTS;
  const others = { offeredBy, specialty, places };
  const defaults = 'place' in over && over.place === undefined ? others : { ...others, place };
  const found = readIcal(text, SPAN, { defaults, events });
  if ('unreadable' in found) throw new Error(found.unreadable);
  return found;
}
const starts = (found: FedSlots): number[] => found.slots.map(({ start }) => start);

describe('a calendar', () => {
  test('repeats at 9:00 of Paris over the change of the hour, without the day that is left out', () => {
    const rule = ['UID:a', 'DTSTART;TZID=Europe/Paris:20261020T090000', 'DTEND;TZID=Europe/Paris:20261020T093000'];
    const found = read(
      calendar(event(...rule, 'RRULE:FREQ=WEEKLY;COUNT=4', 'EXDATE;TZID=Europe/Paris:20261103T090000')),
    );
    expect(starts(found)).toEqual([paris(2026, 10, 20, 9), paris(2026, 10, 27, 9), paris(2026, 11, 10, 9)]);
    expect(found.notes).toEqual([]);
  });

  test('an occurrence that was moved is where it was moved to; one that was cancelled is gone', () => {
    const base = ['UID:a', 'DTSTART;TZID=Europe/Paris:20261020T090000', 'DURATION:PT30M', 'RRULE:FREQ=WEEKLY;COUNT=3'];
    const moved = ['UID:a', 'RECURRENCE-ID;TZID=Europe/Paris:20261027T090000', 'DURATION:PT30M'];
    const gone = ['UID:a', 'RECURRENCE-ID;TZID=Europe/Paris:20261103T090000', 'DURATION:PT30M', 'STATUS:CANCELLED'];
    const found = read(
      calendar(
        event(...base),
        event(...moved, 'DTSTART;TZID=Europe/Paris:20261028T140000'),
        event(...gone, 'DTSTART;TZID=Europe/Paris:20261103T090000'),
      ),
    );
    expect(starts(found)).toEqual([paris(2026, 10, 20, 9), paris(2026, 10, 28, 14)]);
  });

  test('a rule without an end stops at 60 days, and one that began ten years ago is followed', () => {
    const found = read(
      calendar(event('UID:a', 'DTSTART;TZID=Europe/Paris:20161019T090000', 'DURATION:PT15M', 'RRULE:FREQ=DAILY')),
    );
    expect(found.slots).toHaveLength(60);
    expect(found.slots.at(-1)?.start).toBe(paris(2026, 12, 17, 9));
  });

  test('a rule of every second does not hold everybody up', () => {
    const found = read(calendar(event('UID:a', 'DTSTART:20260101T090000Z', 'DURATION:PT1S', 'RRULE:FREQ=SECONDLY')));
    expect(found.notes.join()).toContain('repeats more than');
  });

  test('UTC, a described zone, a time without a zone; another zone that nobody describes is left out', () => {
    const found = read(
      calendar(
        OUTLOOK,
        event('UID:utc', 'DTSTART:20261020T070000Z', 'DTEND:20261020T073000Z'),
        event('UID:out', 'DTSTART;TZID=W. Europe Standard Time:20261028T090000', 'DURATION:PT30M'),
        event('UID:bare', 'DTSTART:20261029T090000', 'DTEND:20261029T093000'),
        event('UID:far', 'DTSTART;TZID=America/Cayenne:20261030T090000', 'DURATION:PT30M'),
      ),
    );
    expect(starts(found)).toEqual([paris(2026, 10, 20, 9), paris(2026, 10, 28, 9), paris(2026, 10, 29, 9)]);
    expect(found.notes).toEqual(['an event in a time zone that the calendar does not describe was left out']);
  });

  test('whole days are no slots; the summary is never taken, the place only when the feed has none', () => {
    const text = calendar(
      event('UID:day', 'DTSTART;VALUE=DATE:20261020', 'SUMMARY:Congés'),
      event('UID:a', 'DTSTART:20261020T070000Z', 'DURATION:PT30M', 'SUMMARY:Mme DUPONT', 'LOCATION:MSP du Cateau'),
    );
    const found = read(text);
    expect(found.notes).toEqual(['an event of whole days is no slot and was left out']);
    expect(JSON.stringify(found)).not.toContain('DUPONT');
    expect(found.slots[0]?.place).toBe('MSP de Caudry');
    expect(read(text, { place: undefined }).slots[0]?.place).toBe('MSP du Cateau');
  });

  test('of somebody’s own calendar, only what is marked as available', () => {
    const text = calendar(
      event('UID:busy', 'DTSTART:20261020T070000Z', 'DURATION:PT30M', 'TRANSP:OPAQUE'),
      event('UID:free', 'DTSTART:20261021T070000Z', 'DURATION:PT30M', 'TRANSP:TRANSPARENT'),
    );
    expect(starts(read(text, { events: 'free' }))).toEqual([paris(2026, 10, 21, 9)]);
    expect(read(text).slots).toHaveLength(2);
  });

  test('what is no calendar says so, and never throws', () => {
    const given = { defaults: DEFAULTS, events: 'all' } as const;
    for (const text of ['', '<html>', 'BEGIN:VCALENDAR', calendar('BEGIN:VEVENT'), 'BEGIN:VCARD\r\nEND:VCARD']) {
      const found = readIcal(text, SPAN, given);
      expect('unreadable' in found || found.slots.length === 0).toBe(true);
    }
    const bad = calendar(event('UID:a', 'DTSTART:2026-99-99', 'RRULE:FREQ=NEVER'), event('UID:b', 'SUMMARY:x'));
    expect(() => readIcal(bad, SPAN, given)).not.toThrow();
  });
});

describe('a table', () => {
  const table = (text: string): FedSlots => {
    const found = readSlotTable(text, { places: 1 });
    if ('unreadable' in found) throw new Error(found.unreadable);
    return found;
  };

  test('French and ISO days, hours as people write them, a night', () => {
    const { slots, notes } = table(
      'Date;Début;Fin;Places;Spécialité;Lieu;Par;Téléphone\n24/11/2026;14h;15h30;3;dermato;Caudry;Dr Essai;03 53 01 02 03\n2026-11-25;22:00;01:00;;garde;Cambrai;MMG;\n',
    );
    expect(notes).toEqual([]);
    expect(slots.map(({ start, end, places }) => [start, end, places])).toEqual([
      [paris(2026, 11, 24, 14), paris(2026, 11, 24, 15, 30), 3],
      [paris(2026, 11, 25, 22), paris(2026, 11, 26, 1), 1],
    ]);
    expect(slots[0]).toMatchObject({ offeredBy: 'Dr Essai', place: 'Caudry', phone: '03 53 01 02 03' });
  });

  test('a line is named as a spreadsheet numbers it, empty ones counted', () => {
    const { notes } = table('date;debut;fin;specialite;lieu;par\n\n\nhier;14:00;15:00;dermato;Caudry;Dr Essai\n');
    expect(notes).toEqual(['line 4: no date: write 24/11/2026 or 2026-11-24']);
  });

  test('each line that is no slot is named with its cure, the others are taken', () => {
    const { slots, notes } = table(
      'date,de,a,lieu,par,specialite,lien\n31/02/2026,9h,10h,C,P,s,\n24/11/2026,25h,10h,C,P,s,\n24/11/2026,9h,10h,,P,s,\n24/11/2026,9h,10h,C,P,s,javascript:x\n24/11/2026,9h,10h,C,P,s,https://rdv.example.fr\n',
    );
    expect(slots).toHaveLength(1);
    expect(notes).toEqual([
      'line 2: no date: write 24/11/2026 or 2026-11-24',
      'line 3: no hour: write 14:00 or 14h30',
      'line 4: no place: add the column, or say it of the whole feed',
      'line 5: the link does not begin with https://',
    ]);
  });

  test('without its columns it is no table', () => {
    expect(readSlotTable('bonjour', { places: 1 })).toEqual({
      unreadable: 'no column date, start, end: the first line names them, date;debut;fin;places;lieu',
    });
  });
});
