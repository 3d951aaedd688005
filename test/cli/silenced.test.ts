/** `relais silenced` and what `relais quarantine` does with a held identity, on a base of their own. */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withStore } from '../../cli/configured.ts';
import { listQuarantine, replayQuarantined } from '../../cli/quarantine.ts';
import { listSilenced, releaseSilenced } from '../../cli/silenced.ts';
import { emptyDecision } from '../../care/relay/decision.ts';
import type { NewEnvelope } from '../../care/relay/envelope.ts';
import { newStay } from '../../care/stay/evolve.ts';
import { ENV, installation } from '../config/installation.ts';

let config: string;
const printed: string[] = [];
const print = (line: string): void => void printed.push(line);
beforeEach(() => {
  config = installation();
  printed.length = 0;
});
afterEach(() => {
  rmSync(dirname(config), { recursive: true });
  vi.restoreAllMocks();
});

test('a silenced stay is listed by its visit, released once, and audited', async () => {
  const given = { id: 'S1', patientId: 'P1', facility: 'CH', facilityName: 'CH', source: 'ch', visit: 'VEN1' };
  const state = { ...newStay(given), protected: 'vip' };
  await withStore(config, ENV, async ({ store }) => {
    const audit = [{ actor: 'a', action: 'b', subject: 'c', outcome: 'blocked', reason: 'vip' } as const];
    const file = { kind: 'stay', id: 'S1', version: 0, state, keys: ['silenced'] } as const;
    await store.commit({ ...emptyDecision(), files: [{ ...file, keys: [...file.keys] }], audit }, 1);
    return 0;
  });
  expect(await listSilenced({ config }, ENV, print)).toBe(0);
  expect(printed[0]).toBe('S1  CH  visit VEN1  expected  vip');
  expect(await releaseSilenced(['S1'], { config }, ENV, print)).toBe(0);
  const stderr = vi.spyOn(console, 'error').mockReturnValue();
  expect(await releaseSilenced(['S1', 'S2'], { config }, ENV, print)).toBe(1);
  expect(stderr).toHaveBeenCalledTimes(2);
  await listSilenced({ config }, ENV, print);
  expect(printed.at(-1)).toBe('Nothing is silenced.');
  await withStore(config, ENV, async ({ store }) => {
    expect((await store.audit(10)).map((row) => row.action)).toContain('silenced:release');
    return 0;
  });
});

test('an identity is accepted only of what is held for it; a late end is listed though nothing is held', async () => {
  const envelope = (key: string): NewEnvelope => ({
    lane: 'in:ch',
    source: 'ch',
    key,
    digest: key,
    format: 'hl7v2',
    body: new TextEncoder().encode(key),
    receivedAt: 1,
    onKeyReuse: 'accept-as-new',
  });
  let ids: string[] = [];
  await withStore(config, ENV, async ({ store }) => {
    const accepted = await store.inbox.accept(['identity', 'unit', 'late', 'old'].map(envelope));
    ids = accepted.map((one) => ('id' in one ? one.id : ''));
    const ends = [
      { state: 'quarantined', outcome: 'quarantined', reason: 'merge-needs-human' },
      { state: 'quarantined', outcome: 'quarantined', reason: 'unknown-unit' },
      { state: 'decided', outcome: 'muted', reason: 'retroactive', detail: 'a death entered more than 48 h late' },
      { state: 'decided', outcome: 'muted', reason: 'retroactive' },
    ] as const;
    for (const [n, end] of ends.entries()) {
      const audit = [{ actor: 'a', action: 'b', subject: 'c', outcome: end.outcome, reason: end.reason }];
      await store.commit({ ...emptyDecision(), audit, settle: { envelope: ids[n] ?? '', ...end } }, 1);
    }
    return 0;
  });
  await listQuarantine({ config }, ENV, print);
  const listed = printed.join('\n');
  expect(listed).toContain('a death entered more than 48 h late');
  expect(listed).not.toContain(ids[3]);
  const stderr = vi.spyOn(console, 'error').mockReturnValue();
  expect(await replayQuarantined(ids.slice(0, 2), { config, acceptIdentity: true }, ENV, print)).toBe(1);
  expect(stderr).toHaveBeenCalledTimes(1);
  await withStore(config, ENV, async ({ store }) => {
    expect(await store.inbox.get(ids[0] ?? '')).toMatchObject({ state: 'undecided', note: 'same-patient' });
    expect(await store.inbox.get(ids[1] ?? '')).toMatchObject({ state: 'quarantined' });
    expect((await store.audit(10)).map((row) => row.action)).toContain('quarantine:accept-identity');
    return 0;
  });
});
