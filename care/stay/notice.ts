/** The T−24 h notice fires. */
import type { Decision } from '../relay/decision.ts';
import { emptyDecision } from '../relay/decision.ts';
import { teamOf } from '../identity/people-of.ts';
import { parisDay } from '../relay/civil-time.ts';
import type { Timer } from '../relay/timer.ts';
import type { StayPorts } from './case.ts';
import { wantRoom } from './patient-room.ts';
import { deliveries } from './deliveries.ts';
import { noteShadow, wouldSay } from './shadow.ts';
import { isStayed, type Patient, type Stay, type StayFact } from './stay.ts';
import { withToldDay } from './told-day.ts';

/** @param timer the due `stay-notice`; a stale epoch makes the commit stale, a moved date says nothing */
export async function decideNotice(ports: StayPorts, timer: Timer, now: number): Promise<Decision> {
  const decision: Decision = { ...emptyDecision(), fired: timer };
  const stay = await ports.store.files.load<Stay>('stay', timer.ref);
  const patient = stay && (await ports.store.files.load<Patient>('patient', stay.state.patientId));
  const expected = stay?.state.expectedDischarge;
  // A session or a consultation has no discharge to prepare.
  const here = stay && isStayed(stay.state) && (stay.state.status === 'present' || stay.state.status === 'on-leave');
  const audit = { actor: 'clock', action: 'notice', subject: timer.ref };
  if (
    !stay ||
    !patient ||
    !expected ||
    !here ||
    stay.state.protected ||
    isSameDay(stay.state.announcedDischarge, expected.at)
  ) {
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'stale-timer' });
    return decision;
  }
  // Relais was down for so long: what became of it is in what the hospital sends again.
  if (parisDay(expected.at) < parisDay(now)) {
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'too-old' });
    return decision;
  }
  const team = teamOf(ports.people, patient.state); // of today, not of the last message
  const said: Stay = {
    ...stay.state,
    announcedDischarge: expected.at,
    told: team.length > 0 || stay.state.told === true,
  };
  const fact: StayFact = {
    type: 'discharge-soon',
    at: now,
    facility: said.facilityName,
    unit: said.unit,
    expectedAdmission: undefined,
    expectedDischarge: expected,
    destination: said.destination,
    disposition: undefined,
    cancelled: undefined,
  };
  const state = team.length > 0 ? withToldDay(said, [fact], now) : said;
  decision.files.push({ kind: 'stay', id: stay.id, version: stay.version, state });
  decision.events.push({ kind: 'stay', id: stay.id, type: 'discharge-soon', at: now, body: { expected } });
  if (ports.policyOf(state.source).shadow === true) {
    noteShadow(decision, state.source, `${stay.id}:${String(timer.epoch)}`, [
      wouldSay(ports.ringing, state, fact, team, now),
    ]);
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'shadow' });
    return decision;
  }
  if (team.length > 0) {
    await wantRoom(ports, decision, patient.id, team); // nothing may have been said of this stay until now
    decision.deliveries.push(...deliveries(ports.ringing, state, patient.state, fact, team, false));
  }
  decision.audit.push(
    team.length > 0
      ? { ...audit, outcome: 'posted', reason: 'announced' }
      : { ...audit, outcome: 'muted', reason: 'no-team' },
  );
  return decision;
}

/** Another hour of a day that has been announced is not rung again. */
function isSameDay(announced: number | undefined, expected: number): boolean {
  return announced !== undefined && parisDay(announced) === parisDay(expected);
}
