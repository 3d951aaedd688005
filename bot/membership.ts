/** Who comes and who goes: a newcomer reads a summary, a stranger is reported, and the bot notices that it was put out. */
import { apply } from '../care/relay/apply.ts';
import { type Decision, emptyDecision } from '../care/relay/decision.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import type { Room } from '../care/relay/room.ts';
import { coordination, identityDesk, type RoomTrouble, tell, troubleWith } from '../care/relay/room-trouble.ts';
import type { RawRoomEvent } from '../care/relay/transport.ts';
import { decideNewcomer, decideNewDevice, type Reader } from '../care/stay/newcomer.ts';
import { noteDesk } from '../care/identity/desk.ts';
import type { Request } from '../care/request/request.ts';
import type { Patient } from '../care/stay/stay.ts';
import type { DispatchPorts } from './dispatch-ports.ts';
import { commit, settle, settled } from './ending.ts';

export async function memberChanged(
  ports: DispatchPorts,
  envelope: Envelope,
  room: Room & { matrixId: string },
  event: RawRoomEvent,
): Promise<void> {
  const userId = event.state_key ?? event.sender;
  const { membership } = event.content;
  if (userId === ports.transport.userId) {
    if (membership !== 'leave' && membership !== 'ban') return settle(ports, envelope, 'muted', 'recorded', userId);
    return lost(ports, envelope, room, membership === 'ban' ? 'banned' : 'removed', event.sender);
  }
  const isJoin = membership === 'join' && event.unsigned?.redacted_because === undefined;
  if (!isJoin) return settle(ports, envelope, 'muted', 'recorded', userId);
  if (!room.members.includes(userId)) return unexpected(ports, envelope, room, userId);
  if (room.kind !== 'patient') return settle(ports, envelope, 'muted', 'recorded', userId);
  const canRead = await ports.transport.sharedWith(room.matrixId, userId);
  const devices = await ports.transport.devices(userId);
  const alreadySaid = (await ports.store.outbox.countDone(room.ref)) - (await saidBefore(ports, room.ref));
  await apply(ports.store, ports.clocks.civil(), () =>
    decideNewcomer(ports, envelope.id, { patientId: room.subject, userId, canRead, alreadySaid, devices }),
  );
}

/** A new phone of somebody who lost the old one: what was said before is not readable there (DESIGN §6). */
export async function devicesChanged(ports: DispatchPorts, envelope: Envelope, userId: string): Promise<void> {
  const { store, transport } = ports;
  if (!ports.people.byMatrix(userId)) return settle(ports, envelope, 'muted', 'not-for-us', userId);
  const devices = await transport.devices(userId);
  const seen: Reader[] = [];
  for (const room of await store.rooms.list()) {
    const { ref, kind, state, subject, matrixId } = room;
    if (kind !== 'patient' || state !== 'open' || matrixId === null || !room.members.includes(userId)) continue;
    const there = (await transport.members(matrixId)).some((m) => m.userId === userId && m.membership === 'join');
    if (!there) continue;
    const canRead = await transport.sharedWith(matrixId, userId);
    const alreadySaid = (await store.outbox.countDone(ref)) - (await saidBefore(ports, ref));
    seen.push({ patientId: subject, userId, canRead, alreadySaid, devices });
  }
  await apply(store, ports.clocks.civil(), () => decideNewDevice(ports, envelope.id, userId, seen));
}

/** The room cannot be used: its lane stops visibly, nothing is lost, and the coordination is told. */
export async function lost(
  ports: DispatchPorts,
  envelope: Envelope,
  room: Room,
  what: RoomTrouble['what'],
  by: string,
): Promise<void> {
  if (room.state === 'closed') return settle(ports, envelope, 'muted', 'recorded', by);
  await ports.store.outbox.pauseLane(room.ref, `${what} by ${by}`);
  ports.log('error', `lane paused: ${what}; see relais lane`, { kind: room.kind });
  return commit(ports, envelope, by, async () => ({
    ...emptyDecision(),
    ...tell(coordination(ports.people), troubleWith(room, what, by)),
    settle: settled(envelope, 'posted', 'reported'),
  }));
}

/** Once per room and person, whoever may have let them in. */
async function unexpected(ports: DispatchPorts, envelope: Envelope, room: Room, userId: string): Promise<void> {
  ports.log('warn', 'somebody who is not expected has joined a room', { kind: room.kind });
  return commit(ports, envelope, userId, async () => {
    const report = await reportUnexpected(ports, room, userId);
    return report
      ? { ...emptyDecision(), ...report, settle: settled(envelope, 'posted', 'reported') }
      : { ...emptyDecision(), settle: settled(envelope, 'muted', 'recorded') };
  });
}

/** @returns undefined when the desk knows already */
export async function reportUnexpected(
  ports: DispatchPorts,
  room: Room,
  userId: string,
): Promise<Decision | undefined> {
  const id = `unexpected|${room.ref}|${userId}`;
  if (await ports.store.files.load('room-watch', id)) return undefined;
  const report: Decision = {
    ...emptyDecision(),
    files: [{ kind: 'room-watch', id, version: 0, state: { at: ports.clocks.civil() } }],
    audit: [{ actor: userId, action: 'join-unexpected', subject: room.ref, outcome: 'posted', reason: 'reported' }],
  };
  if (await toldDesk(ports, report, room, userId)) return report;
  return { ...report, ...tell(identityDesk(ports.people), troubleWith(room, 'unexpected-member', userId)) };
}

/** In a patient's room, or in one where a patient is spoken of: the hospital's own desk. */
async function toldDesk(ports: DispatchPorts, report: Decision, room: Room, who: string): Promise<boolean> {
  const request = room.kind === 'request' ? await ports.store.files.load<Request>('request', room.subject) : undefined;
  const patientId = room.kind === 'patient' ? room.subject : request?.state.patient;
  const patient = patientId && (await ports.store.files.load<Patient>('patient', patientId));
  if (!patient) return false;
  const { facility } = patient.state;
  const note = { what: 'unexpected-member' as const, room: room.name, who };
  return noteDesk(ports, report, { facility, subject: `${room.ref}|${who}`, note }, ports.clocks.civil());
}

/** How much was said under this ref in earlier Matrix rooms: a newcomer of the present one does not miss it. */
async function saidBefore(ports: DispatchPorts, ref: string): Promise<number> {
  return (await ports.store.files.load<{ said: number }>('room-watch', `said|${ref}`))?.state.said ?? 0;
}
