/** What is over goes, and nothing that is said, held, asked or counted is lost or said twice because of it. */
import { describe, expect, it } from 'vitest';
import type { FileKind } from '../../care/relay/decision.ts';
import { retain, type RetentionCounts } from '../../care/relay/retention.ts';
import { DAY } from '../../care/relay/civil-time.ts';
import { figuresOf, counted, monthKey } from '../../care/request/counting.ts';
import { findRequests, loadRequest } from '../../care/request/stored.ts';
import { retentionPlan } from '../../cli/retention.ts';
import { retentionRules } from '../../cli/retention-rules.ts';
import { requestRows } from '../../config/texts/request-export.ts';
import { peopleFrom } from '../../care/people/person.ts';
import { loadTariffs } from '../../config/load-tariffs.ts';
import { admitted, PATIENT } from './patient-room.ts';
import { openWard, paris, ts, type Ward } from './stage.ts';
import { asks, both, codeFor, HECTOR, merge } from './two-patients.ts';

const PERIODS = {
  messages: 30 * DAY,
  announcements: 30 * DAY,
  requests: 30 * DAY,
  patients: 90 * DAY,
  audit: 365 * DAY,
};

async function night(ward: Ward, log: unknown[] = []): Promise<RetentionCounts> {
  const clocks = { civil: () => ward.now(), pause: async () => undefined };
  const rules = retentionRules(ward.store, PERIODS);
  const note = (...line: unknown[]): void => void log.push(line);
  return retain({ store: ward.store, periods: PERIODS, rules, clocks, log: note }, new AbortController().signal);
}

const KINDS: FileKind[] = [
  ...(['patient', 'stay', 'request', 'room-watch', 'conversation', 'slot', 'draft', 'form-file', 'fiche'] as const),
  ...(['proposal', 'shadow', 'document', 'attachment', 'letter'] as const),
];

/** Everything that the base can still say, as one text. */
async function everything({ store }: Ward): Promise<string> {
  const found: unknown[] = [await store.audit(9_999), await store.rooms.list()];
  for (let n = 1; n < 1_000; n += 1) {
    const id = `id-${String(n).padStart(6, '0')}`;
    const envelope = await store.inbox.get(id);
    found.push(envelope && { ...envelope, body: new TextDecoder().decode(envelope.body) }, await store.outbox.look(id));
  }
  for (const kind of KINDS)
    for (const file of await store.retention.idle(kind, Number.MAX_SAFE_INTEGER, 9_999))
      found.push(file, await store.files.history(kind, file.id));
  return JSON.stringify(found);
}

const discharge = (ward: Ward): Promise<string> =>
  ward.adt('A03', {
    ZBE: { 1: 'MV7', 2: ts(2026, 1, 13, 11) },
    EVN: { 2: ts(2026, 1, 13, 11), 6: ts(2026, 1, 13, 11) },
  });

describe('a patient of whom nothing is heard any more', () => {
  it('is forgotten whole: nothing in the base names them, and the same message comes for nothing', async () => {
    const { ward, ref } = await admitted();
    await ward.until(paris(2026, 1, 13, 11, 5));
    await discharge(ward);
    expect(await everything(ward)).toMatch(PATIENT);
    await ward.until(paris(2026, 3, 1, 4));
    const log: unknown[] = [];
    expect(await night(ward, log)).toMatchObject({ messages: 5, patients: 0 }); // three of them join the room
    expect(JSON.stringify(log)).toContain('"messages":5');
    expect(JSON.stringify(log)).not.toMatch(PATIENT);
    const audit = (await ward.store.audit(999)).length;
    await ward.until(paris(2026, 4, 15, 4));
    expect(await night(ward)).toMatchObject({ messages: 0, patients: 1 });
    expect(await everything(ward)).not.toMatch(PATIENT);
    // Who did what, and what went when, is told still.
    const rows = await ward.store.audit(999);
    expect(rows).toHaveLength(audit + 1);
    expect(rows.at(-1)).toMatchObject({ actor: 'clock', action: 'retention:patient', subject: ref.slice(8) });
    // The engine resets its counters and sends the old discharge again: that fact was told.
    const read = ward.bodies('mt').length;
    await discharge(ward);
    expect(ward.bodies('mt')).toHaveLength(read);
    expect(await ward.store.counts()).toContainEqual({ outcome: 'muted', reason: 'duplicate-fact', n: 1 });
    expect(await night(ward)).toMatchObject({ patients: 0 });
    await ward.close();
  });

  it('begins anew at the next admission, in another Matrix room, and nobody is told of a past', async () => {
    const { ward, roomId, ref } = await admitted();
    await ward.until(paris(2026, 1, 13, 11, 5));
    await discharge(ward);
    await ward.until(paris(2026, 5, 4, 15, 5));
    expect(await night(ward)).toMatchObject({ patients: 1 });
    const at = ts(2026, 5, 4, 15);
    await ward.adt('A01', { PV1: { 19: 'V-NEXT' }, ZBE: { 1: 'MV20', 2: at }, EVN: { 2: at, 6: at } });
    const room = await ward.store.rooms.get(ref);
    expect(room).toMatchObject({ generation: 2, state: 'open' });
    expect(room?.matrixId).not.toBe(roomId);
    expect(ward.bodies('mt').at(-1)).toContain('Entrée à l’hôpital');
    expect(ward.bodies('mt').filter((body) => body.startsWith('Résumé'))).toEqual([]);
    expect(await night(ward)).toMatchObject({ patients: 0 });
    await ward.close();
  });

  it('is kept while in hospital, however long nothing is said', async () => {
    const { ward } = await admitted();
    await ward.until(paris(2027, 1, 12, 4));
    expect(await night(ward)).toMatchObject({ patients: 0 });
    const plan = await retentionPlan(ward.store, PERIODS, ward.now());
    expect(plan).toContainEqual(expect.objectContaining({ what: 'patients', due: 0, held: 0, days: 90 }));
    await ward.until(paris(2027, 1, 13, 10));
    const at = ts(2027, 1, 13, 9);
    await ward.adt('A03', { ZBE: { 1: 'MV7', 2: at }, EVN: { 2: at, 6: at } });
    expect(ward.bodies('mt').at(-1)).toMatch(/Sortie/);
    await ward.close();
  });

  it('is kept while a request about them runs, and so many days after it', async () => {
    const { ward, roomId } = await admitted();
    await ward.until(paris(2026, 1, 13, 11, 5));
    await discharge(ward);
    await ward.until(paris(2026, 2, 11, 9));
    await ward.says(roomId, '@mt:test', '!avis cardio ECG douteux avant certificat de sport, 17 ans');
    const code = /D-\w{3}/.exec(ward.bodies('mt').join('\n'))?.[0] ?? '';
    await ward.until(paris(2026, 5, 20, 9));
    expect(await night(ward)).toMatchObject({ requests: 0, patients: 0 });
    await ward.types('mt', `annuler ${code}`);
    await ward.until(paris(2026, 6, 22, 4));
    expect(await night(ward)).toMatchObject({ requests: 1, patients: 0 });
    await ward.until(paris(2026, 8, 18, 8));
    expect(await night(ward)).toMatchObject({ patients: 0 });
    await ward.until(paris(2026, 8, 20, 4));
    expect(await night(ward)).toMatchObject({ patients: 1 });
    expect(await everything(ward)).not.toMatch(/sport|INVENTEE|FICTIVE|Lucie|00700123|1961/);
    await ward.close();
  });

  it('a protected stay stays silent after all that was known of the patient has gone', async () => {
    const { ward } = await admitted();
    await ward.adt('A31', { PID: { 32: 'CACH' }, ZBE: null, PV1: null, EVN: { 2: ts(2026, 1, 12, 10) } });
    await ward.adt('A08', { PV2: { 22: 'Y' }, EVN: { 2: ts(2026, 1, 12, 10, 1) }, ZBE: null });
    expect(await ward.store.files.find('stay', 'silenced')).toHaveLength(1);
    await ward.until(paris(2026, 9, 1, 8));
    await night(ward);
    expect(await ward.store.files.find('stay', 'silenced')).toHaveLength(1);
    const read = ward.bodies('mt').length;
    const at = ts(2026, 9, 1, 7);
    await ward.adt('A03', { ZBE: { 1: 'MV7', 2: at }, EVN: { 2: at, 6: at } });
    expect(ward.bodies('mt')).toHaveLength(read);
    await ward.close();
  });
});

describe('what waits', () => {
  it('is never emptied: a merge that nobody has decided is decided whole, a hundred days later', async () => {
    const ward = await both();
    await asks(ward, 'A40', 9, merge);
    await ward.until(paris(2026, 4, 22, 4));
    const counts = await night(ward);
    expect(counts).toMatchObject({ proposals: 0, patients: 0 });
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    expect(await ward.store.inbox.count('quarantined')).toBe(0);
    expect(await ward.store.counts()).toContainEqual({ outcome: 'muted', reason: 'desk-confirmed', n: 1 });
    await ward.until(paris(2026, 8, 30, 4));
    expect(await night(ward)).toMatchObject({ proposals: 1 });
    expect(JSON.stringify(await ward.store.retention.idle('proposal', Number.MAX_SAFE_INTEGER, 9))).not.toMatch(HECTOR);
    await ward.close();
  });

  it('a room that cannot be written to keeps its words, and says them when it can', async () => {
    const { ward, ref } = await admitted();
    await ward.store.outbox.pauseLane(ref, 'test');
    await ward.until(paris(2026, 1, 13, 11, 5));
    await discharge(ward);
    await ward.until(paris(2026, 6, 1, 4));
    expect(await night(ward)).toMatchObject({ patients: 0 });
    await ward.store.outbox.resumeLane(ref);
    await ward.settle();
    expect(ward.bodies('mt').some((body) => body.includes('Sortie'))).toBe(true);
    await ward.close();
  });
});

describe('a request that has ended', () => {
  it('keeps what is counted, and loses every word; the activity report is the same', async () => {
    const ward = await openWard({ start: [2026, 11, 23, 9, 0] });
    await ward.types('mt', 'avis cardio ECG douteux avant certificat de sport, 17 ans');
    const code = /D-\w{3,4}/.exec(ward.bodies('mt').join('\n'))?.[0] ?? '';
    await ward.types('cardio2', `prendre ${code}`);
    await ward.until(paris(2026, 11, 24, 9));
    await ward.types('cardio2', '!répondre Sport autorisé', code);
    await ward.types('mt', `clôturer ${code}`);
    const people = peopleFrom([], [], []);
    const rows = async (): Promise<unknown> => {
      const found = (await findRequests(ward.store, monthKey('2026-11'))).map(({ state }) => state);
      const options = { people, tariffs: loadTariffs(), drom: false, identities: undefined, now: ward.now() };
      return [requestRows(found, options), figuresOf(counted(found, ward.now()))];
    };
    await ward.until(paris(2026, 12, 20, 4));
    await night(ward);
    expect((await loadRequest(ward.store, code))?.state.answers).not.toEqual([]);
    const before = await rows();
    await ward.until(paris(2027, 1, 3, 4));
    expect(await night(ward)).toMatchObject({ requests: 1 });
    expect(await rows()).toEqual(before);
    expect(await everything(ward)).not.toMatch(/sport|douteux|autorisé/i);
    expect((await loadRequest(ward.store, code))?.state).toMatchObject({ status: 'closed', answers: [] });
    expect(await night(ward)).toMatchObject({ requests: 0 });
    // The word that finds it again answers without its content.
    await ward.types('mt', `clôturer ${code}`);
    expect(ward.bodies('mt').at(-1)).not.toMatch(/sport|douteux/);
    await ward.close();
  });

  it('that runs for months keeps its photographs, and they are there for who takes it', async () => {
    const ward = await openWard({ start: [2026, 11, 23, 9, 0] });
    await ward.types('mt', 'avis cardio ECG douteux avant certificat de sport, 17 ans');
    const code = /D-\w{3,4}/.exec(ward.bodies('mt').join('\n'))?.[0] ?? '';
    const file = await loadRequest(ward.store, code);
    if (!file) throw new Error('no request');
    const photo = { id: 'f1', name: 'ecg.jpg', mime: 'image/jpeg', size: 1 };
    const state = { ...file.state, answers: [{ key: 'ecg', type: 'photo', value: [photo] }] };
    const given = (id: string) => ({ kind: 'form-file' as const, id, version: 0, state: { body: id } });
    const audit = { actor: 'test', action: 'test', subject: code, outcome: 'muted', reason: 'recorded' } as const;
    const nothing = { events: [], deliveries: [], timers: [], rooms: [], facts: [], audit: [audit] };
    await ward.store.commit({ ...nothing, files: [{ ...file, state }, given('f1'), given('never-sent')] }, ward.now());
    for (const [month, day] of [
      [1, 4],
      [2, 20],
      [6, 1],
    ] as const) {
      await ward.until(paris(2027, month, day, 4));
      const plan = await retentionPlan(ward.store, PERIODS, ward.now());
      const due = plan.find(({ what }) => what === 'form-files')?.due;
      expect((await night(ward))['form-files']).toBe(due);
      expect(due).toBe(month === 1 ? 1 : 0);
      expect(await ward.store.files.load('form-file', 'f1')).toBeDefined();
      expect(await ward.store.files.load('form-file', 'never-sent')).toBeUndefined();
    }
    await ward.types('mt', `annuler ${code}`);
    await ward.until(paris(2027, 9, 1, 4));
    await night(ward);
    expect(await ward.store.files.load('form-file', 'f1')).toBeUndefined();
    await ward.close();
  });
});
