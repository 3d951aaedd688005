/** Who gets the report of an answered request: the request room, the asker who has no place there, the médecin traitant. Never the group. */
import type { NewDelivery } from '../relay/decision.ts';
import { type RoomRef, roomRef } from '../relay/room.ts';
import type { PatientView } from '../relay/announcement.ts';
import type { Store } from '../relay/ports.ts';
import type { People } from '../people/person.ts';
import { teamOf } from '../identity/people-of.ts';
import type { Patient } from '../stay/stay.ts';
import { actsOf, billedKey, type Tariff, warningsOf } from './billing.ts';
import { reportOf, type TraceNews } from './report.ts';
import type { Request } from './request.ts';
import { matrixOf } from './routing.ts';
import { readersOf } from './seeing.ts';
import { findRequests } from './stored.ts';

export type TracePorts = { store: Pick<Store, 'files'>; people: People; tariffs?: readonly Tariff[] };

/**
 * At each answer, corrections included.
 * @param identity what the request room may be told; undefined also for a protected patient, of whom nothing goes further
 */
export async function traceOf(
  ports: TracePorts,
  request: Request,
  identity: PatientView | undefined,
  now: number,
): Promise<NewDelivery[]> {
  const { people, tariffs = [] } = ports;
  const { trace } = request.pathway;
  if (trace.report === undefined && trace.billing.length === 0) return [];
  const report = reportOf(people, tariffs, request, identity, now);
  const corrected = report.correctedAt !== undefined;
  const isFile = trace.report !== undefined;
  const news: TraceNews = {
    code: request.code,
    title: request.pathway.title,
    corrected,
    acts: report.acts,
    // Said with the first answer: a corrected word changes no count.
    warnings: corrected ? [] : warningsOf(people, tariffs, request, identity, await billedBefore(ports, request)),
    file: isFile,
    whole: undefined,
  };
  const to = (room: RoomRef, said: TraceNews): NewDelivery[] => [
    { room, ring: [], announcement: { kind: 'trace', news: said } },
    ...(isFile ? [{ room, ring: [], announcement: { kind: 'report-file', report } } satisfies NewDelivery] : []),
  ];
  const apart = { ...news, acts: [], warnings: [], whole: report };
  const asker = request.anonymous && trace.to.includes('asker') ? matrixOf(people, request.asker) : [];
  const others =
    isFile && trace.to.includes('medecin-traitant') ? await medecinsTraitants(ports, request, identity) : [];
  return [
    ...to(roomRef.request(request.code), news),
    ...(isFile ? asker : []).flatMap((userId) => to(roomRef.direct(userId), apart)),
    ...others.flatMap((userId) => to(roomRef.direct(userId), apart)),
  ];
}

/** On the équipe of this patient today, and not already in the request room. */
async function medecinsTraitants(
  { store, people }: TracePorts,
  request: Request,
  identity: PatientView | undefined,
): Promise<string[]> {
  if (request.patient === undefined || identity === undefined) return [];
  const patient = await store.files.load<Patient>('patient', request.patient);
  if (!patient) return [];
  const there = [request.asker, ...readersOf(request)];
  return teamOf(people, patient.state)
    .filter((person) => person.role === 'medecin-traitant' && !there.includes(person.id))
    .map((person) => person.matrix);
}

async function billedBefore({ store, tariffs = [] }: TracePorts, request: Request): Promise<Map<string, Request[]>> {
  const before = new Map<string, Request[]>();
  for (const { by, at } of actsOf(request, tariffs))
    if (!before.has(by))
      before.set(
        by,
        (await findRequests(store, billedKey(by, at))).map((file) => file.state),
      );
  return before;
}
