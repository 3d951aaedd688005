/** Mutated messages through the door, the disk and the corridor: each is acknowledged, and what became of it is known. */
import { expect, test } from 'vitest';
import { drainHospital } from '../../bridge/hospital.ts';
import { judgeHl7v2 } from '../../bridge/hl7v2-door.ts';
import { acknowledgement } from '../../bridge/formats/hl7v2/ack.ts';
import { readHl7v2 } from '../../bridge/formats/hl7v2/pam-fr.ts';
import type { Reason } from '../../care/relay/outcome.ts';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import { RINGING } from '../../config/ringing.ts';
import { openStore } from '../../store/open.ts';
import { sealerFromSecret } from '../../store/seal.ts';
import { randomly } from '../formats/hl7v2/fixtures.ts';
import { mutate, seeds } from '../formats/hl7v2/mutations.ts';
import { POLICY } from './stage.ts';

const COUNT = Math.ceil(Number(process.env['RELAIS_MUTATIONS'] ?? 20_000) / 4);
const BATCH = 200;

test(`${COUNT} mutated messages have an outcome each`, { timeout: 120_000 + COUNT * 30 }, async () => {
  const sealer = sealerFromSecret('a secret that protects nothing: everything here is synthetic');
  let made = 0;
  const ids = { next: () => `i${(made += 1)}`, code: () => `C${made}` };
  const now = Date.UTC(2026, 0, 12, 9);
  const clocks = { civil: () => now, machine: () => now, pause: async () => undefined };
  const store = await openStore({ path: ':memory:', sealer, clocks, ids });
  const doctor: Person = { id: 'mt', matrix: '@mt:t', name: 'Dr T', role: 'medecin-traitant', groups: [] };
  const bugs: unknown[] = [];
  const ports = {
    store,
    sealer,
    ids,
    ringing: RINGING,
    people: { ...peopleFrom([doctor], [], []), team: () => [doctor] },
    policyOf: () => ({ ...POLICY, units: new Map([['2210', 'event+label' as const]]), unknownUnit: 'hold' as const }),
    closeAfterDays: 30,
    deskOf: () => undefined,
    consequences: async () => undefined,
    civil: () => now,
    onBug: (_: string, error: unknown) => void bugs.push(error),
  };
  const facilities = ['CH_VAL', 'CH_EXEMPLE', 'CH_STRASBOURG', 'SIGEMS', 'CHU-X', 'PAM_FR', 'CPAGE', 'HMLIT', 'CH'];
  const source = { id: 'ch', format: 'hl7v2' as const, facilities, secret: 's', maxBytes: 4_000_000 };
  const random = randomly(Number(process.env['RELAIS_SEED'] ?? 20260113));
  const originals = seeds();
  const answered = new Map<string, string>();
  for (let run = 0; run < COUNT; run += BATCH) {
    const verdicts = await Promise.all(
      Array.from({ length: Math.min(BATCH, COUNT - run) }, async (_, n) => {
        const body = mutate(originals[(run + n) % originals.length] ?? new Uint8Array(), random);
        const given = { receivedAt: now, ackId: 'A', read: () => readHl7v2(body), acknowledge: acknowledgement };
        return judgeHl7v2(source, body, given);
      }),
    );
    const accepted = await store.inbox.accept(verdicts.map((one) => one.envelope));
    for (const [n, one] of accepted.entries()) {
      if (one.state === 'fresh') answered.set(one.id, verdicts[n]?.code ?? '');
      else expect(one.state).toBe('duplicate'); // an early cut leaves the same bytes: the same answer again
    }
    await drainHospital(ports, ['ch']);
  }
  expect(bugs).toEqual([]);
  expect(await store.inbox.count('undecided')).toBe(0);
  const all = await store.inbox.list({ limit: COUNT + 1 });
  expect(all).toHaveLength(answered.size);
  const UNREADABLE = new Set<Reason | undefined>([
    'unreadable',
    'missing-identity',
    'bad-date',
    'bad-movement',
    'wrong-facility',
  ]);
  for (const { id, state, outcome, reason, body } of all) {
    expect(state === 'quarantined' || state === 'decided').toBe(true);
    expect(outcome).toBeDefined();
    const code = answered.get(id);
    if (outcome === 'rejected') expect(code).toBe('AR');
    else if (code === 'AE') expect(UNREADABLE.has(reason)).toBe(true);
    else expect(code).toBe('AA');
    if (outcome === 'blocked') expect(body).toHaveLength(0);
  }
  const outcomes = new Set(all.map((one) => one.outcome));
  expect([...outcomes].sort()).toEqual(['blocked', 'muted', 'posted', 'quarantined', 'rejected']);
  await store.close();
});
