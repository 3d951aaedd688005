/** Small synthetic PAM.fr messages, by field numbers. Patients and facilities are invented. */
import type { Reading, StayIntent } from '../../../care/stay/intent.ts';
import { readHl7v2 } from '../../../bridge/formats/hl7v2/pam-fr.ts';

/** Fields by segment and number; `null` removes a segment, a new name adds one at the end. */
export type Fields = Record<string, Record<number, string> | null>;

const STRUCTURES: Record<string, string> = {
  A04: 'ADT_A01',
  A07: 'ADT_A06',
  A08: 'ADT_A01',
  A11: 'ADT_A09',
  A13: 'ADT_A01',
  A14: 'ADT_A05',
  A22: 'ADT_A21',
  A25: 'ADT_A21',
  A26: 'ADT_A21',
  A27: 'ADT_A21',
  A28: 'ADT_A05',
  A31: 'ADT_A05',
  A40: 'ADT_A39',
  A44: 'ADT_A43',
  A47: 'ADT_A30',
  A49: 'ADT_A30',
  A53: 'ADT_A52',
  A55: 'ADT_A52',
  Z99: 'ADT_A01',
};

/** Entered on 12 January 2026 at 09:00 for something of 08:30. */
export const RECORDED = Date.UTC(2026, 0, 12, 8, 0);
export const OCCURRED = Date.UTC(2026, 0, 12, 7, 30);

function base(trigger: string): Record<string, Record<number, string>> {
  return {
    EVN: { 2: '20260112090000', 6: '20260112083000' },
    PID: {
      1: '1',
      3: '00700123^^^CH_VAL&1.2.250.1.999.1&ISO^PI',
      5: 'FICTIVE^Lucie^Lucie Rose^^^^L~INVENTEE^Lucie^^^^^D',
      7: '19610704',
      8: 'F',
      18: 'NDA7001^^^CH_VAL^AN',
      32: 'PROV',
    },
    PV1: { 1: '1', 2: 'I', 3: '2210^12^1^CH_VAL', 19: 'VEN7001^^^CH_VAL^VN' },
    ZBE: {
      1: 'MV1^CH_VAL^1.2.250.1.999.5^ISO',
      2: '20260112083000',
      4: 'INSERT',
      5: 'N',
      7: 'Pneumologie^^^^^CH_VAL^UF^^^2210',
      9: 'HMS',
    },
    MSH: {
      3: 'SIH',
      4: 'CH_VAL',
      5: 'RELAIS',
      6: 'CPTS',
      7: '20260112090005',
      9: `ADT^${trigger}^${STRUCTURES[trigger] ?? `ADT_${trigger}`}`,
      10: 'C0001',
      11: 'P',
      12: '2.5^FRA^2.11',
      17: 'FRA',
      18: 'UNICODE UTF-8',
    },
  };
}

/** One ADT message as text, segments ended by CR. */
export function adt(trigger: string, over: Fields = {}): string {
  const { MSH = {}, ...body } = base(trigger);
  const all: Fields = body;
  for (const [name, fields] of Object.entries(over)) {
    if (name !== 'MSH') all[name] = fields === null ? null : { ...all[name], ...fields };
  }
  const lines = Object.entries(all).flatMap(([name, fields]) => (fields === null ? [] : [segmentLine(name, fields)]));
  const header = segmentLine('MSH', { ...MSH, ...over['MSH'] }).replace('MSH|||', 'MSH|^~\\&|');
  return `${[header, ...lines].join('\r')}\r`;
}

function segmentLine(name: string, fields: Record<number, string>): string {
  const last = Math.max(0, ...Object.keys(fields).map(Number));
  return [name, ...Array.from({ length: last }, (_, index) => fields[index + 1] ?? '')].join('|');
}

/** A message as bytes: UTF-8. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A message as bytes, one per character: 8859/1. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

export function reading(trigger: string, over: Fields = {}): Reading {
  return readHl7v2(bytes(adt(trigger, over)));
}

/** The intents of a message that must be readable. */
export function intents(trigger: string, over: Fields = {}): StayIntent[] {
  const read = reading(trigger, over);
  if (!read.readable) throw new Error(`not readable: ${read.reason} ${read.place ?? ''}`);
  return read.intents;
}

/** The only intent of a message. */
export function intent(trigger: string, over: Fields = {}): StayIntent {
  const [one, ...others] = intents(trigger, over);
  if (one === undefined || others.length > 0) throw new Error(`${String(others.length + 1)} intents`);
  return one;
}

export function warningsOf(trigger: string, over: Fields = {}): string[] {
  return reading(trigger, over).warnings;
}

/** Reproducible pseudo-random numbers (mulberry32): a failing case can be run again from its seed. */
export function randomly(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
