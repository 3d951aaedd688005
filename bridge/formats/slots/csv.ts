/** Slots of a table: one line each, with a header; hours of Paris. French or English names, `;`, `,` or tabs. */
import { fromParis, toParis } from '../../../care/relay/civil-time.ts';
import type { FedSlot } from '../../../care/request/slot-feed.ts';
import { type CsvRow, readCsvRows } from '../../../config/csv.ts';
import { counted, type FedSlots, type FeedDefaults } from './fed.ts';

const COLUMNS = {
  date: ['date', 'jour', 'day'],
  start: ['debut', 'de', 'heure', 'start', 'from'],
  end: ['fin', 'a', 'end', 'to'],
  places: ['places', 'nombre'],
  specialty: ['specialite', 'specialty', 'type'],
  place: ['lieu', 'place', 'cabinet', 'adresse'],
  offeredBy: ['par', 'professionnel', 'offered_by', 'by'],
  phone: ['telephone', 'tel', 'phone'],
  url: ['lien', 'url', 'link'],
} as const;
type Column = keyof typeof COLUMNS;
const VISIBLE = ['specialty', 'place', 'offeredBy'] as const;

/**
 * @returns the slots, with each line that cannot be one named in the notes; or why the whole is no table (English)
 */
export function readSlotTable(text: string, defaults: FeedDefaults): FedSlots | { unreadable: string } {
  let rows: CsvRow[];
  try {
    rows = readCsvRows(text);
  } catch {
    return { unreadable: 'this is no CSV: check the quotes' };
  }
  const [header, ...lines] = rows;
  const names = (header?.cells ?? []).map(plain);
  const columns = new Map(
    (Object.keys(COLUMNS) as Column[]).map((column) => [
      column,
      names.findIndex((name) => (COLUMNS[column] as readonly string[]).includes(name)),
    ]),
  );
  const missing = (['date', 'start', 'end'] as const).filter((column) => (columns.get(column) ?? -1) < 0);
  if (missing.length > 0)
    return { unreadable: `no column ${missing.join(', ')}: the first line names them, date;debut;fin;places;lieu` };
  const notes: string[] = [];
  const slots = lines.flatMap(({ line, cells }): FedSlot[] => {
    const cell = (column: Column): string => cells[columns.get(column) ?? -1] ?? '';
    const slot = readLine(cell, defaults);
    if (typeof slot !== 'string') return [slot];
    notes.push(`line ${line}: ${slot}`);
    return [];
  });
  return { slots, notes: counted(notes) };
}

function readLine(cell: (column: Column) => string, defaults: FeedDefaults): FedSlot | string {
  const day = readDate(cell('date'));
  const from = readHour(cell('start'));
  const to = readHour(cell('end'));
  if (!day) return 'no date: write 24/11/2026 or 2026-11-24';
  if (!from || !to) return 'no hour: write 14:00 or 14h30';
  const nextDay = to.hour * 60 + to.minute <= from.hour * 60 + from.minute ? 1 : 0;
  const start = fromParis({ ...day, ...from });
  const end = fromParis({ ...day, day: day.day + nextDay, ...to });
  const said = Object.fromEntries(VISIBLE.map((column) => [column, cell(column) || defaults[column]]));
  const lacking = VISIBLE.filter((column) => said[column] === undefined);
  if (lacking.length > 0) return `no ${lacking.join(', ')}: add the column, or say it of the whole feed`;
  const places = cell('places') === '' ? defaults.places : Number(cell('places'));
  if (!Number.isInteger(places) || places < 1 || places > 99) return 'places is no number from 1 to 99';
  const url = cell('url') || defaults.url;
  if (url !== undefined && !/^https?:\/\/\S+$/.test(url)) return 'the link does not begin with https://';
  const phone = cell('phone') || defaults.phone;
  const { offeredBy = '', specialty = '', place = '' } = said;
  // A line is what it says: the same one twice is one slot, for two people or in two places it is two.
  const uid = [offeredBy, specialty].join('|');
  return { ...defaults, offeredBy, specialty, place, places, phone, url, start, end, uid };
}

function readDate(said: string): { year: number; month: number; day: number } | undefined {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(said);
  const french = /^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$/.exec(said);
  const [year, month, day] = (iso?.slice(1) ?? french?.slice(1).reverse() ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const noon = toParis(fromParis({ year, month, day, hour: 12, minute: 0 }));
  return noon.month === month && noon.day === day ? { year, month, day } : undefined; // no 31 February
}

function readHour(said: string): { hour: number; minute: number } | undefined {
  const read = /^(\d{1,2})\s*(?::|h)\s*(\d{2})?$/i.exec(said);
  const [hour, minute] = [Number(read?.[1] ?? 99), Number(read?.[2] ?? 0)];
  return hour < 24 && minute < 60 ? { hour, minute } : undefined;
}

function plain(name: string): string {
  return name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().trim().replaceAll(/\s+/g, '_');
}
