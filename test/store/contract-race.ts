/** Ten clinicians at once on one request: the version of its file lets one of them win, whatever the engine. */
import { expect, test } from 'vitest';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import { apply } from '../../care/relay/apply.ts';
import { DAY, MINUTE } from '../../care/relay/civil-time.ts';
import { type Decision, emptyDecision, type NewDelivery } from '../../care/relay/decision.ts';
import type { Store } from '../../care/relay/ports.ts';
import type { Refusal } from '../../care/relay/refusal.ts';
import { decideMove, decideNext, type RequestPorts } from '../../care/request/case.ts';
import { decideAsk } from '../../care/request/opening.ts';
import { decideBook, decideHold } from '../../care/request/booking.ts';
import type { Slot, SlotFile } from '../../care/request/slot.ts';
import type { Request } from '../../care/request/request.ts';
import { refusal } from '../../config/texts/refusals.ts';
import { pathway } from '../request/offers.ts';
import { NOON } from './fixtures.ts';

const TEN = Array.from({ length: 10 }, (_, n): Person => {
  const id = `dr-${n}`;
  return { id, matrix: `@${id}:test`, name: `Dr ${n}`, role: 'specialiste', groups: ['experts'] };
});
const GP: Person = { id: 'mt', matrix: '@mt:test', name: 'Dr MT', role: 'medecin-traitant', groups: [] };

function avis(dispatch: 'first-accept' | 'queue', each = false): ReturnType<typeof pathway> {
  return pathway(`
id: avis-${dispatch}
title: Avis
family: avis
words: [${dispatch}]
ask: { who: [medecin-traitant], consent: not-needed, urgent: accept }
form: [{ key: question, type: text, share: before }]
to: { group: experts, dispatch: ${dispatch}, decline: ${each ? 'each' : 'group'} }
`);
}

export function raceContract(store: () => Store): void {
  const people = peopleFrom([...TEN, GP], [], []);

  function ports(): RequestPorts {
    let codes = 0;
    return { store: store(), people, ids: { code: () => `R${(codes += 1)}` }, pathways: () => [] };
  }

  /** As a door does: decided again from the start when somebody else was first. */
  async function act(decide: () => Promise<Decision | Refusal>): Promise<Refusal | undefined> {
    let no: Refusal | undefined;
    await apply(store(), NOON, async () => {
      const decided = await decide();
      no = 'data' in decided ? decided : undefined;
      const audit = { actor: 'test', action: 'act', subject: 'test', outcome: 'posted', reason: 'answered' } as const;
      return 'data' in decided ? { ...emptyDecision(), audit: [audit] } : decided;
    });
    return no;
  }

  async function ask(to: RequestPorts, dispatch: 'first-accept' | 'queue', each = false): Promise<void> {
    const answers = [{ key: 'question', type: 'text' as const, value: 'ECG douteux' }];
    const asked = { pathway: avis(dispatch, each), by: GP, answers, urgent: false };
    expect(await act(() => decideAsk(to, asked, NOON))).toBeUndefined();
  }

  test('first-accept: one winner, nine « déjà pris en charge par … », one request room for two', async () => {
    const to = ports();
    await ask(to, 'first-accept');
    const ends = await Promise.all(TEN.map((by) => act(() => decideMove(to, 'D-R1', by, { do: 'take' }, NOON))));
    const file = await store().files.load<Request>('request', 'D-R1');
    const winner = TEN.find((by) => by.id === file?.state.taker);
    expect(winner).toBeDefined();
    expect(ends.filter((end) => end === undefined)).toHaveLength(1);
    expect(ends[TEN.indexOf(winner ?? GP)]).toBeUndefined();
    const said = ends.flatMap((end) => (end ? [refusal(end).plain] : []));
    expect(said).toEqual(Array.from({ length: 9 }, () => `D-R1 : déjà pris en charge par ${winner?.name ?? ''}.`));
    expect(file?.state.history.filter((h) => h.step === 'taken')).toHaveLength(1);
    expect((await store().rooms.get('request:D-R1'))?.members.toSorted()).toEqual(
      ['@mt:test', winner?.matrix ?? ''].toSorted(),
    );
  });

  const no = { do: 'refuse', text: '' } as const;

  test('each declines: ten at once are ten noes and one end, told once to who asked', async () => {
    const to = ports();
    await ask(to, 'first-accept', true);
    const ends = await Promise.all(TEN.map((by) => act(() => decideMove(to, 'D-R1', by, no, NOON))));
    expect(ends.every((end) => end === undefined)).toBe(true);
    const { status, history } = (await store().files.load<Request>('request', 'D-R1'))?.state ?? {};
    expect(status).toBe('refused');
    expect(
      history
        ?.filter((h) => h.step === 'declined')
        .map((h) => h.by)
        .toSorted(),
    ).toEqual(TEN.map(({ id }) => id));
    expect(history?.filter((h) => h.step === 'all-declined')).toHaveLength(1);
  });

  test('each declines: the last no, and one who takes theirs back at that moment: one of the two holds', async () => {
    const to = ports();
    await ask(to, 'first-accept', true);
    const [back, last] = [TEN[0] ?? GP, TEN[9] ?? GP];
    for (const by of TEN.slice(0, 9)) await act(() => decideMove(to, 'D-R1', by, no, NOON));
    const [taken, declined] = await Promise.all([
      act(() => decideMove(to, 'D-R1', back, { do: 'take' }, NOON)),
      act(() => decideMove(to, 'D-R1', last, no, NOON)),
    ]);
    const state = (await store().files.load<Request>('request', 'D-R1'))?.state;
    if (taken === undefined) {
      expect(state).toMatchObject({ status: 'taken', taker: back.id });
      expect(declined).toMatchObject({ code: 'not-the-taker' });
    } else {
      expect(state).toMatchObject({ status: 'refused', taker: undefined });
      expect([taken.code, declined]).toEqual(['request-closed', undefined]);
    }
  });

  test('queue: ten who ask for work at once get ten different requests', async () => {
    const to = ports();
    for (let n = 0; n < 10; n += 1) await ask(to, 'queue');
    const ends = await Promise.all(TEN.map((by) => act(() => decideNext(to, by, NOON))));
    expect(ends.every((end) => end === undefined)).toBe(true);
    const takers = await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        const file = await store().files.load<Request>('request', `D-R${n + 1}`);
        return file?.state.taker;
      }),
    );
    expect(takers.toSorted()).toEqual(TEN.map((by) => by.id).toSorted());
    expect(await act(() => decideNext(to, TEN[0] ?? GP, NOON))).toMatchObject({ code: 'nothing-waits' });
  });

  test('queue: what a colleague takes between the list and its reading is passed over', async () => {
    const to = ports();
    for (let n = 0; n < 2; n += 1) await ask(to, 'queue');
    const [first, second] = TEN;
    if (!first || !second) throw new Error('ten are declared');
    const seen = await store().files.find('request', 'group:experts');
    expect(await act(() => decideNext(to, first, NOON))).toBeUndefined();
    const late = { ...to, store: { ...to.store, files: { ...to.store.files, find: async () => seen } } } as typeof to;
    expect(await act(() => decideNext(late, second, NOON))).toBeUndefined();
    expect((await store().files.load<Request>('request', 'D-R2'))?.state.taker).toBe(second.id);
  });

  test('a slot: ten who want its one place, one has it, nine are told; booked once', async () => {
    const slot: Slot = {
      id: 'r@2026-11-25.0',
      offeredBy: 'Dr Essai',
      specialty: 'cardiologie',
      place: 'Cambrai',
      start: NOON + DAY,
      end: NOON + DAY + 30 * MINUTE,
      places: 1,
    };
    const to = ports();
    const reply = (): NewDelivery => ({ room: 'group:experts', ring: [], announcement: { kind: 'too-old' } });
    await store().rooms.want({
      ref: 'group:experts',
      kind: 'group',
      subject: 'experts',
      encrypted: true,
      name: 'e',
      members: [],
    });
    const ends = await Promise.all(TEN.map((by) => act(() => decideHold(to, slot, by, NOON, reply))));
    expect(ends.filter((end) => end === undefined)).toHaveLength(1);
    expect(ends.filter((end) => end?.code === 'slot-gone')).toHaveLength(9);
    const winner = TEN[ends.indexOf(undefined)] ?? GP;
    const booked = await Promise.all(
      [1, 2, 3].map(() => act(() => decideBook(to, undefined, '', winner, NOON, reply))),
    );
    expect(booked.filter((end) => end === undefined)).toHaveLength(1);
    const file = await store().files.load<SlotFile>('slot', slot.id);
    expect(file?.state.bookings.map(({ by, status }) => [by, status])).toEqual([[winner.id, 'booked']]);
    expect((await store().files.happened('slot', NOON, NOON + 1)).map(({ type }) => type)).toEqual(['held', 'booked']);
  });
}
