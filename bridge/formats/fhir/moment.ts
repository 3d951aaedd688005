/** FHIR date, dateTime and instant (R4 §2.24.0.1). The precision is kept; without an offset it is the time of Paris. */
import type { CivilMoment } from '../../../care/stay/intent.ts';
import { plannedMoment, readTimestamp, type Timestamp } from '../hl7v2/timestamp.ts';
import { text } from './json.ts';

const MOMENT = /^\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/** @returns undefined for what is absent, another type, or no possible date; the last two warn, without the value */
export function readMoment(value: unknown, place: string, warnings: string[]): Timestamp | undefined {
  const said = text(value);
  if (said === undefined) return undefined;
  const found = MOMENT.exec(said);
  if (found === null) {
    warnings.push(`${place} is not a FHIR date: ignored`);
    return undefined;
  }
  // The same instant in the digits of HL7: one reader knows what a possible date is.
  const [, day = '', time = '', zone = ''] = /^([\d-]+?)(?:T([\d:.]+))?(Z|[+-]\d{2}:\d{2})?$/.exec(said) ?? [];
  const digits = `${day.replaceAll('-', '')}${time.replaceAll(':', '').replace(/\.\d+$/, '')}${zone.replace(':', '')}`;
  return readTimestamp(digits, place, warnings);
}

/** Epoch ms UTC; a day is its first instant in Paris. */
export function instantOf(value: unknown, place: string, warnings: string[]): number | undefined {
  return readMoment(value, place, warnings)?.at;
}

/** A planned date: exactly midnight is a day, as in HL7. */
export function plannedAt(value: unknown, place: string, warnings: string[]): CivilMoment | undefined {
  return plannedMoment(readMoment(value, place, warnings));
}
