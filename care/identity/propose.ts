/** A hospital merges two patients (A40), or moves a dossier to another patient (A44): a proposal to its identity desk. */
import type { Decision } from '../relay/decision.ts';
import type { Envelope } from '../relay/envelope.ts';
import type { Outcome, Reason } from '../relay/outcome.ts';
import type { StoredFile } from '../relay/ports.ts';
import type { StayIntent } from '../stay/intent.ts';
import type { SourcePolicy } from '../stay/verdict.ts';
import type { Patient } from '../stay/stay.ts';
import { type DeskPorts, freshCode, nextMorning, noteDesk, reminderOf, tellDesk } from './desk.ts';
import { noteOf } from './doubt.ts';
import type { ProposalNews } from './news.ts';
import { newPatient, withIdentity } from '../stay/patient.ts';
import { partyView, patientOf, staysOf, stayIdOf } from './people-of.ts';
import { holding, type Party, type Proposal } from './proposal.ts';

type Verdict = { outcome: Outcome; reason: Reason };

const WAITS: Verdict = { outcome: 'quarantined', reason: 'merge-needs-human' };
const NOTHING: Verdict = { outcome: 'muted', reason: 'nothing-changed' };

/** Proposals that one message touches: written once each, at its end. */
export type OpenProposals = Map<string, { version: number; state: Proposal }>;

export type Asking = {
  envelope: Pick<Envelope, 'id' | 'source'>;
  intent: StayIntent;
  policy: SourcePolicy;
  now: number;
  proposals: OpenProposals;
  decision: Decision;
};

/** Does this intent ask to put two patients together, or to move what is one's to another? */
export function asksTheDesk(intent: StayIntent): boolean {
  return intent.type === 'patients-merged' || intent.type === 'stay-moved';
}

/**
 * @returns `merge-needs-human` while a person has to decide (or no desk is declared); muted when nothing of it is known
 *   here, or when it was decided
 */
export async function propose(ports: DeskPorts, asking: Asking): Promise<Verdict> {
  const { intent, policy, envelope } = asking;
  const { ipp } = intent.patient;
  const facility = intent.facility;
  if (ipp === undefined || ports.deskOf(facility) === undefined) return WAITS;
  // A test message that comes on the production door asks nothing.
  if (policy.production && intent.training && !policy.acceptTraining)
    return { outcome: 'muted', reason: 'training-message' };
  const again = await askedBefore(ports, asking, ipp);
  if (again) return again;
  const to = await patientOf(ports, facility, ipp);
  const number = intent.from?.visit ?? intent.visit;
  const merges = intent.type === 'patients-merged';
  const loose = intent.from?.ipp;
  const prior = loose === undefined ? undefined : await patientOf(ports, facility, loose);
  if (loose === undefined || !prior?.file || prior.retired || prior.id === to.id)
    return unknownHere(ports, asking, number, prior?.id === to.id ? 'same' : 'unknown');
  const from: Party = { id: prior.id, ipp: loose };
  const party: Party = { id: to.id, ipp };
  // Without the INS: it comes again with the next message that may bring it, and must not outlive its deletion here.
  const told = { ...intent.patient, ins: undefined };
  if (merges) return open(ports, asking, { do: 'merge', from, to: party, told }, [prior.file, to.file]);
  const moving = await staysToMove(ports, prior.file, facility, number);
  if (moving === 'unsure') {
    const note = { what: 'stay-not-recognised' as const, ipp: from.ipp, number, envelope: envelope.id };
    await noteDesk(ports, asking.decision, { facility, subject: from.id, note }, asking.now);
    return WAITS;
  }
  if (moving.length === 0) return NOTHING;
  const about = { do: 'move' as const, from, to: party, told, stays: moving, number: number ?? '' };
  return open(ports, asking, about, [prior.file, to.file]);
}

/** The same question while it waits is the same proposal; an envelope that was decided is over. */
async function askedBefore(ports: DeskPorts, asking: Asking, ipp: string): Promise<Verdict | undefined> {
  const { intent, envelope, proposals } = asking;
  const same = sameOf(ports, intent, ipp);
  // Twice in one message, too.
  if ([...proposals.values()].some(({ version, state }) => version === 0 && state.same === same)) return WAITS;
  for (const file of await ports.store.files.find<Proposal>('proposal', `same:${same}`)) {
    const { version, state } = proposals.get(file.id) ?? file;
    if (state.status === 'proposed') {
      const next = holding(state, envelope.id);
      if (next !== state) proposals.set(state.code, { version, state: next });
      return WAITS;
    }
    if (state.envelopes.includes(envelope.id))
      return { outcome: 'muted', reason: state.status === 'confirmed' ? 'desk-confirmed' : 'desk-refused' };
  }
  return undefined;
}

function sameOf({ sealer }: DeskPorts, intent: StayIntent, ipp: string): string {
  const { from } = intent;
  return sealer.blind(['proposal', intent.type, intent.facility, from?.ipp, from?.visit, ipp].join('|'));
}

/** Nothing of the number that goes away is known: nothing to do, unless the stay is known as somebody else's. */
async function unknownHere(
  ports: DeskPorts,
  { intent, envelope, decision, now }: Asking,
  number: string | undefined,
  why: 'same' | 'unknown',
): Promise<Verdict> {
  if (intent.type === 'patients-merged') return NOTHING;
  const { facility } = intent;
  const ipp = intent.patient.ipp ?? '';
  // Another dossier number of the same patient is another key of the stay: the operator looks.
  if (why === 'same') return WAITS;
  const stay = number === undefined ? undefined : (await staysOf(ports, [stayIdOf(ports.sealer, facility, number)]))[0];
  const to = await patientOf(ports, facility, ipp);
  if (!stay || stay.state.patientId === to.id) return NOTHING;
  const doubt = { what: 'visit-of-another', subject: stay.id, owner: stay.state.patientId } as const;
  await noteDesk(ports, decision, await noteOf(ports, doubt, { intent, envelope }, ipp), now);
  return WAITS;
}

/** By the visit or the dossier number. `unsure`: one of the patient's stays has no dossier number, it may be that one. */
async function staysToMove(
  ports: DeskPorts,
  from: StoredFile<Patient>,
  facility: string,
  number: string | undefined,
): Promise<string[] | 'unsure'> {
  const stays = await staysOf(ports, from.state.stays);
  if (number === undefined) return stays.length === 0 ? [] : 'unsure';
  const id = stayIdOf(ports.sealer, facility, number);
  const found = stays.filter((stay) => stay.id === id || stay.state.account === number);
  if (found.length > 0) return found.map((stay) => stay.id);
  return stays.some((stay) => stay.state.account === undefined) ? 'unsure' : [];
}

async function open(
  ports: DeskPorts,
  asking: Asking,
  about: Extract<Proposal['about'], { do: 'merge' | 'move' }>,
  [from, to]: [StoredFile<Patient>, StoredFile<Patient> | undefined],
): Promise<Verdict> {
  const { intent, envelope, policy, decision, now, proposals } = asking;
  const { facility } = intent;
  const proposal: Proposal = {
    code: await freshCode(ports),
    facility,
    facilityName: policy.name ?? facility,
    desk: ports.deskOf(facility),
    about,
    status: 'proposed',
    same: sameOf(ports, intent, about.to.ipp),
    askedAt: now,
    envelopes: [envelope.id],
  };
  const { code } = proposal;
  proposals.set(code, { version: 0, state: proposal });
  decision.events.push({ kind: 'proposal', id: code, type: 'asked', at: now, body: { trigger: intent.trigger } });
  decision.timers.push({ do: 'set', ...reminderOf(code), dueAt: nextMorning(now) });
  tellDesk(ports.people, decision, proposal, proposalNews(ports, proposal, 'asked', from.state, to?.state));
  const actor = `source:${envelope.source}`;
  decision.audit.push({ actor, action: `proposal:${about.do}`, subject: code, outcome: 'posted', reason: 'reported' });
  return WAITS;
}

/** What the desk reads of a merge or a move. @param to undefined where nothing is known of that number here */
export function proposalNews(
  { people }: Pick<DeskPorts, 'people'>,
  proposal: Proposal,
  step: ProposalNews['step'],
  from: Patient | undefined,
  to: Patient | undefined,
  nameOf: (id: string) => string = (id) => id,
): ProposalNews {
  const { code, facility, facilityName, about, decided, envelopes } = proposal;
  const head = {
    code,
    facility: facilityName,
    step,
    by: decided && nameOf(decided.by),
    why: decided?.why,
    waiting: Math.max(0, envelopes.length - 1),
  };
  switch (about.do) {
    case 'merge':
    case 'move': {
      const fresh = ({ id, ipp }: Party): Patient => withIdentity(newPatient(id, facility, ipp), about.told);
      const both = {
        from: partyView(people, about.from, from ?? fresh(about.from), from !== undefined),
        to: partyView(people, about.to, to ?? fresh(about.to), to !== undefined),
      };
      if (about.do === 'merge') return { ...head, about: { do: 'merge', ...both } };
      return { ...head, about: { do: 'move', ...both, number: about.number, stays: about.stays.length } };
    }
    case 'leave': {
      const patient = from && partyView(people, { id: about.patient, ipp: about.ipp }, from, true);
      // Who is no identity desk reads no identity.
      const seen = proposal.desk === undefined ? undefined : patient;
      return { ...head, about: { do: 'leave', person: nameOf(about.person), room: about.room, patient: seen } };
    }
    default:
      return about satisfies never;
  }
}
