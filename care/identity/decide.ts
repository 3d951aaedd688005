/** The desk's word about a proposal, through the corridor: load, decide, say so. The commit is the caller's. */
import { type Decision, emptyDecision } from '../relay/decision.ts';
import { type Refusal, refuse } from '../relay/refusal.ts';
import type { Timer } from '../relay/timer.ts';
import type { Person } from '../people/person.ts';
import type { StayPorts } from '../stay/case.ts';
import type { Patient } from '../stay/stay.ts';
import { freshCode, mayDecide, nextMorning, reminderOf, tellDesk, writeProposal } from './desk.ts';
import { applyMerge } from './merge.ts';
import { applyMove } from './move.ts';
import { leave, takeBack } from './leave.ts';
import type { ProposalNews } from './news.ts';
import { proposalNews } from './propose.ts';
import { decided, type Proposal, type ProposalMove } from './proposal.ts';

/** What a word asks of the identity desk's book. */
export type IdentityMove =
  | (ProposalMove & { code: string })
  /** `pas-mon-patient`, typed in that patient's room. */
  | { do: 'leave'; patient: string };

/** What the text shows whole. */
const LONGEST_WHY = 500;

/** @returns the decision, or the refusal that is said instead */
export async function decideIdentity(
  ports: StayPorts,
  by: Person,
  move: IdentityMove,
  now: number,
): Promise<Decision | Refusal> {
  const decision = emptyDecision();
  if (move.do === 'leave') {
    const proposal = await leave(ports, decision, by, move.patient, now);
    if ('data' in proposal) return proposal;
    return opened(ports, decision, proposal, by, now);
  }
  if (move.do === 'refuse' && (move.why ?? '').length > LONGEST_WHY) return refuse('too-long', { max: LONGEST_WHY });
  const file = await ports.store.files.load<Proposal>('proposal', move.code);
  if (!file) return refuse('unknown-proposal', { code: move.code });
  const nameOf = (id: string): string => ports.people.byId(id)?.name ?? id;
  const proposal = decided(file.state, by, mayDecide(ports.people, file.state, by), move, now, nameOf);
  if ('data' in proposal) return proposal;
  const [from, to] = await parties(ports, proposal); // before anything moves
  const step = move.do === 'claim' ? 'claimed' : move.do === 'confirm' ? 'confirmed' : 'refused';
  writeProposal(decision, file.version, proposal);
  const news: ProposalNews = proposalNews(ports, proposal, step, from, to, nameOf);
  tellDesk(ports.people, decision, proposal, news);
  if (move.do === 'claim') decision.timers.push({ do: 'set', ...reminderOf(proposal.code), dueAt: nextMorning(now) });
  else {
    decision.timers.push({ do: 'cancel', ...reminderOf(proposal.code) });
    // What waited is decided again, what asked included: it finds the answer.
    decision.replays = proposal.envelopes;
    await carryOut(ports, decision, proposal, now);
  }
  return settledBy(decision, proposal, step, by.id, now);
}

async function carryOut(ports: StayPorts, decision: Decision, proposal: Proposal, now: number): Promise<void> {
  const { about, status } = proposal;
  switch (about.do) {
    case 'merge':
      if (status === 'confirmed') await applyMerge(ports, decision, about, proposal.facility, now);
      return;
    case 'move':
      if (status === 'confirmed') await applyMove(ports, decision, about, proposal, now);
      return;
    case 'leave':
      if (status === 'refused') await takeBack(ports, decision, about);
      return;
    default:
      return about satisfies never;
  }
}

/** Still undecided on a working day at 9:00: said again, until it is. */
export async function decideReminder(ports: StayPorts, timer: Timer, now: number): Promise<Decision> {
  const decision: Decision = { ...emptyDecision(), fired: timer };
  const audit = { actor: 'clock', action: 'proposal:remind', subject: timer.ref };
  const file = await ports.store.files.load<Proposal>('proposal', timer.ref);
  if (file?.state.status !== 'proposed') {
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'stale-timer' });
    return decision;
  }
  const nameOf = (id: string): string => ports.people.byId(id)?.name ?? id;
  const [from, to] = await parties(ports, file.state);
  tellDesk(ports.people, decision, file.state, proposalNews(ports, file.state, 'reminded', from, to, nameOf));
  decision.timers.push({ do: 'set', ...reminderOf(timer.ref), dueAt: nextMorning(now) });
  decision.audit.push({ ...audit, outcome: 'posted', reason: 'announced' });
  return decision;
}

async function opened(
  ports: StayPorts,
  decision: Decision,
  given: Omit<Proposal, 'code'>,
  by: Person,
  now: number,
): Promise<Decision> {
  const proposal: Proposal = { ...given, code: await freshCode(ports) };
  const [patient] = await parties(ports, proposal);
  const nameOf = (id: string): string => ports.people.byId(id)?.name ?? id;
  writeProposal(decision, 0, proposal);
  tellDesk(ports.people, decision, proposal, proposalNews(ports, proposal, 'asked', patient, undefined, nameOf));
  decision.timers.push({ do: 'set', ...reminderOf(proposal.code), dueAt: nextMorning(now) });
  for (const delivery of decision.deliveries)
    if (delivery.announcement.kind === 'not-mine') delivery.announcement = { kind: 'not-mine', code: proposal.code };
  return settledBy(decision, proposal, 'asked', by.id, now);
}

function settledBy(decision: Decision, proposal: Proposal, step: string, actor: string, at: number): Decision {
  decision.events.push({ kind: 'proposal', id: proposal.code, type: step, at, body: { by: actor } });
  decision.audit.push({
    actor,
    action: `proposal:${proposal.about.do}:${step}`,
    subject: proposal.code,
    outcome: 'posted',
    reason: 'announced',
  });
  return decision;
}

async function parties({ store }: StayPorts, { about }: Proposal): Promise<[Patient | undefined, Patient | undefined]> {
  const load = async (id: string): Promise<Patient | undefined> =>
    (await store.files.load<Patient>('patient', id))?.state;
  if (about.do === 'leave') return [await load(about.patient), undefined];
  return [await load(about.from.id), await load(about.to.id)];
}
