/** One message per fact (invariant 2). */
import type { StayIntent } from './intent.ts';

/**
 * Facility, visit, movement, action and EVN-2 (FACTS §1.9). The visit, because some senders number the movements of each
 * stay from 1. A sender without ZBE is known by the trigger and the date of the fact. What only corrects (Z99, A31) may
 * come twice within the second of EVN-2: it is the same only if it says the same.
 */
export function factKey(intent: StayIntent): string {
  const { document: told } = intent;
  if (told)
    return ['document', intent.facility, told.id, told.action, told.replaces ?? '', intent.recordedAt ?? ''].join('|');
  const { visit, patient, movement, facility, type, recordedAt } = intent;
  const id = movement.id ?? `${intent.trigger}/${intent.occurredAt ?? ''}`;
  // What a whole record amounts to depends on what is known: the record itself is the fact.
  const sort = intent.snapshot ? 'snapshot' : type;
  const head = ['fact', facility, sort, visit ?? patient.ipp ?? '', id, movement.action, recordedAt ?? ''].join('|');
  return movement.action === 'update' || CORRECTIONS.has(type) ? `${head}|${JSON.stringify(intent)}` : head;
}

const CORRECTIONS = new Set<StayIntent['type']>(['identity-created', 'identity-updated', 'ins-changed', 'ins-removed']);
