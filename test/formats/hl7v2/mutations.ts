/** Messages as a broken line, editor or engine could make of them: reproducible from a seed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adt, bytes } from './fixtures.ts';

const OWN = [
  adt('A01', { PV2: { 9: '20260115110000' }, ROL: { 2: 'UC', 3: 'ODRP', 4: '899900000017^^^^^^^^^^^^IDNPS' } }),
  adt('A02', { PV1: { 6: '3300^1' } }),
  adt('A03', { PV1: { 36: '3', 45: '20260112083000' }, ZFM: { 2: '8' } }),
  adt('A16', { EVN: { 3: '20260115' } }),
  adt('A25', { ZBE: { 4: 'CANCEL', 6: 'A16' } }),
  adt('Z99', { ZBE: { 4: 'UPDATE', 6: 'A01' } }),
  adt('A40', { ZBE: null, PV1: null, MRG: { 1: '9^^^CH_VAL^PI' } }),
  adt('A47', { ZBE: null, PID: { 3: '7^^^CH_VAL^PI~""^^^INS&1.2.250.1.213.1.4.8&ISO^INS' } }),
  'MSH#*!%$#SIH#CH#RELAIS#CPTS#20260116##ADT*A01#S37#P#2.5\rPID#1##7***CH*PI\rPV1#1#I#4521\r',
];

/** The project's own messages, and the public samples where they are beside it. */
export function seeds(): Uint8Array[] {
  const corpus = join(import.meta.dirname, '../../../../shared/corpus/hl7');
  if (!existsSync(corpus)) console.warn(`NOTE: no corpus at ${corpus}: only the project's own messages are mutated`);
  const files = existsSync(corpus) ? readdirSync(corpus, { recursive: true, encoding: 'utf8' }) : [];
  const samples = files
    .filter((path) => /\.(?:hl7|er7|bin)$/.test(path))
    .map((path) => readFileSync(join(corpus, path)));
  return [...OWN.map(bytes), ...samples];
}

const PIECES = [
  ...['|', '^', '~', '\\', '&', '""', '\r', '\n', '\u000b', '\u001c', '\uFEFF', '\0', 'é'],
  ...[
    'MSH|',
    'MSH|^~\\&|',
    'PID|1|',
    'ZBE|',
    'PV1|',
    '\\X',
    '\\X0D\\',
    '\\.br\\',
    '\\r',
    '&amp;',
    '|||||||||||||||||||||',
  ],
  ...[
    '20261399',
    '20260229',
    '-1',
    '+9999',
    '99999999999999999999',
    'CANCEL',
    'UPDATE',
    'A03',
    'A40',
    'CACH',
    'FICT',
    'Y',
  ],
];

/** @param random of `randomly`: the same seed gives the same bytes */
export function mutate(original: Uint8Array, random: (below: number) => number): Uint8Array {
  let changed = Array.from(original);
  for (let times = 1 + random(4); times > 0; times--) {
    const at = random(changed.length + 1);
    const length = random(12);
    switch (random(7)) {
      case 0: // some bytes lost
        changed.splice(at, length);
        break;
      case 1: // something typed in
        changed.splice(at, 0, ...bytes(PIECES[random(PIECES.length)] ?? ''));
        break;
      case 2: // any byte, any charset
        changed[at] = random(256);
        break;
      case 3: // cut tail
        changed = changed.slice(0, at);
        break;
      case 4: // a piece twice
        changed.splice(at, 0, ...changed.slice(random(at + 1), at).slice(0, 20_000));
        break;
      case 5: // one field for another
        changed = swapped(changed, random);
        break;
      default: // another letter: Y for N, D for a blank
        changed[at] = 'YNDORE'.charCodeAt(random(6));
    }
  }
  return Uint8Array.from(changed);
}

function swapped(message: readonly number[], random: (below: number) => number): number[] {
  const fields = String.fromCharCode(...message.slice(0, 60_000)).split('|');
  const [a, b] = [random(fields.length), random(fields.length)];
  [fields[a], fields[b]] = [fields[b] ?? '', fields[a] ?? ''];
  return Array.from(fields.join('|'), (c) => c.charCodeAt(0));
}
