/**
 * Requests that nobody types: a discharge or an admission opens them, a day does, a death ends them (MISSION rows 6, 31,
 * 103, 108). Nothing that identifies goes to the group; the équipe reads each step in the patient's room.
 */
import { type Decision, emptyDecision } from '../relay/decision.ts';
import { DAY, fromParis, parisDay, toParis } from '../relay/civil-time.ts';
import type { Timer, TimerChange } from '../relay/timer.ts';
import type { Consequences, Happened } from '../stay/consequences.ts';
import type { StayFact } from '../stay/stay.ts';
import { silenced } from './clock-moves.ts';
import { freshCode, opened } from './opening.ts';
import { type DischargeMode, type Pathway, runnable, type Start, type Trigger } from './pathway.ts';
import { record, type RequestPorts } from './record.ts';
import { inTerritory, newRequest, type Opening, type Request, startAt } from './request.ts';
import { findRequests } from './stored.ts';

/** What requests do with each fact of a stay. */
export function requestConsequences(ports: RequestPorts): Consequences {
  return async (decision, happened, now) => {
    const { fact, patient, stay } = happened;
    if (fact.type === 'died') return silence(ports, decision, `patient:${patient.id}`, now);
    // It did not take place: what it had opened has no object any more.
    if (fact.type === 'cancelled') {
      const event = eventOf(fact.cancelled);
      if (event) await silence(ports, decision, `stay:${stay.id}`, now, event);
      return;
    }
    for (const pathway of runnable(ports.pathways()))
      for (const trigger of pathway.on)
        if (isMeant(trigger, happened)) await openFor(ports, decision, { pathway, trigger, happened }, now);
  };
}

/**
 * Everything that is still to be done falls silent, taken or not, and who was on it is told so.
 * @param key `patient:<id>` or `stay:<id>`
 * @param event only what this event of the stay has opened
 */
export async function silence(
  ports: RequestPorts,
  decision: Decision,
  key: string,
  now: number,
  event?: 'discharge' | 'admission',
): Promise<void> {
  for (const { state, version } of await findRequests(ports.store, key)) {
    if (event && (state.opened.by !== 'stay' || state.opened.event !== event)) continue;
    if (decision.files.some((file) => file.kind === 'request' && file.id === state.code)) continue;
    await record(ports, decision, version, silenced(state, now), 'clock', now);
  }
}

function isMeant(trigger: Trigger, { fact, tags }: Happened): boolean {
  if (trigger.event !== 'discharge' && trigger.event !== 'admission') return false;
  if (trigger.event !== eventOf(fact.type, fact)) return false;
  if (trigger.tags.length > 0 && !trigger.tags.some((tag) => tags.includes(tag))) return false;
  if (trigger.event === 'admission') return true;
  const mode = modeOf(fact);
  // Who left without being seen is followed only where the pathway says so; an unknown mode is no mode.
  if (trigger.modes.length === 0) return fact.type === 'discharged';
  return mode !== undefined && trigger.modes.includes(mode);
}

/** @param fact tells the passage from the emergency department to a ward from the other changes of class */
function eventOf(type: string | undefined, fact?: StayFact): 'discharge' | 'admission' | undefined {
  if (type === 'discharged' || type === 'left-without-being-seen') return 'discharge';
  if (type === 'admitted') return 'admission';
  return type === 'class-changed' && (fact === undefined || fact.class === 'I') ? 'admission' : undefined;
}

function modeOf({ type, disposition, destination }: StayFact): DischargeMode | undefined {
  if (type === 'left-without-being-seen' || disposition === 'F') return 'left';
  if (disposition === '4') return 'against-advice';
  if (disposition === 'REO') return 'reoriented';
  return destination === 'death' ? undefined : destination;
}

type Opens = { pathway: Pathway; trigger: Trigger; happened: Happened };

async function openFor(
  ports: RequestPorts,
  decision: Decision,
  { pathway, trigger, happened }: Opens,
  now: number,
): Promise<void> {
  const { fact, stay, patient, team } = happened;
  const event = trigger.event === 'admission' ? 'admission' : 'discharge';
  const here = inTerritory(pathway, team.find((p) => p.territory !== undefined)?.territory);
  const decided = decision.files.filter((file) => file.kind === 'request').map((file) => file.state as Request);
  const running = [...decided, ...(await findRequests(ports.store, `stay:${stay.id}`)).map((file) => file.state)];
  const isOpen = running.some(
    (one) =>
      one.pathway.id === pathway.id &&
      one.opened.by === 'stay' &&
      one.opened.stay === stay.id &&
      one.opened.event === event,
  );
  if (isOpen) return; // the same discharge told again, or corrected
  const audit = { actor: `source:${stay.source}`, action: `open:${pathway.id}`, subject: stay.id } as const;
  if (!here) {
    // Nobody of this patient's équipe says where: counted, for the coordination to see.
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'no-team' });
    return;
  }
  const at = fact.at ?? now;
  const opening: Opening = { by: 'stay', stay: stay.id, event, name: stay.facilityName, at };
  for (const start of startsOf(trigger)) {
    const code = await freshCode(ports, decision);
    const given = { code, pathway: here, opened: opening, asker: undefined, askedAt: now, answers: [] };
    const request = newRequest(
      {
        ...given,
        patient: patient.id,
        ...(start && { day: start.days, waits: startAt(start, here.stages[0], at, now) }),
      },
      now,
    );
    await record(ports, decision, 0, opened(request), audit.actor, now);
  }
}

function startsOf({ at }: Trigger): (Start | undefined)[] {
  return at.length > 0 ? at : [undefined];
}

/**
 * Arms the next day of each pathway that a date opens; what is armed already stays.
 * @returns undefined when there is nothing to arm
 */
export async function decideDates(ports: RequestPorts, now: number): Promise<Decision | undefined> {
  const changes: TimerChange[] = [];
  for (const pathway of runnable(ports.pathways())) {
    const pending = await ports.store.timers.list('request-date', pathway.id);
    for (const change of datesOf(pathway, now))
      if (!pending.some((timer) => timer.step === change.step)) changes.push(change);
  }
  if (changes.length === 0) return undefined;
  const audit = { actor: 'clock', action: 'dates', subject: 'pathways', outcome: 'muted', reason: 'planned' } as const;
  return { ...emptyDecision(), timers: changes, audit: [audit] };
}

/** The day has come: asked in the name of the coordination, and the next day is armed. */
export async function decideDate(ports: RequestPorts, timer: Timer, now: number): Promise<Decision> {
  const decision: Decision = { ...emptyDecision(), fired: timer };
  const found = runnable(ports.pathways()).find((one) => one.id === timer.ref);
  const coordinator = ports.people.withRole('coordinateur')[0];
  const pathway = found && inTerritory(found, coordinator?.territory);
  const trigger = pathway?.on.find((on) => on.event === 'date' && on.days.includes(timer.step));
  if (!pathway || !trigger) {
    const audit = { actor: 'clock', action: 'date', subject: timer.ref } as const;
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'stale-timer' });
    return decision;
  }
  for (const start of startsOf(trigger)) {
    const code = await freshCode(ports, decision);
    const given = { code, pathway, opened: { by: 'date' } as const, askedAt: now, answers: [] };
    const request = newRequest(
      {
        ...given,
        asker: coordinator?.id,
        ...(start && { day: start.days, waits: startAt(start, pathway.stages[0], now, now) }),
      },
      now,
    );
    await record(ports, decision, 0, opened(request), 'clock', now);
  }
  decision.timers.push(...datesOf(pathway, now).filter((change) => change.step === timer.step));
  return decision;
}

function datesOf(pathway: Pathway, now: number): (TimerChange & { do: 'set' })[] {
  return pathway.on.flatMap((on) =>
    on.event === 'date'
      ? on.days.flatMap((day) => {
          const dueAt = nextDay(day, on, now);
          return dueAt === undefined
            ? []
            : [{ do: 'set' as const, kind: 'request-date' as const, ref: pathway.id, step: day, dueAt }];
        })
      : [],
  );
}

/** @param day `2026-09-15`, `09-15` or `15`; a day that a month does not have is skipped. @returns undefined once it is past for good */
function nextDay(day: string, { hour, minute }: { hour: number; minute: number }, now: number): number | undefined {
  const [dd = 0, mm, yyyy] = day.split('-').map(Number).reverse();
  // Four years and a little: the 29th of February comes.
  for (let date = parisDay(now); date < now + 1500 * DAY; date = parisDay(date, 1)) {
    const at = toParis(date);
    if (at.day !== dd || (mm !== undefined && at.month !== mm) || (yyyy !== undefined && at.year !== yyyy)) continue;
    const instant = fromParis({ year: at.year, month: at.month, day: at.day, hour, minute });
    if (instant > now) return instant;
  }
  return undefined;
}
