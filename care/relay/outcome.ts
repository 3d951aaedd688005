/** What became of a message, and why: both from closed lists, so that they can be counted (DESIGN §7). */

/**
 * `posted`: something is said in a room (or planned to be). `muted`: understood, nothing to say. `blocked`: must not be
 * said, envelope emptied. `quarantined`: a human decides. `rejected`: not usable at all (AR).
 */
export type Outcome = 'posted' | 'muted' | 'blocked' | 'quarantined' | 'rejected';

export type Reason =
  // posted
  | 'announced'
  | 'retracted'
  | 'planned'
  | 'reported'
  // muted
  | 'no-team'
  | 'duplicate-fact'
  | 'bed-move'
  | 'historic'
  | 'retroactive'
  | 'outpatient'
  | 'session'
  | 'class-not-applicable'
  | 'identity-only'
  | 'doctors-only'
  | 'already-cancelled'
  | 'unknown-movement'
  | 'unknown-trigger'
  | 'not-a-movement'
  | 'nothing-changed'
  | 'fictional-identity'
  | 'training-message'
  | 'document-only'
  | 'answered'
  | 'recorded'
  | 'not-for-us'
  | 'stale-timer'
  | 'too-old'
  | 'desk-confirmed'
  | 'desk-refused'
  | 'shadow'
  // blocked
  | 'protected-patient'
  | 'protected-visit'
  | 'vip'
  | 'anonymous'
  | 'psychiatric-care'
  | 'blocked-unit'
  | 'masked-document'
  // quarantined
  | 'unreadable'
  | 'missing-identity'
  | 'missing-visit'
  | 'missing-movement'
  | 'missing-date'
  | 'bad-movement'
  | 'bad-date'
  | 'unknown-unit'
  | 'merge-needs-human'
  | 'undecidable'
  | 'undecryptable'
  | 'clear-text-in-encrypted-room'
  | 'wrong-facility'
  | 'not-redacted'
  | 'damaged'
  // rejected
  | 'not-hl7'
  | 'unsupported-version'
  | 'unsupported-type'
  // an operator's word about a delivery that was put aside
  | 'sent-again'
  | 'dropped'
  | 'skipped'
  // refused to a person (the refusal's own code says more)
  | 'refused';
