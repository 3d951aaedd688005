/** How what was heard ends: a decision with its audit row, and the answers that are said where they were asked. */
import { apply } from '../care/relay/apply.ts';
import { type Decision, emptyDecision, type NewDelivery } from '../care/relay/decision.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import type { Outcome, Reason } from '../care/relay/outcome.ts';
import type { Refusal } from '../care/relay/refusal.ts';
import type { DispatchPorts } from './dispatch-ports.ts';

/** Where an answer goes, and what it answers to. */
export type Back = { room: string; replyTo: string | undefined; ring: string[] };

/** Nothing is said: written down and over. */
export async function settle(
  ports: DispatchPorts,
  envelope: Envelope,
  outcome: Outcome,
  reason: Reason,
  actor: string,
): Promise<void> {
  return commit(ports, envelope, actor, async () => ({
    ...emptyDecision(),
    settle: settled(envelope, outcome, reason),
  }));
}

export async function answer(
  ports: DispatchPorts,
  envelope: Envelope,
  actor: string,
  back: Back,
  announcement: NewDelivery['announcement'],
  reason: Reason,
): Promise<void> {
  return commit(ports, envelope, actor, async () => ({
    ...emptyDecision(),
    deliveries: [reply(back, announcement)],
    settle: settled(envelope, 'posted', reason),
  }));
}

export function refused(back: Back, refusal: Refusal): Decision {
  return { ...emptyDecision(), deliveries: [reply(back, { kind: 'refusal', refusal })] };
}

export function reply(back: Back, announcement: NewDelivery['announcement']): NewDelivery {
  return { room: back.room, ring: back.ring, announcement, ...(back.replyTo ? { replyTo: back.replyTo } : {}) };
}

export function settled(envelope: Envelope, outcome: Outcome, reason: Reason): NonNullable<Decision['settle']> {
  return { envelope: envelope.id, state: 'decided', outcome, reason };
}

/** Every look and every act leaves an audit row, refusals too, in the same commit (invariant 9). */
export async function commit(
  ports: DispatchPorts,
  envelope: Envelope,
  actor: string,
  turn: () => Promise<Decision>,
): Promise<void> {
  await apply(ports.store, ports.clocks.civil(), async () => {
    const decision = await turn();
    const end = decision.settle ?? settled(envelope, 'posted', 'refused');
    const entry = { actor, action: 'matrix', subject: envelope.id, outcome: end.outcome, reason: end.reason };
    return { ...decision, settle: end, audit: [...decision.audit, entry] };
  });
}

export function isRefusal(decided: Decision | Refusal): decided is Refusal {
  return 'data' in decided;
}
