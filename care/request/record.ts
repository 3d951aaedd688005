/** What has happened to a request, written into a decision: its file, its events, its timers, who is told, the rooms. */
import type { Decision, NewDelivery } from '../relay/decision.ts';
import type { Ids } from '../relay/clock.ts';
import type { Store } from '../relay/ports.ts';
import { type Room, roomRef, type RoomWanted } from '../relay/room.ts';
import type { PatientView } from '../relay/announcement.ts';
import type { People } from '../people/person.ts';
import { teamOf } from '../identity/people-of.ts';
import { patientView } from '../stay/patient.ts';
import type { Patient, Stay } from '../stay/stay.ts';
import { rearm } from './deadlines.ts';
import { billedKeys, type Tariff } from './billing.ts';
import { countKeys } from './counting.ts';
import type { Moved, Told } from './moved.ts';
import { isGroupOf, type Offer, runnable } from './pathway.ts';
import { isEnded, isOwed, groupsOf, type Request, stageOf, usedBy } from './request.ts';
import { matrixOf, routeStep } from './routing.ts';
import { readersOf } from './seeing.ts';
import { findRequests } from './stored.ts';
import { traceOf } from './tracing.ts';

export type RequestPorts = {
  store: Pick<Store, 'files' | 'rooms' | 'timers'>;
  people: People;
  ids: Pick<Ids, 'code'>;
  /** Everything that is offered here today: a request may go on under another pathway. */
  pathways: () => readonly Offer[];
  /** Of acts, by date; absent: no act is known. */
  tariffs?: readonly Tariff[];
};

/**
 * Fills the decision.
 * @param version of the file that was read; 0 for a new request
 * @param by person id, `clock`, or the event that opened it
 */
export async function record(
  ports: RequestPorts,
  decision: Decision,
  version: number,
  { request, told }: Pick<Moved, 'request' | 'told'>,
  by: string,
  now: number,
): Promise<void> {
  const { code } = request;
  decision.files.push({ kind: 'request', id: code, version, state: request, keys: keysOf(request) });
  decision.touches = [...(decision.touches ?? []), ...usedBy(request)];
  decision.timers.push(...rearm(ports.people, request, now));
  const identity = await identityOf(ports, request);
  const deliveries: NewDelivery[] = [];
  for (const one of told) {
    decision.events.push({
      kind: 'request',
      id: code,
      type: one.step,
      at: now,
      body: { by, stage: stageOf(one.on).id },
    });
    deliveries.push(...routeStep(ports.people, one, identity, now, await rungBy(ports, one)));
    if (one.step === 'answered') deliveries.push(...(await traceOf(ports, one.on, identity, now)));
    decision.audit.push({
      actor: by,
      action: `request:${one.step}`,
      subject: code,
      outcome: 'posted',
      reason: 'announced',
    });
  }
  if (told.length === 0)
    decision.audit.push({ actor: by, action: 'request:planned', subject: code, outcome: 'muted', reason: 'planned' });
  await deliver(ports, decision, request, deliveries);
  if (isEnded(request)) await endRequestRoom(ports, decision, request.code);
}

/** Those of the équipe whom the outcome of what was just done rings (« le médecin traitant doit regarder »). */
async function rungBy({ store, people }: RequestPorts, { step, on }: Told): Promise<string[]> {
  const { id, outcomes } = stageOf(on);
  const word = on.replies.findLast((reply) => reply.stage === id)?.outcome;
  const rings = outcomes.find((outcome) => outcome.word === word)?.rings ?? [];
  if ((step !== 'answered' && step !== 'stage-done') || on.patient === undefined || rings.length === 0) return [];
  const patient = await store.files.load<Patient>('patient', on.patient);
  const team = patient === undefined ? [] : teamOf(people, patient.state);
  return team.filter(({ role }) => rings.includes(role)).map(({ matrix }) => matrix);
}

/** Puts the deliveries in the decision, and the rooms that they need: the drain makes one when its first delivery comes. */
export async function deliver(
  ports: RequestPorts,
  decision: Decision,
  request: Request,
  deliveries: NewDelivery[],
): Promise<void> {
  const refs = new Set([...deliveries.map((d) => d.room), roomRef.request(request.code)]);
  for (const ref of refs) {
    const known = await ports.store.rooms.get(ref);
    const used = deliveries.some((d) => d.room === ref);
    const kind = ref.slice(0, ref.indexOf(':'));
    const subject = ref.slice(kind.length + 1);
    if (kind === 'patient') {
      // Made by the stay alone: a patient whom nobody follows here has no room.
      const there =
        decision.rooms.some((room) => room.ref === ref) || (known !== undefined && known.state !== 'closed');
      if (!there) deliveries = deliveries.filter((d) => d.room !== ref);
    } else if (kind === 'request') {
      if (known || used) decision.rooms.push(requestRoom(ports, request, known));
    } else if (kind === 'group') {
      const members = ports.people.group(subject).map((p) => p.matrix);
      const name = known?.name ?? groupName(ports, subject);
      if (!isAsWanted(known, members))
        decision.rooms.push({ ref, kind: 'group', subject, encrypted: true, name, members });
    } else if (!isAsWanted(known, [subject]))
      decision.rooms.push({
        ref,
        kind: 'direct',
        subject,
        encrypted: true,
        name: known?.name ?? 'Relais',
        members: [subject],
      });
  }
  decision.deliveries.push(...deliveries);
}

/** A commit that wants a room waits for the disk by itself: a thousand reminders of one evening must not, for a room that is there. */
function isAsWanted(known: Room | undefined, members: string[]): boolean {
  if (!known || known.state === 'closed') return false;
  return known.members.length === members.length && members.every((userId) => known.members.includes(userId));
}

function requestRoom(ports: RequestPorts, request: Request, known: Room | undefined): RoomWanted {
  const ref = roomRef.request(request.code);
  const members = readersOf(request).flatMap((id) => matrixOf(ports.people, id));
  return { ref, kind: 'request', subject: request.code, encrypted: true, name: known?.name ?? request.code, members };
}

/** The bot says its last word there, the record closes, and only then it leaves (bot/closing.ts). */
export async function endRequestRoom(
  ports: Pick<RequestPorts, 'store'>,
  decision: Decision,
  code: string,
): Promise<void> {
  const ref = roomRef.request(code);
  const known = await ports.store.rooms.get(ref);
  if (!known || known.state === 'closed') return;
  const id = `closing|${ref}`;
  const watch = await ports.store.files.load('room-watch', id);
  decision.files.push({ kind: 'room-watch', id, version: watch?.version ?? 0, state: { ref }, keys: ['closing'] });
}

const ACRONYMS = new Set(['cpts', 'dac', 'emsp', 'ght', 'had', 'idel', 'msp', 'rcp', 'sas', 'sau', 'smr', 'snp']);

/**
 * A specialists' room may say its specialty: it never holds a patient (invariant 6). A group that does several things has
 * the name of none of them.
 */
function groupName(ports: RequestPorts, group: string): string {
  const theirs = runnable(ports.pathways()).filter(({ stages }) => stages.some(({ to }) => isGroupOf(to.group, group)));
  const [only, ...others] = theirs;
  if (only && others.length === 0) return only.title;
  const words = group.split('-').map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word));
  const name = words.join(' ');
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/**
 * What the request room is told of the patient: what the asker gave, else the patient's file when it was asked in the
 * patient's room or opened by an event. Not of a stay that has become protected.
 */
export async function identityOf(
  { store }: { store: Pick<Store, 'files'> },
  request: Pick<Request, 'identity' | 'patient'>,
): Promise<PatientView | undefined> {
  if (request.identity ?? request.patient === undefined) return request.identity;
  const patient = await store.files.load<Patient>('patient', request.patient);
  const stays = await Promise.all((patient?.state.stays ?? []).map((id) => store.files.load<Stay>('stay', id)));
  if (!patient || stays.some((stay) => stay?.state.protected !== undefined)) return undefined;
  return patientView(patient.state);
}

/**
 * Fills the decision: the identity desk says that these open requests are about another patient's file.
 * @param key `patient:<id>` or `stay:<id>`
 */
export async function followPatient(
  { store }: Pick<RequestPorts, 'store'>,
  decision: Decision,
  key: string,
  to: string,
): Promise<void> {
  for (const { id, version, state } of await findRequests(store, key)) {
    const next: Request = { ...state, patient: to };
    decision.files.push({ kind: 'request', id, version, state: next, keys: keysOf(next) });
    decision.touches = [...(decision.touches ?? []), ...usedBy(next)];
  }
}

/**
 * Look-up keys: by group while somebody can take it, by who owes an answer, by asker while it is open (and answered, for
 * `cloturer`), by patient and by stay; for ever by month of asking and by act, to be counted.
 */
export function keysOf(request: Request): string[] {
  const counted = [...countKeys(request), ...billedKeys(request)];
  if (isEnded(request)) return counted;
  const { status, asker, patient, opened, waits } = request;
  const stage = stageOf(request);
  const together = stage.to.dispatch === 'everyone';
  const answered = status === 'answered';
  const takeable = waits === undefined && (status === 'asked' || (together && status === 'taken'));
  return [
    ...counted,
    ...(takeable ? groupsOf(stage).map((g) => `group:${g}`) : []),
    ...(request.taker && !answered ? [`taker:${request.taker}`] : []),
    ...(request.offeredTo ? [`offered:${request.offeredTo}`] : []),
    ...(isOwed(request) ? request.participants.map((id) => `taker:${id}`) : []),
    ...(asker && !answered ? [`asker:${asker}`] : []),
    ...(asker && (answered || (together && status === 'taken')) ? [`closable:${asker}`] : []),
    ...(patient && !answered ? [`patient:${patient}`] : []),
    ...(opened.by === 'stay' && !answered ? [`stay:${opened.stay}`] : []),
  ];
}
