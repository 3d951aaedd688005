/** The hospital's identity desk (cellule d'identitovigilance): its encrypted room, and who may decide. Never a territory coordinator. */
import { parisDate, parisDay } from '../relay/civil-time.ts';
import type { Ids } from '../relay/clock.ts';
import type { Decision, NewDelivery } from '../relay/decision.ts';
import type { Store } from '../relay/ports.ts';
import { directRoom, roomRef, type RoomWanted } from '../relay/room.ts';
import { identityDesk } from '../relay/room-trouble.ts';
import type { Sealer } from '../relay/seal.ts';
import type { People, Person } from '../people/person.ts';
import { hourOf, isWorkingDay } from '../request/calendar.ts';
import type { DeskNote, ProposalNews } from './news.ts';
import { keysOf, type Proposal } from './proposal.ts';

export type DeskPorts = {
  store: { files: Store['files']; rooms: Store['rooms']; outbox: Pick<Store['outbox'], 'carriers'> };
  people: People;
  sealer: Pick<Sealer, 'blind'>;
  ids: Pick<Ids, 'code'>;
  /** The group of the desk of a facility; undefined: none is declared. */
  deskOf: (facility: string) => string | undefined;
};

/** A room of its own, whatever else the group's members are asked: patients are named there. */
export function deskRoom(people: People, desk: string): RoomWanted {
  const members = people.group(desk).map((person) => person.matrix);
  const ref = roomRef.desk(desk);
  return { ref, kind: 'desk', subject: desk, encrypted: true, name: 'Identitovigilance', members };
}

export function mayDecide(people: People, proposal: Proposal, person: Person): boolean {
  const { desk } = proposal;
  const them = desk === undefined ? identityDesk(people) : people.group(desk);
  return them.some((one) => one.id === person.id);
}

/** Fills the decision: those who decide read it, and are rung but for what they have just done. */
export function tellDesk(people: People, decision: Decision, proposal: Proposal, news: ProposalNews): void {
  const { desk, code } = proposal;
  const rooms =
    desk === undefined ? identityDesk(people).map((person) => directRoom(person.matrix)) : [deskRoom(people, desk)];
  const done = news.step === 'confirmed' || news.step === 'refused';
  for (const room of rooms) {
    decision.rooms.push(room);
    const delivery: NewDelivery = {
      room: room.ref,
      ring: done ? [] : room.members,
      thread: `proposal:${code}`,
      root: true, // the first one said opens the thread
      announcement: { kind: 'proposal', news },
    };
    decision.deliveries.push(delivery);
  }
}

/**
 * Fills the decision with one note, once a day for the same subject.
 * @param subject id of what it is about, blinded
 * @returns whether a desk is declared
 */
export async function noteDesk(
  { store, people, deskOf }: Pick<DeskPorts, 'store' | 'people' | 'deskOf'>,
  decision: Decision,
  about: { facility: string; subject: string; note: DeskNote },
  now: number,
): Promise<boolean> {
  const desk = deskOf(about.facility);
  if (desk === undefined) return false;
  const id = `desk|${about.note.what}|${about.subject}`;
  const day = parisDate(now);
  const known = await store.files.load<{ day: string }>('room-watch', id);
  if ((known && known.state.day >= day) || decision.files.some((file) => file.id === id)) return true;
  const room = deskRoom(people, desk);
  decision.files.push({ kind: 'room-watch', id, version: known?.version ?? 0, state: { day } });
  decision.rooms.push(room);
  decision.deliveries.push({
    room: room.ref,
    ring: room.members,
    announcement: { kind: 'desk-note', note: about.note },
  });
  decision.audit.push({
    actor: 'care',
    action: `desk:${about.note.what}`,
    subject: about.subject,
    outcome: 'posted',
    reason: 'reported',
  });
  return true;
}

/** A short code that no proposal has. */
export async function freshCode({ store, ids }: Pick<DeskPorts, 'store' | 'ids'>): Promise<string> {
  const short = `V-${ids.code(3)}`;
  const taken = await store.files.load('proposal', short);
  return taken ? `V-${ids.code(5)}` : short;
}

/** Fills the decision with the proposal's file as it stands now. */
export function writeProposal(decision: Decision, version: number, proposal: Proposal): void {
  decision.files.push({
    kind: 'proposal',
    id: proposal.code,
    version,
    state: proposal,
    keys: keysOf(proposal),
  });
}

const MORNING = 9;

/** The next working day at 9:00 in Paris. @returns epoch ms UTC */
export function nextMorning(now: number): number {
  let day = parisDay(now, 1);
  while (!isWorkingDay(day, 'france')) day = parisDay(day, 1);
  return hourOf(day, MORNING);
}

/** The deadline that reminds the desk of a proposal. */
export function reminderOf(code: string): { kind: 'merge-desk'; ref: string; step: string } {
  return { kind: 'merge-desk', ref: code, step: 'remind' };
}
