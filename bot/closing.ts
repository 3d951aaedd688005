/** Rooms at their end: once the last notice is said the record closes, and only then the bot leaves. */
import { apply } from '../care/relay/apply.ts';
import { eachSound } from '../care/relay/damaged.ts';
import { emptyDecision } from '../care/relay/decision.ts';
import type { Clocks } from '../care/relay/clock.ts';
import type { Store, StoredFile } from '../care/relay/ports.ts';
import type { Transport } from '../care/relay/transport.ts';

export type ClosingPorts = { store: Store; transport: Pick<Transport, 'leave'>; clocks: Pick<Clocks, 'civil'> };

type Ending = { ref: string; matrixId?: string };

/**
 * Carries on what the deadline `room-close` began. Each step is durable before the next: a kill between two of them
 * leaves a room that is left a little later, never one that is written to after it closed.
 * @returns how many steps were made
 */
export async function closeRooms(ports: ClosingPorts): Promise<number> {
  const { store, transport, clocks } = ports;
  let steps = 0;
  await eachSound(await store.files.find<Ending>('room-watch', 'closing'), async (file) => {
    const waiting = (await store.outbox.lanes()).some((lane) => lane.room === file.state.ref && lane.pending > 0);
    if (!waiting && (await closeRecord(ports, file))) steps += 1;
  });
  for (const file of await store.files.find<Ending>('room-watch', 'leaving')) {
    if (file.state.matrixId !== undefined) await transport.leave(file.state.matrixId);
    await store.commit(
      { ...emptyDecision(), files: [{ ...file, keys: [] }], audit: [entry('left', file.state.ref)] },
      clocks.civil(),
    );
    steps += 1;
  }
  return steps;
}

/** @returns false when the patient came back in the meantime */
async function closeRecord(
  { store, clocks }: ClosingPorts,
  { id, state: { ref } }: StoredFile<Ending>,
): Promise<boolean> {
  let closed = false;
  await apply(store, clocks.civil(), async () => {
    const file = await store.files.load<Ending>('room-watch', id);
    const stillEnding = (await store.files.find('room-watch', 'closing')).some((one) => one.id === id);
    const room = await store.rooms.get(ref);
    const watch = await store.files.load('room-watch', `said|${ref}`);
    closed = file !== undefined && stillEnding && room?.state === 'open';
    if (!file || !room || !closed) return { ...emptyDecision(), audit: [entry('kept-open', ref)] };
    const said = { said: await store.outbox.countDone(ref) };
    return {
      ...emptyDecision(),
      files: [
        { ...file, state: { ref, matrixId: room.matrixId }, keys: ['leaving'] },
        { kind: 'room-watch', id: `said|${ref}`, version: watch?.version ?? 0, state: said },
      ],
      closes: [ref],
      audit: [entry('closed', ref)],
    };
  });
  return closed;
}

function entry(action: string, subject: string) {
  return { actor: 'clock', action: `room-${action}`, subject, outcome: 'muted', reason: 'recorded' } as const;
}
