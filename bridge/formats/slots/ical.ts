/**
 * Slots of an iCalendar feed (RFC 5545): each event is a slot. Of its texts only the place is taken: the summary of
 * somebody's calendar may name a patient. The only door of ical.js.
 */
import ICAL from 'ical.js';
import { fromParis } from '../../../care/relay/civil-time.ts';
import type { FedSlot } from '../../../care/request/slot-feed.ts';
import { counted, type FedSlots, type FeedDefaults } from './fed.ts';

/** A rule that began years ago is followed from its beginning; one that repeats every second is not. */
const MOST_REPEATS = 20_000;
const PARIS = /(?:^|\/)Europe\/Paris$|^Romance (?:Standard|Daylight) Time$/i;

type Span = { from: number; to: number };
type Given = { defaults: FeedDefaults; events: 'all' | 'free' };

/**
 * @param span instants between which slots start, epoch ms UTC
 * @param given.events `free`: only events marked as available (TRANSP:TRANSPARENT), in somebody's own calendar
 * @returns slots, or why the text is no calendar (English)
 */
export function readIcal(text: string, span: Span, given: Given): FedSlots | { unreadable: string } {
  let root: ICAL.Component;
  try {
    const parsed: unknown = ICAL.parse(text.replace(/^\uFEFF/, ''));
    root = new ICAL.Component(parsed as unknown[]);
  } catch {
    return { unreadable: 'this is no iCalendar file: give the address or the file that ends in .ics' };
  }
  if (root.name !== 'vcalendar')
    return { unreadable: 'this is no iCalendar file: it does not begin with BEGIN:VCALENDAR' };
  const notes: string[] = [];
  const slots: FedSlot[] = [];
  const events = root.getAllSubcomponents('vevent').map((component) => new ICAL.Event(component));
  const exceptions = new Map<string, ICAL.Event[]>();
  for (const event of events)
    if (event.isRecurrenceException()) exceptions.set(event.uid, [...(exceptions.get(event.uid) ?? []), event]);
  for (const event of events) {
    if (event.isRecurrenceException()) continue;
    try {
      slots.push(...slotsOf(event, exceptions.get(event.uid) ?? [], span, given, notes));
    } catch {
      notes.push('an event that could not be understood was left out');
    }
  }
  return { slots, notes: counted(notes) };
}

function slotsOf(event: ICAL.Event, changed: ICAL.Event[], span: Span, given: Given, notes: string[]): FedSlot[] {
  if (!event.uid) return note(notes, 'an event without UID was left out');
  if (!event.isRecurring()) return slotOf(event, event.startDate, event.endDate, span, given, notes);
  for (const exception of changed) event.relateException(exception);
  const slots: FedSlot[] = [];
  const iterator = event.iterator();
  for (let n = 0; ; n += 1) {
    if (n === MOST_REPEATS)
      return [...slots, ...note(notes, `an event repeats more than ${n} times: its rest was left out`)];
    // Undefined at the end, whatever its types say.
    const next = iterator.next() as ICAL.Time | undefined;
    if (!next) return slots;
    const { startDate, endDate, item } = event.getOccurrenceDetails(next) as {
      startDate: ICAL.Time;
      endDate: ICAL.Time;
      item: ICAL.Event;
    };
    // An occurrence may have been moved: the rule's own order says when it is over.
    if ((instantOf(next, event) ?? 0) > span.to) return slots;
    slots.push(...slotOf(item, startDate, endDate, span, given, notes));
  }
}

function slotOf(
  event: ICAL.Event,
  startDate: ICAL.Time,
  endDate: ICAL.Time,
  span: Span,
  { defaults, events }: Given,
  notes: string[],
): FedSlot[] {
  const text = (name: string): string => {
    const value = event.component.getFirstPropertyValue(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  if (text('status').toUpperCase() === 'CANCELLED') return [];
  if (events === 'free' && text('transp').toUpperCase() !== 'TRANSPARENT') return [];
  if (startDate.isDate) return note(notes, 'an event of whole days is no slot and was left out');
  const start = instantOf(startDate, event);
  const end = instantOf(endDate, event);
  if (start === undefined || end === undefined)
    return note(notes, 'an event in a time zone that the calendar does not describe was left out');
  if (start < span.from || start > span.to) return [];
  if (end <= start) return note(notes, 'an event that does not last was left out');
  const place = defaults.place ?? text('location').replaceAll(/\s+/g, ' ').slice(0, 120);
  if (place === '') return note(notes, 'an event without a place was left out: give the feed a place');
  const { offeredBy = '', specialty = '' } = defaults;
  return [{ ...defaults, offeredBy, specialty, place, start, end, uid: event.uid }];
}

/**
 * @returns epoch ms UTC. Times of Paris by our own clock: a calendar's own description of the zone is often that of one
 *   year; a time without a zone is a time of Paris. Undefined: a zone that nobody describes.
 */
function instantOf(time: ICAL.Time, { component }: ICAL.Event): number | undefined {
  const zone = time.zone as ICAL.Timezone | null;
  const named: unknown = component.getFirstProperty('dtstart')?.getFirstParameter('tzid');
  const tzid = typeof named === 'string' ? named : '';
  if (zone === ICAL.Timezone.utcTimezone) return time.toUnixTime() * 1000;
  if (tzid === '' || PARIS.test(tzid)) {
    const { year, month, day, hour, minute, second } = time;
    return fromParis({ year, month, day, hour, minute, second });
  }
  return zone === null || zone === ICAL.Timezone.localTimezone ? undefined : time.toUnixTime() * 1000;
}

function note(notes: string[], said: string): [] {
  notes.push(said);
  return [];
}
