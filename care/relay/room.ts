/** A room of Relais, known by its ref; the Matrix room comes later and may be replaced (DESIGN §5). */
export type RoomKind = 'patient' | 'territory' | 'space' | 'group' | 'request' | 'direct' | 'desk';

/** `patient:<id>`, `group:<name>`, `request:<code>`, `direct:<matrix user id>`, `territory:<id>`, `space:<id>`, `desk:<group>`. A ref is also its outbox lane. */
export type RoomRef = string;

export type Room = {
  ref: RoomRef;
  kind: RoomKind;
  /** File that the room is about (a patient id, a request code, a group name, a Matrix user id). */
  subject: string;
  /** Null until the drain has created it. */
  matrixId: string | null;
  generation: number;
  /** Decided by Relais, not read from the server: a room that must be encrypted never gets clear text. */
  encrypted: boolean;
  state: 'wanted' | 'open' | 'closed';
  /** Opaque: nothing about a person or a specialty in a patient's or a request's room. */
  name: string;
  /** Matrix user ids invited at creation. */
  members: string[];
};

/** What a decision may say of a room: that it must exist (made by the drain when the first delivery comes), and with whom. */
export type RoomWanted = Pick<Room, 'ref' | 'kind' | 'subject' | 'encrypted' | 'name' | 'members'>;

export const roomRef = {
  patient: (patientId: string): RoomRef => `patient:${patientId}`,
  group: (group: string): RoomRef => `group:${group}`,
  territory: (id: string): RoomRef => `territory:${id}`,
  space: (id: string): RoomRef => `space:${id}`,
  request: (code: string): RoomRef => `request:${code}`,
  direct: (matrixUserId: string): RoomRef => `direct:${matrixUserId}`,
  desk: (group: string): RoomRef => `desk:${group}`,
};

/** The one direct room of a person with Relais. */
export function directRoom(matrixUserId: string): RoomWanted {
  const ref = roomRef.direct(matrixUserId);
  return { ref, kind: 'direct', subject: matrixUserId, encrypted: true, name: 'Relais', members: [matrixUserId] };
}
