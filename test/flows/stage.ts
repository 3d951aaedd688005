/** A small ward and a small town on a stage: HTTP in, room message out. Everybody is invented. */
import { BARE_HOUSE } from '../support/bare-house.ts';
import { openStage, type Stage, type StageOptions } from '../../cli/rehearsal.ts';
import { fromParis } from '../../care/relay/civil-time.ts';
import type { Directory } from '../../care/people/directory.ts';
import { type DutyPeriod, peopleFrom, type Person, type Team } from '../../care/people/person.ts';
import type { Offer } from '../../care/request/pathway.ts';
import type { SourcePolicy } from '../../care/stay/verdict.ts';
import type { Slots } from '../../care/request/slot.ts';
import { offer } from '../request/offers.ts';
import { adt, type Fields } from '../formats/hl7v2/fixtures.ts';

const HOUR = 3_600_000;

function person(id: string, role: Person['role'], groups: string[] = []): Person {
  return { id, matrix: `@${id}:test`, name: `Dr ${id}`, role, groups };
}

const PERSONS: Person[] = [
  person('mt', 'medecin-traitant', ['participants-tle-cardio']),
  person('idel', 'infirmier'),
  person('pharma', 'pharmacien'),
  person('cardio1', 'specialiste', ['avis-cardiologie']),
  person('cardio2', 'specialiste', ['avis-cardiologie']),
  person('backup', 'specialiste', ['avis-cardiologie-ght']),
  person('coord', 'coordinateur'),
];

export const POLICY: SourcePolicy = {
  units: undefined,
  unknownUnit: 'event',
  acceptTraining: false,
  acceptFictional: false,
  production: true,
};

const CARDIO = offer(`
id: teleexpertise-cardiologie
title: Téléexpertise cardiologie (ECG)
family: avis
words: [cardio, cardiologie, ecg]
ask: { who: [participants-tle-cardio], consent: required, urgent: refuse-15 }
form: [{ key: question, type: text, required: true, share: before }]
to: { group: avis-cardiologie, dispatch: on-duty-then-all, backup: [avis-cardiologie-ght] }
sla:
  clock: working-days
  take: { within: 24h, remind: [50%], escalate: [{ at: 100%, to: on-duty }, { after: 4h, to: backup }] }
  answer: { within: 48h, remind: [50%, 80%], escalate: [{ at: 100%, to: coordinator }] }
  pause: [info-requested]
trace: { report: teleexpertise, billing: [TE2, RQD], to: [asker] }
`);

export type Ward = Stage & {
  /** Posts one PAM.fr message about the invented patient of the fixtures (IPP 00700123). */
  adt(trigger: string, over?: Fields): Promise<string>;
  /** Bodies that this person has read, oldest first. */
  bodies(id: string): string[];
  /** Types in one's direct room, or in the room of that name. */
  types(id: string, text: string, room?: string): Promise<void>;
  room(name: string): string;
};

let control = 0;

/** @param start Paris wall time of the opening */
export async function openWard(
  options: {
    start?: [number, number, number, number, number];
    team?: string[];
    late?: string[];
    policy?: SourcePolicy;
    access?: StageOptions['access'];
    log?: StageOptions['log'];
    /** SQLite file; in memory without it. */
    path?: string;
    persons?: Person[];
    /** Of other patients than the one of the fixtures. */
    teams?: Team[];
    directory?: Directory;
    slots?: Slots;
    repertory?: StageOptions['repertory'];
    /** Besides cardiology. */
    offers?: Offer[];
    duty?: DutyPeriod[];
  } = {},
): Promise<Ward> {
  const [year, month, day, hour, minute] = options.start ?? [2026, 1, 12, 9, 5];
  const start = fromParis({ year, month, day, hour, minute });
  const team = { facility: 'CH_VAL', ipp: '00700123', members: options.team ?? ['mt', 'idel', 'pharma'] };
  const duty = options.duty ?? [
    { group: 'avis-cardiologie', person: 'cardio2', from: start - 24 * HOUR, to: start + 40 * 24 * HOUR },
  ];
  const stage = await openStage({
    start,
    source: { id: 'ch-val', facilities: ['CH_VAL'], policy: options.policy ?? POLICY },
    ...(options.access && { access: options.access }),
    ...(options.log && { log: options.log }),
    ...(options.path !== undefined && { path: options.path }),
    people: peopleFrom([...PERSONS, ...(options.persons ?? [])], [team, ...(options.teams ?? [])], duty),
    pathways: [CARDIO, ...(options.offers ?? [])],
    directory: options.directory ?? BARE_HOUSE.directory,
    slots: options.slots ?? BARE_HOUSE.slots,
    repertory: options.repertory ?? [],
    late: options.late?.map((id) => `@${id}:test`) ?? [],
  });
  const room = (name: string): string => {
    const found = [...stage.transport.rooms.values()].find((r) => r.spec.name === name);
    if (!found) throw new Error(`no room ${name}`);
    return found.id;
  };
  return {
    ...stage,
    room,
    async adt(trigger, over = {}) {
      control += 1;
      const fields: Fields = { ...over, MSH: { 10: `T${control}`, ...over['MSH'] } };
      const answer = await stage.post(new TextEncoder().encode(adt(trigger, fields)));
      return /MSA\|(\w\w)/.exec(answer.body)?.[1] ?? `HTTP ${answer.status}`;
    },
    bodies: (id) => stage.readBy(`@${id}:test`).map((h) => String(h.event.content['body'])),
    async types(id, text, where) {
      const userId = `@${id}:test`;
      await stage.says(where === undefined ? await stage.direct(userId) : room(where), userId, text);
    },
  };
}

/** `20260112093000` for a Paris wall time. */
export function ts(year: number, month: number, day: number, hour: number, minute = 0): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${year}${two(month)}${two(day)}${two(hour)}${two(minute)}00`;
}

export function paris(year: number, month: number, day: number, hour: number, minute = 0): number {
  return fromParis({ year, month, day, hour, minute });
}
