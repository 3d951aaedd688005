/**
 * The inbox drain: lanes are decided in acceptance order, side by side. What cannot be decided goes to quarantine and
 * the lane goes on (DESIGN §2).
 */
import { apply } from './apply.ts';
import { DamagedRow } from './damaged.ts';
import { emptyDecision } from './decision.ts';
import type { Envelope } from './envelope.ts';
import type { Store } from './ports.ts';
import type { Reason } from './outcome.ts';
import { StoreFailure } from './store-failure.ts';
import { TransportFailure } from './transport.ts';

export type DrainPorts = {
  store: Store;
  civil: () => number;
  /** A bug: logged once with the envelope's id; English, no patient field. */
  onBug: (envelopeId: string, error: unknown) => void;
};

/**
 * Decides every undecided envelope of the lanes under `prefix`, until none is left but what waits for the homeserver.
 * @param handle must settle the envelope in its own commit; what it throws is a bug, and quarantines the envelope
 * @returns how many envelopes were handled
 */
export async function drainInbox(
  ports: DrainPorts,
  prefix: string,
  handle: (envelope: Envelope) => Promise<void>,
): Promise<number> {
  let handled = 0;
  const waiting = new Set<string>();
  for (;;) {
    const found = await ports.store.inbox.heads(prefix, 64 + waiting.size);
    const heads = found.filter((envelope) => !waiting.has(envelope.id));
    if (heads.length === 0) return handled;
    await Promise.all(
      heads.map(async (envelope) => {
        try {
          await handle(envelope);
          handled += 1;
        } catch (error) {
          if (isPassing(error)) return void waiting.add(envelope.id);
          // the disk or the base is the trouble, not the envelope: keep it undecided
          if (error instanceof StoreFailure || (await gone(ports.store))) throw error;
          // said once, when its row was met
          if (error instanceof DamagedRow) await quarantine(ports, envelope, 'damaged', error.message);
          else {
            ports.onBug(envelope.id, error);
            await quarantine(ports, envelope, 'undecidable', 'see the log for this envelope id');
          }
          handled += 1;
        }
      }),
    );
  }
}

/** Puts an envelope aside for a human, with its reason. */
export async function quarantine(ports: DrainPorts, envelope: Envelope, reason: Reason, detail: string): Promise<void> {
  await apply(ports.store, ports.civil(), async () => ({
    ...emptyDecision(),
    audit: [
      {
        actor: `source:${envelope.source}`,
        action: 'quarantine',
        subject: envelope.id,
        outcome: 'quarantined',
        reason,
      },
    ],
    settle: { envelope: envelope.id, state: 'quarantined', outcome: 'quarantined', reason, detail },
  }));
}

/** The homeserver is away: nothing is wrong with the envelope, its lane waits for the next turn. */
function isPassing(error: unknown): boolean {
  return error instanceof TransportFailure && error.kind !== 'room' && error.kind !== 'message';
}

async function gone(store: Store): Promise<boolean> {
  try {
    await store.ping();
    return false;
  } catch {
    return true;
  }
}
