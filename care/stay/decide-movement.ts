/** What happens in a stay whose patient is certain: the stay as it becomes, what is said of it, and to whom. */
import type { StayPorts } from './case.ts';
import { wantRoom } from './patient-room.ts';
import { roomRef } from '../relay/room.ts';
import type { Person } from '../people/person.ts';
import { endRequests } from './silence.ts';
import { evolve } from './evolve.ts';
import { plan } from './expected-discharge.ts';
import type { StayIntent } from './intent.ts';
import { card, deliveries, isOtherCard } from './deliveries.ts';
import { planLetter } from './letter.ts';
import { evolveUnheard, hushOf, noteShadow, wouldSay } from './shadow.ts';
import { isStayed, type Patient, type Stay } from './stay.ts';
import { withToldDay } from './told-day.ts';
import { type Open, type Turn } from './turn.ts';
import { isOver } from './unsaid.ts';
import { type SourcePolicy, sayableUnit, type Verdict } from './verdict.ts';

/** Recorded more than this long before we say it: the reader is told that it comes late. */
const LATE_MS = 2 * 3_600_000;

/**
 * @param of the files as this decision has them; `team`: the patient's équipe of today
 * @returns what became of the intent; the decision has the rest
 */
export async function decideMovement(
  ports: StayPorts,
  turn: Turn,
  { patient, stay, team }: { patient: Open<Patient>; stay: Open<Stay>; team: Person[] },
): Promise<Verdict> {
  const { intent, fact, ruled, envelope, decision, now } = turn;
  const policy = ports.policyOf(envelope.source);
  const patientId = patient.state.id;
  const before = stay.state;
  const unit = sayableUnit(intent, policy);
  const hush = hushOf(policy, envelope, intent, before);
  const evolved = hush
    ? evolveUnheard(before, intent, unit, hush)
    : evolve(before, intent, unit, ruled.outcome === 'posted' && team.length > 0);
  if (evolved.outcome === 'quarantined') {
    decision.facts.splice(decision.facts.indexOf(fact), 1); // it is decided again when a human replays it
    return { outcome: 'quarantined', reason: evolved.reason };
  }
  stay.state = { ...evolved.stay, ...(intent.account === undefined ? {} : { account: intent.account }) };
  // A session or a consultation whose message forgot its class is known by its stay.
  const isTold = ruled.outcome === 'posted' && isStayed(stay.state);
  const facts = isTold ? evolved.facts.filter((one) => !isOver(one, now)) : [];
  if (!hush && facts.length > 0 && team.length > 0) stay.state = { ...stay.state, told: true };
  plan(decision, before, stay, facts.length > 0, now);
  if (!hush && ruled.outcome === 'posted') {
    const change = { before, stay: stay.state, patient: patient.state, intent, team, now };
    await planLetter(ports, decision, change);
  }
  decision.events.push({
    kind: 'stay',
    id: stay.state.id,
    type: intent.type,
    at: now,
    body: { trigger: intent.trigger, facts, ruled },
  });
  if (hush === 'census') {
    // An admission of last week is history for a live source, and what a census is made of.
    const isPlain = ruled.outcome === 'posted' || ruled.reason === 'retroactive';
    return isPlain ? { outcome: 'muted', reason: 'recorded' } : ruled;
  }
  if (hush === 'shadow' && facts.length > 0) {
    const at = intent.recordedAt ?? now;
    const says = facts.map((said) => wouldSay(ports.ringing, stay.state, said, team, at));
    noteShadow(decision, envelope.source, envelope.id, says);
    return { outcome: 'muted', reason: 'shadow' };
  }
  const said = { stay: stay.state, patient: patient.state, team, tags: tagsOf(intent, stay.state, policy) };
  if (facts.length === 0) {
    if (!hush && isOtherCard(before, stay.state) && (await ports.store.rooms.get(roomRef.patient(patientId))))
      decision.deliveries.push(card(stay.state));
    // Too late to ring anybody, never too late to end what is still asked for somebody who has died.
    for (const fact of hush ? [] : evolved.facts)
      if (fact.type === 'died') await ports.consequences(decision, { ...said, fact }, now);
    if (intent.died) await endRequests(ports, turn, patient.state, team);
    if (ruled.outcome !== 'posted') return ruled;
    if (!isTold) return { outcome: 'muted', reason: stay.state.class === 'R' ? 'session' : 'outpatient' };
    return evolved.facts.length > 0 ? { outcome: 'muted', reason: 'too-old' } : evolved;
  }
  if (team.length === 0) {
    for (const fact of facts) await ports.consequences(decision, { ...said, fact }, now);
    return { outcome: 'muted', reason: 'no-team' };
  }
  stay.state = withToldDay(stay.state, facts, now);
  const late = intent.recordedAt !== undefined && now - intent.recordedAt > LATE_MS;
  await wantRoom(ports, decision, patientId, team);
  for (const fact of facts) {
    decision.deliveries.push(...deliveries(ports.ringing, stay.state, patient.state, fact, team, late));
    await ports.consequences(decision, { ...said, fact }, now); // after the news: it says what comes of it
  }
  return { outcome: evolved.outcome, reason: evolved.reason };
}

/** Of the unit that the message names, else of the last one that the stay was in: a discharge often names none. */
function tagsOf(intent: StayIntent, stay: Stay, policy: SourcePolicy): readonly string[] {
  const last = Object.values(stay.movements).findLast((one) => one.state === 'inserted' && one.unit.code !== undefined);
  const code = intent.unit.code ?? last?.unit.code;
  return (code === undefined ? undefined : policy.tags?.get(code)) ?? [];
}
