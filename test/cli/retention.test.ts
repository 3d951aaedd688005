/** `relais retention`: what goes when, in counts, and done now; what the night job and the metrics say of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { metrics } from '../../bridge/metrics.ts';
import { emptyDecision } from '../../care/relay/decision.ts';
import { DAY } from '../../care/relay/civil-time.ts';
import { newPatient } from '../../care/stay/patient.ts';
import { withStore } from '../../cli/configured.ts';
import { applyRetention, printRetentionPlan } from '../../cli/retention.ts';
import { retentionJob } from '../../cli/serve-retention.ts';
import { ENV, good, installation, problems } from '../config/installation.ts';
import { envelope } from '../store/fixtures.ts';
import { systemClocks } from '../support/system-clocks.ts';

/** A decided message and a patient of four months ago, a message of today. */
async function kept(): Promise<string> {
  const config = installation();
  const old = Date.now() - 120 * DAY;
  await withStore(config, ENV, async ({ store }) => {
    const [first] = await store.inbox.accept([
      envelope('OLD', { receivedAt: old, text: 'PID|INVENTEE^Lucie' }),
      envelope('NEW', { receivedAt: Date.now() }),
    ]);
    const id = first && 'id' in first ? first.id : '';
    const state = { ...newPatient('p1', 'CH_MODELE', '0010001'), birthName: 'INVENTEE' };
    const settle = { envelope: id, state: 'decided', outcome: 'muted', reason: 'bed-move' } as const;
    await store.commit({ ...emptyDecision(), files: [{ kind: 'patient', id: 'p1', version: 0, state }], settle }, old);
    return 0;
  });
  return config;
}

describe('relais retention', () => {
  it('says what is due and changes nothing; apply does it, leaves a row, and the metrics count it', async () => {
    const config = await kept();
    const plan = async (): Promise<string> => {
      const lines: string[] = [];
      expect(await printRetentionPlan({ config }, ENV, (line) => lines.push(line))).toBe(0);
      return lines.join('\n');
    };
    expect(await plan()).toMatch(/messages +30 +1 +0 +-\n/);
    expect(await plan()).toMatch(/patients +90 +1 +0 +-\n/);
    expect(await plan()).toContain('never done');
    expect(await plan()).not.toMatch(/INVENTEE|Lucie|p1/);
    const said: string[] = [];
    expect(await applyRetention({ config }, ENV, (line) => said.push(line))).toBe(0);
    expect(said).toContain('messages        1');
    expect(said).toContain('patients        1');
    expect(await plan()).toMatch(/messages +30 +0 +0 +-\n/);
    expect(await plan()).toContain('Last done');
    await withStore(config, ENV, async ({ store }) => {
      expect((await store.audit(9)).map((row) => row.action)).toEqual(['retention:apply', 'retention:patient']);
      expect(await metrics(store, Date.now())).toContain('relais_retention_total{what="patients"} 1');
      return 0;
    });
  });

  it('is done by the server each night, with what the configuration says', async () => {
    const config = await kept();
    writeFileSync(
      config,
      `${readFileSync(config, 'utf8')}retention: { messages: 300, requests: 40, patients: 100, audit: 200 }\n`,
    );
    await withStore(config, ENV, async ({ loaded, store }) => {
      const log: unknown[] = [];
      const note = (...line: unknown[]): void => void log.push(line);
      const { retention } = loaded.config;
      await retentionJob(store, retention, systemClocks, note, new AbortController().signal).run();
      expect(await store.retention.count('messages', Date.now() + DAY)).toMatchObject({ due: 1 });
      expect(await store.files.load('patient', 'p1')).toBeUndefined();
      expect(log).toEqual([['info', 'retention: emptied', expect.objectContaining({ messages: 0, patients: 1 })]]);
      return 0;
    });
  });

  it('refuses to forget a patient before their room or their request is over', () => {
    const broken = installation();
    const text = readFileSync(broken, 'utf8');
    writeFileSync(broken, `${text}rooms: { close_after_days: 60 }\nretention: { patients: 60 }\n`);
    expect(problems(broken)).toEqual([
      expect.stringContaining(
        'retention.patients: 60 days, and a room or a request of the patient lives for 60 → write',
      ),
    ]);
    expect(good(installation()).config.retention.messages).toBe(30 * DAY);
  });
});
