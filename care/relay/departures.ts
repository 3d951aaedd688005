/**
 * Who is no longer wanted in a room leaves it. It is written down in the very commit that says who is wanted, and carried
 * out by the server (bot/room-sync.ts): a kill in between leaves nobody behind.
 */
import type { AuditEntry, Decision, FileWrite } from './decision.ts';
import type { Store } from './ports.ts';
import { ROOM_SYNC, type RoomSync } from './room-plan.ts';
import type { RoomWanted } from './room.ts';

type Ports = Pick<Store, 'files' | 'rooms'>;

/** @returns the decision, with the leaving of those whom its rooms no longer want */
export async function withDepartures(store: Ports, decision: Decision): Promise<Decision> {
  const files: FileWrite[] = [];
  const audit: AuditEntry[] = [];
  for (const wanted of new Map(decision.rooms.map((room) => [room.ref, room])).values()) {
    if (wanted.kind === 'direct' || decision.files.some((file) => file.id === syncId(wanted.ref))) continue;
    const change = await memberChange(store, wanted);
    if (!change?.leaves) continue;
    files.push(change.file);
    audit.push(...change.audit);
  }
  if (files.length === 0) return decision;
  return { ...decision, files: [...decision.files, ...files], audit: [...decision.audit, ...audit] };
}

export type MemberChange = {
  /** Has the server bring the room up to date. */
  file: FileWrite;
  /** One row per person who leaves. */
  audit: AuditEntry[];
  /** False: only newcomers, who are invited with the next message anyway. */
  leaves: boolean;
};

/** @returns undefined when the room has those who are wanted, or is not there */
export async function memberChange(store: Ports, wanted: RoomWanted): Promise<MemberChange | undefined> {
  const { ref, members } = wanted;
  const room = await store.rooms.get(ref);
  if (!room || room.state === 'closed') return undefined;
  const waiting = await store.files.load<RoomSync>('room-watch', syncId(ref));
  const asked = waiting?.state.remove ?? [];
  const gone = room.members.filter((userId) => !members.includes(userId));
  // Asked before and not yet done: both together, but for who is wanted again.
  const remove = [...new Set([...asked, ...gone])].filter((userId) => !members.includes(userId));
  const isNew = members.some((userId) => !room.members.includes(userId));
  if (gone.length === 0 && remove.length === asked.length && !isNew) return undefined;
  const state: RoomSync = { ref, remove, rename: waiting?.state.rename ?? false };
  return {
    file: { kind: 'room-watch', id: syncId(ref), version: waiting?.version ?? 0, state, keys: [ROOM_SYNC] },
    audit: gone.map((userId) => leaving(ref, userId)),
    leaves: gone.length > 0 || remove.length !== asked.length,
  };
}

function leaving(ref: string, userId: string): AuditEntry {
  return {
    actor: 'relais',
    action: 'member-leaves',
    subject: `${ref} ${userId}`,
    outcome: 'posted',
    reason: 'planned',
  };
}

/** @returns who is to leave this room and was not yet put out */
export async function leavingFrom(store: Pick<Store, 'files'>, ref: string): Promise<readonly string[]> {
  return (await store.files.load<RoomSync>('room-watch', syncId(ref)))?.state.remove ?? [];
}

function syncId(ref: string): string {
  return `sync|${ref}`;
}
