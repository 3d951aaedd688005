/** What may be acknowledged or said is on disk first; what is only remembered does not wait for the disk (SQLite). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { StoreFailure } from '../../care/relay/store-failure.ts';
import { acceptAll } from '../../store/accept.ts';
import { commitDecision } from '../../store/commit.ts';
import { openFlush } from '../../store/flush.ts';
import type { Ground } from '../../store/ground.ts';
import { migrate } from '../../store/migrations.ts';
import { outboxStore } from '../../store/outbox.ts';
import { sqliteEngine } from '../../store/sqlite.ts';
import { NOON, clocks, countingIds, decision, delivery, envelope, sealer, wanted } from './fixtures.ts';

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), 'relais-durable-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'relais.sqlite');
}

/** A store on a disk that answers when the test says so; `asked` counts the flushes begun. */
async function onSlowDisk() {
  const engine = sqliteEngine(file());
  await migrate(engine.transaction, engine.words, NOON);
  onTestFinished(() => engine.close());
  const disk = { asked: 0, answer: Promise.withResolvers<undefined>() };
  const durable = async (): Promise<void> => {
    disk.asked += 1;
    await disk.answer.promise;
  };
  const ground: Ground = { ...engine, durable, sealer, ids: countingIds(), clocks };
  return { ground, disk, outbox: outboxStore(ground) };
}

/** Did it end before the disk answered? */
async function endsAlone(work: Promise<unknown>): Promise<boolean> {
  let ended = false;
  void work.then(() => (ended = true));
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  return ended;
}

test('a message is acknowledged once the disk has it', async () => {
  const { ground, disk } = await onSlowDisk();
  const accepted = acceptAll(ground, [{ envelopes: [envelope('A')], cursor: undefined }]);
  expect(await endsAlone(accepted)).toBe(false);
  disk.answer.resolve(undefined);
  expect(await accepted).toMatchObject([[{ state: 'fresh' }]]);
});

test('and is decided meanwhile', async () => {
  const { ground, disk } = await onSlowDisk();
  let written = false;
  const onWritten = (): void => void (written = true);
  const accepted = acceptAll(ground, [{ envelopes: [envelope('A')], cursor: undefined, onWritten }]);
  expect(await endsAlone(accepted)).toBe(false);
  expect(written).toBe(true);
  disk.answer.resolve(undefined);
  await accepted;
});

test('a decision does not wait for the disk; its deliveries are not sent before it is there', async () => {
  const { ground, disk, outbox } = await onSlowDisk();
  const committed = commitDecision(
    ground,
    decision({ deliveries: [delivery('patient:a'), delivery('patient:b')] }),
    NOON,
  );
  expect(await committed).toBe('committed');
  expect(disk.asked).toBe(0);
  const heads = await outbox.heads(NOON, 10);
  const tried = Promise.all(heads.map(({ id }) => outbox.markTried(id, 'DEVICE', NOON)));
  expect(await endsAlone(tried)).toBe(false);
  expect(disk.asked).toBe(1); // two lanes, one flush
  disk.answer.resolve(undefined);
  await tried;
  expect((await outbox.heads(NOON, 10)).map(({ tried: first }) => first)).toEqual([
    { device: 'DEVICE', at: NOON },
    { device: 'DEVICE', at: NOON },
  ]);
});

test('rooms are on disk before anybody can make them', async () => {
  const { ground } = await onSlowDisk();
  const ways: string[] = [];
  const watched: Ground = {
    ...ground,
    transaction: (work) => (ways.push('on disk'), ground.transaction(work)),
    soon: (work) => (ways.push('soon'), ground.soon(work)),
  };
  await commitDecision(watched, decision({ rooms: [wanted('patient:a')] }), NOON);
  expect(ways).toEqual(['on disk']);
});

test('what is marked done need not wait: sent again, it is the same event', async () => {
  const { ground, disk, outbox } = await onSlowDisk();
  await commitDecision(ground, decision({ deliveries: [delivery('patient:a')] }), NOON);
  const [head] = await outbox.heads(NOON, 1);
  await outbox.markDone(head?.id ?? '', { eventId: '$1' }, NOON);
  expect(disk.asked).toBe(0);
  expect(await outbox.pending()).toBe(0);
});

test('a commit that waits for the disk by itself still does after one that did not', async () => {
  const { ground } = await onSlowDisk();
  const level = async (): Promise<unknown> => {
    return (await sql<{ synchronous: number }>`pragma synchronous`.execute(ground.db)).rows[0]?.synchronous;
  };
  expect(await level()).toBe(2);
  await ground.soon(async () => undefined);
  await ground.soon(() => Promise.reject(new Error('rolled back'))).catch(() => undefined);
  expect(await level()).toBe(2);
});

test('a disk that refused once is not believed again', async () => {
  const path = file();
  const engine = sqliteEngine(path);
  await migrate(engine.transaction, engine.words, NOON);
  onTestFinished(() => engine.close());
  let broken = true;
  const flush = openFlush(`${path}-wal`, async () => {
    if (broken) throw new Error('EIO');
  });
  onTestFinished(() => flush.close());
  await expect(flush.durable()).rejects.toThrow(StoreFailure);
  broken = false;
  await expect(flush.durable()).rejects.toThrow('start Relais again');
});
