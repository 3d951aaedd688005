/** Mutated messages, read and judged: a verdict and an ACK for each, never an exception, never a hang. */
import { expect, test } from 'vitest';
import { acknowledgement, acknowledgementCode, acknowledgementError } from '../../../bridge/formats/hl7v2/ack.ts';
import { readHl7v2, splitHl7v2 } from '../../../bridge/formats/hl7v2/pam-fr.ts';
import { type SourcePolicy, strongest, verdict } from '../../../care/stay/verdict.ts';
import { randomly } from './fixtures.ts';
import { mutate, seeds } from './mutations.ts';

/** 20,000 at each change of the code; `npm run torture` says more. */
const COUNT = Number(process.env['RELAIS_MUTATIONS'] ?? 20_000);
const SEED = Number(process.env['RELAIS_SEED'] ?? 20260112);
const HANG_MS = 50;

const POLICY: SourcePolicy = {
  units: new Map([['2210', 'event+label']]),
  unknownUnit: 'hold',
  acceptTraining: false,
  acceptFictional: false,
  production: true,
};

function treat(bytes: Uint8Array): string[] {
  return splitHl7v2(bytes).map((one) => {
    const read = readHl7v2(one);
    const judged = read.readable ? strongest(read.intents.map((intent) => verdict(intent, POLICY))) : undefined;
    const error = acknowledgementError(read);
    const code = acknowledgementCode(read);
    const ack = acknowledgement({ received: one, code, at: 0, id: 'R', ...(error === undefined ? {} : { error }) });
    if (!/^MSH\|\^~\\&\|[\x20-\x7e]*\rMSA\|A[AER](?:\|[\x20-\x7e]*)?\r(?:ERR\|[\x20-\x7e]*\r)?$/.test(ack))
      throw new Error(ack);
    const said = read.warnings.join(' ') + (read.readable ? '' : read.detail);
    if (/FICTIVE|INVENTEE|Lucie|00700123|19610704/.test(said)) throw new Error(`a value in a warning: ${said}`);
    return read.readable ? (judged?.outcome ?? 'muted') : read.verdict;
  });
}

/** Milliseconds of processor, the best of five where the first is long: the machine may be doing something else. */
function cost(bytes: Uint8Array): number {
  const once = (): number => {
    const before = process.cpuUsage();
    treat(bytes);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  return Math.min(once(), once(), once(), once(), once());
}

test(`${COUNT} mutated messages`, { timeout: 60_000 + COUNT * 10 }, () => {
  const random = randomly(SEED);
  const originals = seeds();
  const outcomes = new Set<string>();
  for (let run = 0; run < COUNT; run++) {
    const mutated = mutate(originals[run % originals.length] ?? new Uint8Array(), random);
    const began = process.cpuUsage();
    for (const outcome of treat(mutated)) outcomes.add(outcome);
    const { user, system } = process.cpuUsage(began);
    if ((user + system) / 1000 > HANG_MS) expect(cost(mutated), `run ${run} of seed ${SEED}`).toBeLessThan(HANG_MS);
  }
  // Every sort of end is reached, so the mutations are neither too mild nor too wild.
  expect([...outcomes].sort()).toEqual(['blocked', 'muted', 'posted', 'quarantined', 'rejected']);
});

test('what grows, grows no faster than its length', () => {
  const line = (text: string): Uint8Array => new TextEncoder().encode(text);
  const msh = 'MSH|^~\\&|A|B|C|D|20260112||ADT^A01^ADT_A01|1|P|2.5\r';
  for (const unit of [
    '~',
    '^',
    '&',
    '|',
    '\\',
    '\\X',
    '\\E\\',
    'PID|',
    'PV1|1|I|',
    'A',
    '\r',
    'MSH|',
    '\\r',
    '""',
    'é',
    'EVN||2',
  ]) {
    for (const around of [(x: string) => msh + x, (x: string) => `${msh}PID|1||${x}`, (x: string) => x]) {
      expect(cost(line(around(unit.repeat(Math.ceil(60_000 / unit.length))))), JSON.stringify(unit)).toBeLessThan(
        4 * HANG_MS,
      );
    }
  }
});
