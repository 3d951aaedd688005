/**
 * Envelope: the bytes as received, before anybody has understood them. Born at a door (HTTP, MLLP, /sync), kept in the
 * inbox, decided in acceptance order within its lane.
 */

/** How the bytes are to be read. `matrix` is one room event as the homeserver gave it (still encrypted). */
export type Format = 'hl7v2' | 'event-json' | 'fhir' | 'document' | 'sas' | 'matrix';

export type NewEnvelope = {
  /** Ordering lane: `in:<source>` for a hospital, `in:<matrix room id>` for a room. */
  lane: string;
  /** Configured source id, or the bot's Matrix account. */
  source: string;
  /** Protects from transport duplicates, unique with `source`. MSH-10 + MSH-7, the JSON key, or the Matrix event id. */
  key: string;
  /** SHA-256 of `body`, hex. Same key and same digest: a retransmission. */
  digest: string;
  format: Format;
  body: Uint8Array;
  /** Civil time, epoch ms UTC. */
  receivedAt: number;
  /**
   * What another body under a known key means: a JSON sender made a mistake (`refuse`, 422); a hospital engine has
   * reset its counters (`accept-as-new`: kept as a new envelope with a warning; DESIGN §5).
   */
  onKeyReuse: 'refuse' | 'accept-as-new';
  /** The acknowledgement given, so that a retransmission gets the same one again. */
  acknowledgement?: string;
  /** What the door, or an operator who replays it, knows and the body does not say. Kept sealed with the body. */
  note?: string;
  /** Stored but not to be decided: authentic and unusable. Shown by `relais quarantine list`. */
  settled?: { state: 'quarantined'; outcome: 'quarantined' | 'rejected'; reason: Reason; detail: string };
};

import type { Outcome, Reason } from './outcome.ts';

export type Envelope = {
  id: string;
  lane: string;
  seq: number;
  source: string;
  key: string;
  format: Format;
  body: Uint8Array;
  receivedAt: number;
  note: string | undefined;
  state: EnvelopeState;
  outcome: Outcome | undefined;
  reason: Reason | undefined;
  detail: string | undefined;
};

/**
 * `undecided` waits for its turn · `decided` is over · `quarantined` waits for a human (`relais quarantine`) ·
 * `waiting-key` is a Matrix event that cannot be decrypted yet; it blocks nobody.
 */
export type EnvelopeState = 'undecided' | 'decided' | 'quarantined' | 'waiting-key';

/** `fresh`: stored now. `duplicate`: known already, nothing was stored. `reused`: the key is known with another body. */
export type Accepted =
  | { id: string; state: 'fresh'; warning?: 'key-reused' }
  | { id: string; state: 'duplicate'; acknowledgement: string | undefined }
  | { state: 'reused' };
