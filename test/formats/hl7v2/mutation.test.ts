/** Bytes that a broken line, editor or engine could make of a message: a verdict and an ACK for each, never an exception. */
import { expect, test } from 'vitest';
import { acknowledgement, acknowledgementCode, acknowledgementError } from '../../../bridge/formats/hl7v2/ack.ts';
import { readHl7v2, splitHl7v2 } from '../../../bridge/formats/hl7v2/pam-fr.ts';
import { type SourcePolicy, strongest, verdict } from '../../../care/stay/verdict.ts';
import { adt, bytes, randomly } from './fixtures.ts';

const POLICY: SourcePolicy = {
  units: new Map([['2210', 'event+label']]),
  unknownUnit: 'hold',
  acceptTraining: false,
  acceptFictional: false,
  production: true,
};
const SEEDS = [
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
const PIECES = [
  '|',
  '^',
  '~',
  '\\',
  '&',
  '""',
  '\r',
  '\n',
  '\u000b',
  '\u001c',
  'MSH|',
  'PID|1|',
  'ZBE|',
  '\\X',
  '\uFEFF',
  'é',
  '\0',
  '20261399',
  '-1',
  'CANCEL',
];

test('20,000 mutated messages', { timeout: 60_000 }, () => {
  const random = randomly(20260112);
  const outcomes = new Map<string, number>();
  for (let run = 0; run < 20_000; run++) {
    const mutated = mutate(bytes(SEEDS[run % SEEDS.length] ?? ''), random);
    for (const one of splitHl7v2(mutated)) {
      const read = readHl7v2(one);
      const judged = read.readable ? strongest(read.intents.map((intent) => verdict(intent, POLICY))) : undefined;
      const outcome = read.readable ? (judged?.outcome ?? 'muted') : read.verdict;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      const error = acknowledgementError(read);
      const code = acknowledgementCode(read);
      const ack = acknowledgement({ received: one, code, at: 0, id: 'R', ...(error === undefined ? {} : { error }) });
      expect(ack).toMatch(/^MSH\|\^~\\&\|[\x20-\x7e]*\rMSA\|A[AER](?:\|[\x20-\x7e]*)?\r(?:ERR\|[\x20-\x7e]*\r)?$/);
      expect(read.warnings.join(' ')).not.toMatch(/FICTIVE|INVENTEE|Lucie|00700123|19610704/);
    }
  }
  // Every sort of end is reached, so the mutations are neither too mild nor too wild.
  expect([...outcomes.keys()].sort()).toEqual(['blocked', 'muted', 'posted', 'quarantined', 'rejected']);
});

function mutate(original: Uint8Array, random: (below: number) => number): Uint8Array {
  let changed = Array.from(original);
  for (let times = 1 + random(4); times > 0; times--) {
    const at = random(changed.length + 1);
    const length = random(12);
    switch (random(6)) {
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
        changed.splice(at, 0, ...changed.slice(random(at + 1), at));
        break;
      default: // another letter: Y for N, D for a blank
        changed[at] = 'YNDORE'.charCodeAt(random(6));
    }
  }
  return Uint8Array.from(changed);
}
