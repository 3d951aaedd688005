/**
 * A person is bound to a Matrix id by configuration, never by a display name (DESIGN §8). Deny by default: who is not
 * bound may ask for help and nothing else.
 */
export const ROLES = [
  'medecin-traitant',
  'medecin',
  'specialiste',
  'infirmier',
  'pharmacien',
  'sage-femme',
  'kinesitherapeute',
  'chirurgien-dentiste',
  'regulateur',
  'coordinateur',
  'secretariat',
  'identito-vigilance',
] as const;
export type Role = (typeof ROLES)[number];

export type Person = {
  /** Short stable id of the configuration (`dr-essaiderm`). */
  id: string;
  matrix: string;
  /** As said in a room: `Dr Alice Essaiderm`. */
  name: string;
  role: Role;
  rpps?: string | undefined;
  territory?: string | undefined;
  /** Groups of expertise and participants lists (`avis-cardiologie`, `participants-tle-cardio`). */
  groups: string[];
  /** Cabinet where nurses rotate. */
  cabinet?: string | undefined;
};

/** Who is on duty for a group: ordered periods of civil time. */
export type DutyPeriod = {
  group: string;
  person: string;
  /** epoch ms UTC, inclusive */ from: number;
  /** exclusive */ to: number;
};

/** The équipe de soins of one patient of one facility, declared by the hospital's desk (`equipe.yaml`). */
export type Team = { facility: string; ipp: string; /** Person ids. */ members: string[] };

export interface People {
  all(): readonly Person[];
  byMatrix(userId: string): Person | undefined;
  byId(id: string): Person | undefined;
  group(name: string): Person[];
  withRole(role: Role): Person[];
  team(facility: string, ipp: string): Person[];
  onDuty(group: string, at: number): Person | undefined;
  /** When the duty of this person ends, periods that follow each other taken as one; undefined when not on duty then. */
  dutyUntil(group: string, person: string, at: number): number | undefined;
}

/** @param onDuty periods in any order; they may overlap, the first that matches wins */
export function peopleFrom(persons: Person[], teams: Team[], duty: DutyPeriod[]): People {
  const byMatrix = new Map(persons.map((p) => [p.matrix, p]));
  const byId = new Map(persons.map((p) => [p.id, p]));
  const byTeam = new Map(teams.map((t) => [`${t.facility}|${t.ipp}`, t]));
  const known = (id: string): Person[] => [byId.get(id)].filter((p) => p !== undefined);
  return {
    all: () => persons,
    byMatrix: (userId) => byMatrix.get(userId),
    byId: (id) => byId.get(id),
    group: (name) => persons.filter((p) => p.groups.includes(name)),
    withRole: (role) => persons.filter((p) => p.role === role),
    team: (facility, ipp) => (byTeam.get(`${facility}|${ipp}`)?.members ?? []).flatMap(known),
    onDuty: (group, at) =>
      duty.filter((d) => d.group === group && d.from <= at && at < d.to).flatMap((d) => known(d.person))[0],
    dutyUntil(group, id, at) {
      const own = duty.filter((d) => d.group === group && d.person === id);
      let until: number | undefined;
      for (let d = covering(own, at); d !== undefined; d = covering(own, d.to)) until = d.to;
      return until;
    },
  };
}

/** Whoever `current` gives at the moment of each question: the files may be read again while Relais serves. */
export function livePeople(current: () => People): People {
  return {
    all: () => current().all(),
    byMatrix: (userId) => current().byMatrix(userId),
    byId: (id) => current().byId(id),
    group: (name) => current().group(name),
    withRole: (role) => current().withRole(role),
    team: (facility, ipp) => current().team(facility, ipp),
    onDuty: (group, at) => current().onDuty(group, at),
    dutyUntil: (group, person, at) => current().dutyUntil(group, person, at),
  };
}

function covering(periods: DutyPeriod[], at: number): DutyPeriod | undefined {
  return periods.find((d) => d.from <= at && at < d.to);
}
