/** What goes, composed once for `relais serve` and for `relais retention`. */
import { proposalRule } from '../care/identity/expiring.ts';
import { conversationRule } from '../care/people/conversation.ts';
import type { Store } from '../care/relay/ports.ts';
import { erasedAfter, type RetentionPeriods, type RetentionRule } from '../care/relay/retention.ts';
import { requestRule } from '../care/request/expiring.ts';
import { patientRule } from '../care/stay/forgetting.ts';

/** In the order in which they are looked at: a running request says what it needs before that is looked at. */
export function retentionRules(store: Store, { requests, patients }: RetentionPeriods): RetentionRule[] {
  return [
    requestRule(store.retention, requests),
    // Photos and files of forms, and of those that were never sent.
    erasedAfter('form-files', 'form-file', requests),
    patientRule({ store }, patients),
    proposalRule(patients),
    // What a source in shadow would have said.
    erasedAfter('shadow-notes', 'shadow', patients),
    conversationRule(requests),
  ];
}
