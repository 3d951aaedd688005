/** What the identity desk decided on holds an identity as the hospital gave it: it goes some time after the decision. */
import type { RetentionRule } from '../relay/retention.ts';
import { heldUntilTomorrow } from '../relay/retention.ts';
import type { Proposal } from './proposal.ts';

/** @param after ms from the decision */
export function proposalRule(after: number): RetentionRule {
  return {
    what: 'proposals',
    kind: 'proposal',
    rest: after,
    async look({ kind, id, version, state }, now) {
      const { status, decided } = state as Proposal;
      if (status === 'proposed') return heldUntilTomorrow(now);
      const due = (decided?.at ?? 0) + after;
      return due > now ? { again: due } : { erases: [{ kind, id, version }] };
    },
  };
}
