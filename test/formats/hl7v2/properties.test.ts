/** Laws of the pipes, for any text (fast-check): nothing throws, nothing is lost, what is written is read back. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { decodeMessage } from '../../../bridge/formats/hl7v2/charset.ts';
import { escape, unescape } from '../../../bridge/formats/hl7v2/escapes.ts';
import { readHl7v2, splitHl7v2 } from '../../../bridge/formats/hl7v2/pam-fr.ts';
import {
  first,
  parseMessage,
  part,
  repetitions,
  splitMessages,
  writeSegment,
} from '../../../bridge/formats/hl7v2/pipes.ts';
import { readTimestamp } from '../../../bridge/formats/hl7v2/timestamp.ts';
import { adt, bytes } from './fixtures.ts';

const RUNS = { numRuns: Number(process.env['RELAIS_PROPERTIES'] ?? 500) };
vi.setConfig({ testTimeout: 30_000 + RUNS.numRuns * 20 });

/** Delimiters that a sender may choose: five different characters that begin no name. */
const delimiters = fc
  .uniqueArray(fc.constantFrom(...Array.from('|^~\\&#*!%$@;:')), { minLength: 5, maxLength: 5 })
  .map(([field = '|', component = '^', repetition = '~', escaped = '\\', subcomponent = '&']) => {
    return { field, component, repetition, escape: escaped, subcomponent };
  });

const value = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replace(/\p{Cc}|\uFEFF/gu, ' ').trim());
const name = fc.constantFrom('PID', 'PV1', 'PV2', 'ZBE', 'ZFM', 'OBX', 'NTE', 'ROL', 'Z1A');

describe('escapes', () => {
  test('what is escaped is read back, with any delimiters, and holds none of them', () => {
    fc.assert(
      fc.property(delimiters, value, (d, text) => {
        const written = escape(text, d);
        expect(unescape(written, d)).toBe(text);
        for (const mark of [d.field, d.component, d.repetition, d.subcomponent]) expect(written).not.toContain(mark);
      }),
      RUNS,
    );
  });

  test('anything can be unescaped', () => {
    fc.assert(
      fc.property(delimiters, fc.string(), (d, text) => void unescape(text, d)),
      RUNS,
    );
  });
});

describe('a message', () => {
  const message = fc.tuple(
    delimiters,
    fc.array(
      fc.tuple(
        name,
        fc.array(fc.array(fc.array(value, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }), {
          maxLength: 6,
        }),
      ),
      { maxLength: 8 },
    ),
    fc.constantFrom('\r', '\n', '\r\n', '\r\r'),
  );

  test('of any delimiters and line ends loses no segment, no field and no repetition', () => {
    fc.assert(
      fc.property(message, ([d, body, end]) => {
        const head = `MSH${d.field}${d.component}${d.repetition}${d.escape}${d.subcomponent}${d.field}A`;
        const lines = body.map(
          ([id, fields]) =>
            [
              id,
              ...fields.map((reps) =>
                reps.map((components) => components.map((one) => escape(one, d)).join(d.component)).join(d.repetition),
              ),
            ].join(d.field) + d.field,
        );
        const read = parseMessage([head, ...lines].join(end) + end);
        expect(read.segments.map(writeSegment)).toEqual([head, ...lines]);
        for (const [index, [, fields]] of body.entries()) {
          const segment = read.segments[index + 1];
          for (const [n, reps] of fields.entries()) {
            const raw = segment?.fields[n + 1] ?? '';
            const told = repetitions(segment, n + 1).map((one) => one.map((component) => component[0]?.trim() ?? ''));
            expect(told).toEqual(raw === '' ? [] : reps);
            expect(first(segment, n + 1, 2)).toBe(part(repetitions(segment, n + 1)[0], 2));
          }
        }
      }),
      RUNS,
    );
  });

  test('of any text keeps every character but line ends and marks of byte order', () => {
    const bare = (text: string): string => text.replace(/[\r\n\u000b\u001c\uFEFF\s]/gu, '');
    const noisy = fc.array(
      fc.oneof(fc.string(), fc.constantFrom('MSH|^~\\&|', 'PID|1|', 'PV1|1|I|', 'EVN||20260112', '\r', '\n', '|')),
    );
    fc.assert(
      fc.property(noisy, (pieces) => {
        const text = pieces.join('');
        if (/\\[rn]/.test(text)) return; // those are mended on purpose
        expect(bare(parseMessage(text).segments.map(writeSegment).join(''))).toBe(bare(text));
        expect(bare(splitMessages(text).join(''))).toBe(bare(text));
      }),
      RUNS,
    );
  });

  test('glued to the one before it, any segment of PAM.fr that comes once is found again', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('PV1', 'PV2', 'PD1', 'MRG', 'ZBE', 'ZFA', 'ZFD', 'ZFM', 'ZFP', 'ZFS', 'ZFV'),
        (id) => {
          const text = adt('A01', { [id]: { 1: '1', 2: 'I', 3: '2210' } });
          const { segments } = parseMessage(text.replace(`\r${id}|`, `${id}|`));
          expect(segments.map((one) => one.name)).toEqual(parseMessage(text).segments.map((one) => one.name));
        },
      ),
    );
  });
});

describe('bytes', () => {
  test('are decoded, cut and read whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (any) => {
        decodeMessage(any);
        for (const one of splitHl7v2(any)) readHl7v2(one);
        readHl7v2(Uint8Array.from([...bytes(adt('A01')), ...any]));
      }),
      RUNS,
    );
  });

  test('of French text are read as it was written, in the three charsets, whatever MSH-18 says', () => {
    const words = [
      'Noël',
      'CŒUR',
      'Œuvré',
      'L’HÉRITIER',
      'çà',
      'Aÿ',
      'LAŸ',
      'Žižek',
      'naïve',
      'Zoé',
      'île',
      'SŒUR',
      'Benoît',
    ];
    const french = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 5 }).map((some) => some.join(' '));
    const said = fc.constantFrom('', '8859/1', '8859/15', 'UNICODE UTF-8');
    const latin9 = new Map(
      Array.from('ŠšŽžŒœŸ€').map((c, n) => [c, [0xa6, 0xa8, 0xb4, 0xb8, 0xbc, 0xbd, 0xbe, 0xa4][n] ?? 0]),
    );
    fc.assert(
      fc.property(french, said, (written, charset) => {
        const name = written.replaceAll('’', "'");
        const text = adt('A01', { MSH: { 18: charset }, PID: { 5: `N${name}^Lucie^^^^^L` } });
        const inUtf8 = decodeMessage(bytes(text)).text;
        expect(inUtf8).toBe(text);
        if (charset === '8859/1') return; // there œ is a fraction
        const inLatin9 = Uint8Array.from(text, (c) => latin9.get(c) ?? c.charCodeAt(0));
        expect(decodeMessage(inLatin9).text).toBe(text);
      }),
      RUNS,
    );
  });
});

describe('time stamps', () => {
  test('of any instant and offset are the same instant', () => {
    const two = (n: number): string => String(n).padStart(2, '0');
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1900-01-02'), max: new Date('2100-01-01'), noInvalidDate: true }),
        fc.integer({ min: -14, max: 14 }),
        (date, hours) => {
          const at = Math.floor(date.getTime() / 1000) * 1000;
          const local = new Date(at + hours * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);
          const text = `${local}${hours < 0 ? '-' : '+'}${two(Math.abs(hours))}00`;
          expect(readTimestamp(text, 'X', [])?.at).toBe(at);
        },
      ),
      RUNS,
    );
  });

  test('any other text is a date or a warning', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9.+Z:-]{1,24}$/), (text) => {
        const warnings: string[] = [];
        const read = readTimestamp(text, 'X', warnings);
        expect(read === undefined).toBe(warnings.length === 1);
        if (read) expect(Number.isFinite(read.at)).toBe(true);
      }),
      RUNS,
    );
  });
});
