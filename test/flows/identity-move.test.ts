/** A44: a dossier was written under the wrong patient. What was said is taken back; neither équipe learns anything of the other. */
import { describe, expect, it } from 'vitest';
import { openSendingBench } from '../support/sending.ts';
import { delivery, NOON, wanted } from '../store/fixtures.ts';
import { emptyDecision } from '../../care/relay/decision.ts';
import { TransportFailure } from '../../care/relay/transport.ts';
import { paris, ts, type Ward } from './stage.ts';
import {
  asks,
  codeFor,
  everRead,
  HECTOR,
  HECTORS,
  held,
  LUCIE,
  moves,
  openTwo,
  over,
  roomsOf,
  said,
} from './two-patients.ts';

/** The dossier NDA7001 was Lucie's, and is Hector's. */
const toHector = over(HECTORS, {
  PID: { 18: 'NDA7001^^^CH_VAL^AN' },
  PV1: null,
  MRG: { 1: '00700123^^^CH_VAL^PI', 3: 'NDA7001^^^CH_VAL^AN' },
});
/** The visit of that dossier, under Hector's number. */
const hisVisit = over(HECTORS, { PID: { 18: 'NDA7001^^^CH_VAL^AN' }, PV1: { 19: 'VEN7001^^^CH_VAL^VN' } });

/** Lucie's own other stay. */
const herOther = { PID: { 18: 'NDA7002^^^CH_VAL^AN' }, PV1: { 19: 'VEN7002^^^CH_VAL^VN' } };

async function wrongPatient(more: boolean): Promise<Ward> {
  const ward = await openTwo();
  if (more) await moves(ward, 'A01', 'M0', 7, herOther);
  await moves(ward, 'A01', 'M1', 8);
  await moves(ward, 'A02', 'M2', 9);
  return ward;
}

/** Events of a room that still have a content, as the homeserver keeps them. */
function kept(ward: Ward, roomId: string | undefined): string[] {
  const events = ward.transport.rooms.get(roomId ?? '')?.events ?? [];
  return events
    .filter((e) => e.type === 'm.room.message' && e.content['body'] !== undefined)
    .map((e) => String(e.content['body']));
}

describe('a stay that the hospital moves to another patient', () => {
  it('is a proposal, found by its dossier; until it is decided nobody reads anything more of that stay', async () => {
    const ward = await wrongPatient(false);
    const before = { mt: ward.bodies('mt').length, autre: ward.bodies('autre').length };
    await asks(ward, 'A44', 10, toHector);
    const [proposal = ''] = said(ward, 'vigile', 'rattacher le dossier NDA7001');
    expect(proposal).toMatch(LUCIE);
    expect(proposal).toContain('IPP 00700999 — M. Hector CHIMERE, né le 09/02/1948 (inconnu ici)');
    await moves(ward, 'A02', 'M3', 11); // still under Lucie's number
    await moves(ward, 'A02', 'M4', 12, hisVisit); // and already under Hector's
    expect({ mt: ward.bodies('mt').length, autre: ward.bodies('autre').length }).toEqual(before);
    expect(await held(ward)).toBe(3);
    await ward.close();
  });

  it('refused: it stays where it is, and what waited is said there', async () => {
    const ward = await wrongPatient(false);
    await asks(ward, 'A44', 10, toHector);
    await moves(ward, 'A02', 'M3', 11);
    await ward.types('vigile', `refuser ${codeFor(ward)} erreur de saisie`);
    expect(said(ward, 'mt', 'Changement de service')).toHaveLength(2);
    expect(roomsOf(ward, 'autre')).toEqual([]);
    expect(await held(ward)).toBe(0);
    await ward.close();
  });

  it('confirmed: what was said is taken back, the room without any other stay ends; the right équipe has a room and a summary', async () => {
    const ward = await wrongPatient(false);
    const [wrong] = roomsOf(ward, 'mt');
    await asks(ward, 'A44', 10, toHector);
    await moves(ward, 'A02', 'M4', 12, hisVisit);
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    const left = kept(ward, wrong);
    expect(left).toHaveLength(1);
    expect(left[0]).toBe(
      'Correction : un message concernait un autre patient, il a été retiré. N’en tenez pas compte.\nCe salon n’a plus d’objet : il se termine, je le quitte.',
    );
    expect(ward.transport.rooms.get(wrong ?? '')?.events.some((e) => e.type === 'm.room.tombstone')).toBe(true);
    expect(ward.transport.rooms.get(wrong ?? '')?.members.has('@relais:transcript')).toBe(false);
    const [summary = ''] = said(ward, 'autre', 'voici l’essentiel');
    expect(summary).toMatch(HECTOR);
    expect(said(ward, 'autre', 'Changement de service')).toHaveLength(1); // what waited
    expect(everRead(ward, 'autre')).not.toMatch(LUCIE);
    expect(everRead(ward, 'mt')).not.toMatch(HECTOR);
    expect(await held(ward)).toBe(0);
    const redactions = (await ward.store.audit(500)).filter((row) => row.action === 'redact');
    expect(redactions.map((row) => row.outcome)).toEqual(['posted', 'posted', 'posted', 'posted']); // two cards, two facts
    await ward.close();
  });

  it('confirmed: the other stays of that patient go on in their room, with their messages', async () => {
    const ward = await wrongPatient(true);
    const [wrong] = roomsOf(ward, 'mt');
    await asks(ward, 'A44', 10, toHector);
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    const left = kept(ward, wrong);
    expect(left.filter((body) => body.includes('12 janvier'))).not.toEqual([]);
    expect(left.at(-1)).toBe(
      'Correction : un message concernait un autre patient, il a été retiré. N’en tenez pas compte.',
    );
    expect(left.some((body) => body.includes('Changement de service'))).toBe(false);
    await moves(ward, 'A03', 'M9', 13, herOther);
    expect(said(ward, 'mt', 'Sortie de l’hôpital')).toHaveLength(1);
    // The stay under the wrong number again: nobody reads it, the desk knows the two numbers and no name.
    await moves(ward, 'A02', 'M10', 14);
    const [note = ''] = said(ward, 'vigile', 'Séjour à vérifier');
    expect(note).not.toMatch(/FICTIVE|CHIMERE/);
    expect(await held(ward)).toBe(1);
    await ward.close();
  });

  it('takes back the summaries that told of it, and the reminder goes to the right équipe', async () => {
    const ward = await wrongPatient(false);
    ward.transport.newDevice('@idel:test');
    await ward.settle();
    expect(said(ward, 'idel', 'Résumé')).toHaveLength(1);
    const planned = { PV2: { 9: ts(2026, 1, 15, 10) } };
    await moves(ward, 'Z99', 'M2', 10, over({ ZBE: { 4: 'UPDATE', 6: 'A02' } }, planned));
    const [wrong] = roomsOf(ward, 'mt');
    await asks(ward, 'A44', 11, toHector);
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    expect(kept(ward, wrong)).toEqual([expect.stringContaining('Correction')]);
    await ward.until(paris(2026, 1, 15, 9));
    expect(said(ward, 'autre', 'Rappel')).toHaveLength(1);
    expect(said(ward, 'mt', 'Rappel')).toEqual([]);
    await ward.close();
  });

  it('that is not known here changes nothing; one that cannot be told apart is the desk’s, and nothing is guessed', async () => {
    const ward = await openTwo();
    await asks(ward, 'A44', 8, toHector);
    await moves(ward, 'A01', 'M1', 9, herOther);
    await asks(ward, 'A44', 10, toHector);
    expect(ward.bodies('vigile')).toEqual([]);
    expect((await ward.store.counts()).find((c) => c.reason === 'nothing-changed')?.n).toBe(2);
    await moves(ward, 'A01', 'M2', 11, { PID: { 18: '' }, PV1: { 19: 'VEN7003^^^CH_VAL^VN' } });
    await asks(ward, 'A44', 12, toHector);
    expect(said(ward, 'vigile', 'Rattachement à vérifier')).toHaveLength(1);
    expect(await held(ward)).toBe(1);
    await ward.close();
  });

  it('and moved back by the next message finds its way back, under a new card', async () => {
    const ward = await wrongPatient(true);
    await asks(ward, 'A44', 10, toHector);
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    const back = { PID: { 18: 'NDA7001^^^CH_VAL^AN' }, MRG: { 1: '00700999^^^CH_VAL^PI', 3: 'NDA7001^^^CH_VAL^AN' } };
    await asks(ward, 'A44', 11, back);
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    expect(said(ward, 'mt', 'voici l’essentiel')).toHaveLength(1);
    await moves(ward, 'A02', 'M5', 12);
    expect(said(ward, 'mt', 'Changement de service').at(-1)).toMatch(LUCIE);
    expect(everRead(ward, 'autre')).not.toMatch(LUCIE);
    await ward.close();
  });
});

describe('a lane that is stopped when the desk decides', () => {
  it('never says what waited of the stay: it would be rendered as the other patient’s', async () => {
    const ward = await wrongPatient(true);
    const [room] = (await ward.store.rooms.list()).filter((r) => r.kind === 'patient');
    await ward.store.outbox.pauseLane(room?.ref ?? '', 'test');
    await moves(ward, 'A02', 'M3', 10);
    await asks(ward, 'A44', 11, toHector);
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    await ward.store.outbox.resumeLane(room?.ref ?? '');
    await ward.settle();
    expect(everRead(ward, 'mt')).not.toMatch(HECTOR);
    expect(said(ward, 'mt', 'Changement de service')).toEqual([]);
    expect(said(ward, 'mt', 'Correction')).toHaveLength(1);
    expect(await ward.store.outbox.listQuarantined(5)).toEqual([]);
    await ward.close();
  });
});

describe('a withdrawal on the wire', () => {
  const thread = 'stay:s1';
  const withdrawn = { ...emptyDecision(), withdraws: [{ room: 'patient:p1', thread }] };
  const act = delivery('patient:p1', { announcement: { kind: 'withdraw', thread, desk: 'desk:d' } });

  it('takes back what was sent and whose answer was lost: the room is read back', async () => {
    const bench = await openSendingBench();
    await bench.say('patient:p1', { text: 'un', thread });
    await bench.drain();
    bench.fault = async (_put, really) => {
      await really();
      throw new TransportFailure('ambiguous', 'reset');
    };
    await bench.say('patient:p1', { text: 'deux', thread }, { text: 'trois', thread });
    await bench.drain(); // `deux` is in the room, and nobody knows; `trois` was never tried
    bench.fault = undefined;
    await bench.store.commit(
      { ...withdrawn, deliveries: [act, delivery('patient:p1', { announcement: { kind: 'welcome', name: 'fin' } })] },
      NOON,
    );
    await bench.drain();
    expect((await bench.read('patient:p1')).filter((body) => body !== 'undefined')).toEqual(['fin']);
    expect(await bench.store.outbox.carriers('patient:p1', thread)).toEqual([]);
    expect(await bench.store.outbox.pending()).toBe(0);
  });

  it('goes on after a refusal, one event at a time; one that cannot be taken back is audited and told to the desk', async () => {
    const bench = await openSendingBench();
    await bench.store.rooms.want(wanted('desk:d', { kind: 'desk', members: ['@vigile:test'] }));
    await bench.say('patient:p1', { text: 'un', thread }, { text: 'deux', thread }, 'autre');
    await bench.drain();
    let asked = 0;
    const redact = bench.transport.redact.bind(bench.transport);
    bench.transport.redact = async (...args) => {
      asked += 1;
      if (asked === 1) throw new TransportFailure('transient', 'busy', 5_000);
      if (asked === 2) throw new TransportFailure('message', 'from another room');
      await redact(...args);
    };
    await bench.store.commit({ ...withdrawn, deliveries: [act] }, NOON);
    await bench.drain();
    expect(await bench.read('patient:p1')).toEqual(['un', 'deux', 'autre']);
    bench.clocks.advance(5_000);
    await bench.drain();
    expect(await bench.read('patient:p1')).toEqual(['un', 'undefined', 'autre']);
    const rows = (await bench.store.audit(20)).filter((row) => row.action === 'redact');
    expect(rows.map((row) => row.reason)).toEqual(['not-redacted', 'retracted']);
    const desk = await bench.store.rooms.get('desk:d');
    const told = bench.transport.rooms.get(desk?.matrixId ?? '')?.events.filter((e) => e.type === 'm.room.message');
    expect(told).toHaveLength(1);
    expect(String(told?.[0]?.content['body'])).toContain('Retrait incomplet');
  });

  it('and a room that ends: cut off after the new room was made, it is the same new room at the next try, and done again it changes nothing', async () => {
    const bench = await openSendingBench();
    await bench.say('patient:p1', 'un');
    await bench.drain();
    const setState = bench.transport.setState.bind(bench.transport);
    let asked = 0;
    bench.transport.setState = async (...args) => {
      asked += 1;
      if (asked === 1) throw new TransportFailure('ambiguous', 'reset');
      await setState(...args);
    };
    const end = delivery('patient:p1', { announcement: { kind: 'end-room', next: true, generation: 1 } });
    const after = delivery('patient:p1', { announcement: { kind: 'welcome', name: 'suite' } });
    await bench.store.commit({ ...emptyDecision(), deliveries: [end, end, after] }, NOON);
    await bench.drain();
    expect(bench.transport.rooms.size).toBe(2);
    bench.clocks.advance(60_000);
    await bench.drain();
    expect(bench.transport.rooms.size).toBe(2);
    expect(await bench.read('patient:p1')).toEqual(['suite']);
    expect(await bench.store.rooms.get('patient:p1')).toMatchObject({ generation: 2, state: 'open' });
    expect(await bench.store.files.find('room-watch', 'leaving')).toHaveLength(1);
  });

  it('of something that is being prepared: it is not sent any more', async () => {
    const bench = await openSendingBench();
    await bench.say('patient:p1', { text: 'un', thread });
    const createRoom = bench.transport.createRoom.bind(bench.transport);
    bench.transport.createRoom = async (spec) => {
      await bench.store.commit(withdrawn, NOON); // the desk decides while the room is being made
      return createRoom(spec);
    };
    await bench.drain();
    expect(bench.puts).toEqual([]);
    expect(await bench.read('patient:p1')).toEqual([]);
  });
});
