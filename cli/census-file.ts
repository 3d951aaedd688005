/**
 * A census of present in-patients, as envelopes of the source's own lane: a CSV made from the hospital's list (one line per
 * stay), or HL7 messages that say who is here. Pure: nothing is stored.
 */
import { createHash } from 'node:crypto';
import { decodeMessage } from '../bridge/formats/hl7v2/charset.ts';
import { eventSchema } from '../bridge/formats/events.ts';
import { splitHl7v2 } from '../bridge/formats/hl7v2/pam-fr.ts';
import { fromParis, toParis } from '../care/relay/civil-time.ts';
import type { NewEnvelope } from '../care/relay/envelope.ts';
import { CENSUS, censusMovement } from '../care/stay/shadow.ts';
import { type CsvRow, readCsvRows } from '../config/csv.ts';

export type CensusSource = {
  source: string;
  facilities: readonly string[];
  /** When the list was extracted, epoch ms UTC: what the hospital entered before it is not news any more. */
  at: number;
  receivedAt: number;
};

/** By their names in French or English, accents and case aside. */
const COLUMNS = {
  ipp: ['ipp'],
  visit: ['visite', 'venue', 'sejour', 'visit'],
  class: ['classe', 'class'],
  unit: ['uf', 'unite', 'unit'],
  admitted: ['entree', 'admitted'],
  discharge: ['sortie_prevue', 'expected_discharge'],
  birthName: ['nom_naissance', 'birth_name'],
  usedName: ['nom_utilise', 'nom_usage', 'used_name'],
  givenName: ['prenom', 'given_name'],
  birthDate: ['naissance', 'date_naissance', 'birth_date'],
  sex: ['sexe', 'sex'],
  facility: ['etablissement', 'facility'],
} as const;
type Column = keyof typeof COLUMNS;
const REQUIRED: readonly Column[] = ['ipp', 'visit', 'unit', 'admitted', 'birthName', 'givenName', 'birthDate'];

/** @returns one envelope per stay; or every problem, by line, without any value of a patient */
export function readCensus(
  bytes: Uint8Array,
  given: CensusSource,
): { envelopes: NewEnvelope[] } | { problems: string[] } {
  const { text } = decodeMessage(bytes);
  if (/(?:^|[\r\n\u000b])\s*(?:MSH|FHS|BHS)[^A-Za-z0-9\s]/.test(text)) {
    return { envelopes: splitHl7v2(bytes).map((one) => envelope(one, 'hl7v2', given)) };
  }
  return readCsv(text, given);
}

function readCsv(text: string, given: CensusSource): { envelopes: NewEnvelope[] } | { problems: string[] } {
  let rows: CsvRow[];
  try {
    rows = readCsvRows(text);
  } catch (error) {
    const line = error instanceof Error && 'lines' in error ? ` near line ${String(error.lines)}` : '';
    return { problems: [`not CSV${line}: check the quotes`] };
  }
  const [head, ...lines] = rows;
  const places = placesOf(head?.cells ?? []);
  const missing = REQUIRED.filter((column) => places[column] === undefined);
  if (missing.length > 0) {
    const names = missing.map((column) => COLUMNS[column][0]).join(', ');
    return { problems: [`line 1: no column ${names}. The first line names the columns: see docs/integration.md`] };
  }
  const problems: string[] = [];
  const envelopes: NewEnvelope[] = [];
  for (const { line, cells } of lines) {
    const value = (column: Column): string | undefined => {
      const place = places[column];
      return (place === undefined ? '' : (cells[place] ?? '')) || undefined;
    };
    const event = eventOf(value, given);
    const parsed = eventSchema.safeParse(event);
    if (parsed.success) envelopes.push(envelope(Buffer.from(JSON.stringify(event)), 'event-json', given));
    else {
      const fields = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.')))];
      problems.push(
        `line ${line}: ${fields.map((field) => OF_FIELD[field] ?? field).join(', ')} missing or impossible`,
      );
    }
  }
  if (lines.length === 0) problems.push('no line below the names of the columns');
  return problems.length > 0 ? { problems } : { envelopes };
}

/** Where the schema of an event complains, in the words of the file. */
const OF_FIELD: Record<string, string> = {
  'patient.ipp': 'ipp',
  'patient.birthName': 'nom_naissance',
  'patient.givenName': 'prenom',
  'patient.birthDate': 'naissance',
  'patient.sex': 'sexe',
  'unit.code': 'uf',
  visit: 'visite',
  occurredAt: 'entree',
  expectedDischarge: 'sortie_prevue',
  class: 'classe',
  facility: 'etablissement',
};

function eventOf(value: (column: Column) => string | undefined, given: CensusSource): object {
  const visit = value('visit') ?? '';
  const discharge = value('discharge');
  const admitted = dateOf(value('admitted'));
  return {
    key: `${CENSUS}:${visit}`.slice(0, 200),
    type: 'admission',
    occurredAt: admitted === undefined ? '' : withOffset(admitted),
    recordedAt: new Date(given.at).toISOString(),
    facility: value('facility') ?? (given.facilities.length === 1 ? given.facilities[0] : ''),
    patient: {
      ipp: value('ipp') ?? '',
      birthName: value('birthName') ?? '',
      usedName: value('usedName'),
      givenName: value('givenName') ?? '',
      birthDate: dateOf(value('birthDate'))?.slice(0, 10) ?? '',
      sex: value('sex')?.toUpperCase(),
    },
    visit,
    movement: { id: censusMovement(visit) },
    unit: { code: value('unit') ?? '' },
    class: value('class')?.toUpperCase() ?? 'I',
    // a date that cannot be read must be seen, not lost
    expectedDischarge: discharge === undefined ? undefined : dayOrInstant(discharge),
  };
}

function dayOrInstant(text: string): string {
  const date = dateOf(text);
  if (date === undefined) return text;
  return date.length === 10 ? date : withOffset(date);
}

/** `2026-01-12`, `12/01/2026 09:30`, `20260112093000`: as `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`, Paris time. */
function dateOf(text: string | undefined): string | undefined {
  const found =
    /^(?<y>\d{4})-?(?<m>\d{2})-?(?<d>\d{2})(?:[T ]?(?<h>\d{2}):?(?<i>\d{2})(?::?\d{2})?)?$/.exec(text ?? '') ??
    /^(?<d>\d{2})\/(?<m>\d{2})\/(?<y>\d{4})(?: (?<h>\d{2})[:h](?<i>\d{2})(?::\d{2})?)?$/.exec(text ?? '');
  if (!found?.groups) return undefined;
  const { y = '', m = '', d = '', h, i = '' } = found.groups;
  return `${y}-${m}-${d}${h === undefined ? '' : `T${h}:${i}`}`;
}

/** A day without an hour counts as noon: an admission's hour is not said of a census. */
function withOffset(date: string): string {
  const [year = 0, month = 0, day = 0, hour = 12, minute = 0] = date.split(/[-T:]/).map(Number);
  const at = fromParis({ year, month, day, hour, minute });
  const back = toParis(at);
  return back.day === day && back.month === month && hour < 24 ? new Date(at).toISOString() : '';
}

function placesOf(head: readonly string[]): Partial<Record<Column, number>> {
  const fold = (text: string): string =>
    text
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z]+/g, '_');
  const names = head.map(fold);
  const columns = Object.entries(COLUMNS) as [Column, readonly string[]][];
  return Object.fromEntries(
    columns.flatMap(([column, known]) => {
      const place = names.findIndex((name) => known.includes(name));
      return place === -1 ? [] : [[column, place]];
    }),
  );
}

/** Keyed by its bytes: the same line twice is known, a corrected one is another envelope. */
function envelope(body: Uint8Array, format: NewEnvelope['format'], given: CensusSource): NewEnvelope {
  const digest = createHash('sha256').update(body).digest('hex');
  return {
    lane: `in:${given.source}`,
    source: given.source,
    key: `${CENSUS}:${digest}`,
    digest,
    format,
    body,
    receivedAt: given.receivedAt,
    onKeyReuse: 'accept-as-new',
    note: CENSUS,
  };
}
