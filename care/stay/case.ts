/** One hospital message through the corridor: load the patient and the stays, decide each intent, route, one decision. */
import type { Decision, FileWrite } from '../relay/decision.ts';
import { emptyDecision } from '../relay/decision.ts';
import type { Envelope } from '../relay/envelope.ts';
import type { Store } from '../relay/ports.ts';
import type { Sealer } from '../relay/seal.ts';
import type { Ids } from '../relay/clock.ts';
import { decideIntent } from './decide-intent.ts';
import type { People } from '../people/person.ts';
import { writeProposal } from '../identity/desk.ts';
import { type OpenProposals } from '../identity/propose.ts';
import { counts, planClosing } from './closing.ts';
import type { Consequences } from './consequences.ts';
import { factKey } from './fact-key.ts';
import { asMovement } from './as-movement.ts';
import type { StayIntent } from './intent.ts';
import { patientFile } from './patient.ts';
import { withOwner } from './document.ts';
import type { RingTable } from './ringing.ts';
import { asPresent, CENSUS } from './shadow.ts';
import { type Patient, type Stay } from './stay.ts';
import { type Open } from './turn.ts';
import { lateEnd } from './unsaid.ts';
import { type SourcePolicy, strongest, type Verdict, verdict } from './verdict.ts';

export type StayPorts = {
  store: Pick<Store, 'files' | 'rooms' | 'timers' | 'commit'> & { outbox: Pick<Store['outbox'], 'carriers'> };
  people: People;
  sealer: Pick<Sealer, 'blind'>;
  ids: Pick<Ids, 'code'>;
  ringing: RingTable;
  policyOf: (source: string) => SourcePolicy;
  /** The group of the identity desk of a facility; undefined: none is declared. */
  deskOf: (facility: string) => string | undefined;
  /** What facts set off elsewhere, in the same decision. */
  consequences: Consequences;
  /** How long a patient's room outlives the last stay. */
  closeAfterDays: number;
};

/**
 * @param intents what one message says, in its order
 * @param now civil time, epoch ms UTC
 * @returns one decision for the whole message; its outcome is the strongest of its intents' outcomes
 */
export async function decideMessage(
  ports: StayPorts,
  envelope: Envelope,
  intents: StayIntent[],
  now: number,
): Promise<Decision> {
  const decision = emptyDecision();
  const patients = new Map<string, Open<Patient>>();
  const stays = new Map<string, Open<Stay>>();
  const proposals: OpenProposals = new Map();
  const verdicts: Verdict[] = [];
  for (const told of intents) {
    const one = told.snapshot || told.updates ? await asMovement(ports, stays, told) : await withOwner(ports, told);
    const intent = envelope.note === CENSUS ? asPresent(one) : one;
    const ruled = verdict(intent, ports.policyOf(envelope.source));
    const fact = ports.sealer.blind(factKey(envelope.note === CENSUS ? intent : told));
    const turn = { envelope, intent, fact, ruled, now, patients, stays, proposals, decision };
    verdicts.push(await decideIntent(ports, turn));
  }
  for (const { version, state } of proposals.values()) writeProposal(decision, version, state);
  for (const { version, state } of patients.values()) decision.files.push(patientFile(version, state));
  for (const { state } of patients.values()) {
    const touched = [...stays.values()].filter((stay) => stay.state.patientId === state.id);
    const moves = touched.some((stay) => counts(stay.state) || (stay.was !== undefined && counts(stay.was)));
    const left = touched.map((stay) => stay.state);
    await planClosing(ports, decision, state, left, now, moves);
  }
  for (const [id, { version, state }] of stays) decision.files.push(stayFile(id, version, state));
  const end: Verdict = strongest(verdicts) ?? { outcome: 'muted', reason: 'not-a-movement' };
  decision.audit.push({ actor: `source:${envelope.source}`, action: 'decide', subject: envelope.id, ...end });
  const detail =
    end.reason === 'retroactive'
      ? lateEnd(
          intents,
          [...stays.values()].map((stay) => stay.state),
        )
      : undefined;
  decision.settle = {
    envelope: envelope.id,
    state: end.outcome === 'quarantined' ? 'quarantined' : 'decided',
    ...end,
    ...(detail === undefined ? {} : { detail }),
    // A document is not kept here, whatever became of it; what waits for a human waits whole.
    emptied:
      end.outcome === 'blocked' ||
      (end.outcome !== 'quarantined' && intents.some((one) => one.type === 'document-received')),
  };
  return decision;
}

/** A stay of which nothing may be said any more is listed for the operator: `relais silenced`. */
function stayFile(id: string, version: number, state: Stay): FileWrite {
  return { kind: 'stay', id, version, state, keys: state.protected === undefined ? [] : ['silenced'] };
}
