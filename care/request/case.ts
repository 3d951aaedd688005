/** A request through the corridor: asking, moving on, and its deadlines. Load, decide, route; the commit is the caller's. */
import type { Decision, NewDelivery } from '../relay/decision.ts';
import { emptyDecision } from '../relay/decision.ts';
import type { Ids } from '../relay/clock.ts';
import type { Store, StoredFile } from '../relay/ports.ts';
import { type Refusal, refuse } from '../relay/refusal.ts';
import { roomRef, type RoomWanted } from '../relay/room.ts';
import type { Timer } from '../relay/timer.ts';
import type { People, Person } from '../people/person.ts';
import { overtaken, rearm, runningTarget, stepsOf } from './deadlines.ts';
import type { RequestStep } from './news.ts';
import type { Pathway } from './pathway.ts';
import { mayAsk, newRequest, type Request, type RequestMove, step } from './request.ts';
import { routeEscalation, routeStep } from './routing.ts';

export type RequestPorts = { store: Pick<Store, 'files' | 'rooms' | 'timers'>; people: People; ids: Pick<Ids, 'code'> };

/** What the texts show whole: longer words would be cut, and the end of an answer matters. */
const LONGEST = 2_000;
const LONGEST_ANSWER = 8_000;

export type Ask = { pathway: Pathway; by: Person; question: string; urgent: boolean; patient?: string | undefined };

/** @returns the decision, or the refusal that is said instead (urgent cases are refused before anything is sent) */
export async function decideAsk(ports: RequestPorts, ask: Ask, now: number): Promise<Decision | Refusal> {
  const { pathway, by } = ask;
  if (!mayAsk(pathway, by)) return refuse('may-not-ask', { title: pathway.title, who: pathway.ask.who });
  if (ask.urgent && pathway.ask.urgent === 'refuse-15') return refuse('urgent-call-15');
  const field = pathway.form[0];
  if (!ask.question.trim() || !field)
    return refuse('question-missing', { word: `avis ${pathway.words[0] ?? ''}`.trim() });
  if (ask.question.length > LONGEST) return refuse('too-long', { max: LONGEST });
  const short = `D-${ports.ids.code(3)}`; // some 12,000 of them: a letter more once they run out
  const isTaken = (await ports.store.files.load('request', short)) !== undefined;
  const request = newRequest(
    {
      code: isTaken ? `D-${ports.ids.code(4)}` : short,
      pathway,
      asker: by.id,
      askedAt: now,
      patient: ask.patient,
      fields: [{ key: field.key, value: ask.question.trim() }],
    },
    pathway.ask.consent === 'required',
  );
  return settled(
    ports,
    { kind: 'request', id: request.code, version: 0, state: request },
    request,
    'asked',
    undefined,
    by,
    now,
  );
}

export async function decideMove(
  ports: RequestPorts,
  code: string,
  by: Person,
  move: RequestMove,
  now: number,
): Promise<Decision | Refusal> {
  const file = await ports.store.files.load<Request>('request', code);
  if (!file) return refuse('unknown-request', { code });
  const longest = move.do === 'answer' ? LONGEST_ANSWER : LONGEST;
  if ('text' in move && move.text.length > longest) return refuse('too-long', { max: longest });
  const { taker } = file.state;
  // Somebody who is no longer bound cannot answer: the others may take it.
  const gone = move.do === 'take' && taker !== undefined && !ports.people.byId(taker) && isOwed(file.state);
  const state: Request = gone ? { ...file.state, status: 'asked', taker: undefined } : file.state;
  const moved = step(state, by, move, now, (id) => ports.people.byId(id)?.name ?? id);
  if ('data' in moved) return moved;
  return settled(ports, file, moved.request, moved.step, moved.text, by, now);
}

/** A reminder or an escalation is due. A status that moved on, or an overtaken step, says nothing. */
export async function decideDeadline(ports: RequestPorts, timer: Timer, now: number): Promise<Decision> {
  const decision: Decision = { ...emptyDecision(), fired: timer };
  const audit = { actor: 'clock', action: `sla:${timer.step}`, subject: timer.ref };
  const file = await ports.store.files.load<Request>('request', timer.ref);
  const target = file && runningTarget(file.state);
  const due = file && target && stepsOf(file.state, target).find((s) => s.step === timer.step);
  const pending = await ports.store.timers.list('request-sla', timer.ref);
  if (!file || !due || overtaken(timer, pending, now)) {
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'stale-timer' });
    return decision;
  }
  const told: RequestStep = due.what === 'escalate' ? 'escalated' : 'reminded';
  const request: Request = {
    ...file.state,
    escalatedTo: due.to ? [...file.state.escalatedTo, due.to] : file.state.escalatedTo,
    history: [...file.state.history, { at: now, by: 'clock', step: told, text: due.to }],
  };
  decision.files.push({
    kind: 'request',
    id: request.code,
    version: file.version,
    state: request,
    keys: keysOf(request),
  });
  decision.events.push({
    kind: 'request',
    id: request.code,
    type: told,
    at: now,
    body: { step: timer.step, to: due.to ?? null },
  });
  decision.deliveries.push(...routeEscalation(ports.people, request, told, due.to ?? 'group', now));
  decision.rooms.push(...(await wantRooms(ports, request, decision.deliveries)));
  decision.audit.push({ ...audit, outcome: 'posted', reason: 'announced' });
  return decision;
}

/** Requests that wait in a group, oldest first: what `prendre` without a code means. */
export async function openIn(ports: Pick<RequestPorts, 'store'>, key: string): Promise<Request[]> {
  return (await ports.store.files.find<Request>('request', key)).map((f) => f.state);
}

async function settled(
  ports: RequestPorts,
  file: StoredFile<Request>,
  request: Request,
  told: RequestStep,
  text: string | undefined,
  by: Person,
  now: number,
): Promise<Decision> {
  const decision = emptyDecision();
  decision.files.push({
    kind: 'request',
    id: request.code,
    version: file.version,
    state: request,
    keys: keysOf(request),
  });
  decision.events.push({ kind: 'request', id: request.code, type: told, at: now, body: { by: by.id } });
  decision.timers.push(...rearm(request, now));
  decision.deliveries.push(...routeStep(ports.people, request, told, text, now));
  decision.rooms.push(...(await wantRooms(ports, request, decision.deliveries)));
  decision.audit.push({
    actor: by.id,
    action: `request:${told}`,
    subject: request.code,
    outcome: 'posted',
    reason: 'announced',
  });
  return decision;
}

function isOwed({ status }: Request): boolean {
  return status === 'taken' || status === 'info-requested';
}

/** Look-up keys: by group while somebody can take it, by taker while an answer is owed, by asker while it is open, and by patient. */
function keysOf(request: Request): string[] {
  const open = request.status !== 'closed' && request.status !== 'cancelled';
  if (!open) return [];
  const groups = [request.pathway.to.group, ...request.pathway.to.backup];
  return [
    ...(request.status === 'asked' ? groups.map((g) => `group:${g}`) : []),
    ...(request.taker && request.status !== 'answered' ? [`taker:${request.taker}`] : []),
    ...(request.status === 'answered' ? [] : [`asker:${request.asker}`]),
    ...(request.patient && request.status !== 'answered' ? [`patient:${request.patient}`] : []),
  ];
}

/** Every room that a delivery names must exist: the drain makes it when the first delivery comes. */
async function wantRooms(ports: RequestPorts, request: Request, deliveries: NewDelivery[]): Promise<RoomWanted[]> {
  const refs = new Set(deliveries.map((d) => d.room));
  // Who has given back leaves the request's room, even if nothing is said there.
  const own = roomRef.request(request.code);
  if (await ports.store.rooms.get(own)) refs.add(own);
  return Promise.all(
    [...refs].map(async (ref): Promise<RoomWanted> => {
      const subject = ref.slice(ref.indexOf(':') + 1);
      const known = await ports.store.rooms.get(ref);
      if (ref.startsWith('group:')) {
        const members = ports.people.group(subject).map((p) => p.matrix);
        return {
          ref,
          kind: 'group',
          subject,
          encrypted: true,
          name: known?.name ?? groupName(request, subject),
          members,
        };
      }
      if (ref.startsWith('request:')) {
        const members = [request.asker, request.taker].flatMap((id) =>
          id ? (ports.people.byId(id)?.matrix ?? []) : [],
        );
        return { ref, kind: 'request', subject, encrypted: true, name: known?.name ?? subject, members };
      }
      return { ref, kind: 'direct', subject, encrypted: true, name: known?.name ?? 'Relais', members: [subject] };
    }),
  );
}

/** A specialists' room may say its specialty: it never holds a patient (invariant 6). */
function groupName(request: Request, group: string): string {
  return group === request.pathway.to.group ? request.pathway.title : group;
}
