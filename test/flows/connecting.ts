/** A hospital that connects: its engine speaks MLLP on a real socket to Relais on a stage. Everybody is invented. */
import { BARE_HOUSE } from '../support/bare-house.ts';
import { connect, type Socket } from 'node:net';
import { acknowledgement } from '../../bridge/formats/hl7v2/ack.ts';
import { framed, frameReader } from '../../bridge/formats/hl7v2/mllp-frames.ts';
import { readHl7v2 } from '../../bridge/formats/hl7v2/pam-fr.ts';
import { serveMllp } from '../../bridge/mllp.ts';
import { fromParis } from '../../care/relay/civil-time.ts';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import type { Pathway } from '../../care/request/pathway.ts';
import type { SourcePolicy } from '../../care/stay/verdict.ts';
import { openStage, type Stage } from '../../cli/rehearsal.ts';
import { adt, latin1, type Fields } from '../formats/hl7v2/fixtures.ts';
import { ts } from './stage.ts';

export const SOURCE = { id: 'ch-val', facilities: ['CH_VAL'], maxBytes: 100_000 };
const MEMBERS = ['mt', 'idel'];

export type Hospital = Stage & {
  policy: SourcePolicy;
  /** Sends over MLLP, waits for the answers and for the rooms. @returns the MSA of each, `AA|C1` */
  engine(...messages: (string | Uint8Array)[]): Promise<string[]>;
  /** Bodies that this person has read, edits of cards aside. */
  bodies(id: string): string[];
};

/** @param patients IPPs that have an équipe de soins. @param pathways arrangements that may start by themselves */
export async function openHospital(
  start: [number, number, number, number, number],
  policy: SourcePolicy,
  patients: string[],
  pathways: readonly Pathway[] = [],
): Promise<Hospital> {
  const [year, month, day, hour, minute] = start;
  const persons: Person[] = [
    { id: 'mt', matrix: '@mt:test', name: 'Dr Mt', role: 'medecin-traitant', groups: [] },
    { id: 'idel', matrix: '@idel:test', name: 'Idel', role: 'infirmier', groups: [] },
  ];
  const teams = patients.map((ipp) => ({ facility: 'CH_VAL', ipp, members: MEMBERS }));
  const stage = await openStage({
    start: fromParis({ year, month, day, hour, minute }),
    source: { id: SOURCE.id, facilities: SOURCE.facilities, policy },
    people: peopleFrom(persons, teams, []),
    pathways,
    directory: BARE_HOUSE.directory,
    slots: BARE_HOUSE.slots,
  });
  let ids = 0;
  const server = await serveMllp(
    SOURCE,
    { host: '127.0.0.1', port: 0, clientCertificates: 'none', maxConnections: 4 },
    {
      accept: (envelopes) => stage.store.inbox.accept(envelopes),
      clocks: { civil: () => stage.now() },
      ids: { next: () => `mllp-${(ids += 1)}` },
      readHl7v2,
      acknowledge: acknowledgement,
      log: () => undefined,
    },
  );
  const socket = await dial(server.port);
  return {
    ...stage,
    policy,
    async engine(...messages) {
      const answers = await exchange(socket, messages);
      await stage.settle();
      return answers;
    },
    bodies: (id) =>
      stage
        .readBy(`@${id}:test`)
        .filter((h) => (h.event.content['m.relates_to'] as { rel_type?: string } | undefined)?.rel_type !== 'm.replace')
        .map((h) => String(h.event.content['body'])),
    async close() {
      socket.end();
      await server.close();
      await stage.close();
    },
  };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

async function exchange(socket: Socket, messages: (string | Uint8Array)[]): Promise<string[]> {
  const reader = frameReader(100_000);
  const answers: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const closed = (): void => reject(new Error('the connection was closed'));
    const hear = (chunk: Uint8Array): void => {
      for (const one of reader.push(chunk))
        if (one.kind === 'message') answers.push(/MSA\|([^\r]*)/.exec(new TextDecoder().decode(one.bytes))?.[1] ?? '?');
      if (answers.length < messages.length) return;
      socket.off('data', hear).off('close', closed);
      resolve();
    };
    socket.on('data', hear).once('close', closed);
    socket.write(Buffer.concat(messages.map(framed)));
  });
  return answers;
}

export type Told = {
  trigger: string;
  /** MSH-10: this hospital's engine counts from 1 again at each restart. */
  control: string;
  ipp: string;
  name: string;
  movement: string;
  /** January 2026, Paris: when it was entered, and when it happened. */
  at: [day: number, hour: number, minute?: number];
  happened?: [day: number, hour: number, minute?: number];
  over?: Fields;
};

/** One PAM.fr message of this hospital. */
export function told({ trigger, control, ipp, name, movement, at, happened = at, over = {} }: Told): string {
  const entered = ts(2026, 1, ...at);
  const occurred = ts(2026, 1, ...happened);
  const fields: Fields = {
    ...over,
    MSH: { 7: entered, 10: control, ...over['MSH'] },
    EVN: { 2: entered, 6: occurred, ...over['EVN'] },
    PID: { 3: `${ipp}^^^CH_VAL&1.2.250.1.999.1&ISO^PI`, 5: `${name}^Élodie^^^^^L`, 18: `NDA${ipp}`, ...over['PID'] },
    PV1: { 19: `V${ipp}^^^CH_VAL^VN`, ...over['PV1'] },
    ZBE: { 1: `${movement}^CH_VAL^1.2.250.1.999.5^ISO`, 2: occurred, ...over['ZBE'] },
  };
  return adt(trigger, fields);
}

/** The same as an older software writes it: 8859/1 bytes under MSH-18 `8859/1`, or under a lie. */
export function oldEncoding(message: string, declared: string): Uint8Array {
  return latin1(message.replace('UNICODE UTF-8', declared));
}

/** EVN-3 and PV2-9 of a planned discharge, in January 2026. */
export const planned = (day: number, hour: number): Fields => ({
  EVN: { 3: ts(2026, 1, day, hour) },
  PV2: { 9: ts(2026, 1, day, hour) },
});

/** `muted shadow 3`, as the base counts them. */
export async function outcomes(hospital: Stage): Promise<string[]> {
  return (await hospital.store.counts()).map(({ outcome, reason, n }) => `${outcome} ${reason} ${n}`);
}
