/** What cannot be right about the identity of a message, and what the desk is told of it: numbers, no names. */
import type { StoredFile } from '../relay/ports.ts';
import type { PatientIdentity, StayIntent } from '../stay/intent.ts';
import { isSomebodyElse } from '../stay/patient.ts';
import type { Patient, Stay } from '../stay/stay.ts';
import type { DeskPorts } from './desk.ts';
import type { DeskNote } from './news.ts';

type Doubt =
  /** The number was merged away, or given up for another. */
  | { what: 'retired-number'; subject: string }
  /** The visit is known as another patient's. */
  | { what: 'visit-of-another'; subject: string; owner: string }
  /** The number is somebody else's now: name, birth date and sex have all changed. */
  | { what: 'same-number-somebody-else'; subject: string };

/** @param stay as it is known, whosever it is */
export function doubtAbout(
  patient: { id: string; file: StoredFile<Patient> | undefined; retired: boolean },
  stay: Pick<Stay, 'id' | 'patientId'> | undefined,
  told: PatientIdentity,
): Doubt | undefined {
  if (patient.retired) return { what: 'retired-number', subject: patient.id };
  if (stay && stay.patientId !== patient.id)
    return { what: 'visit-of-another', subject: stay.id, owner: stay.patientId };
  if (patient.file && isSomebodyElse(patient.file.state, told))
    return { what: 'same-number-somebody-else', subject: patient.id };
  return undefined;
}

export async function noteOf(
  { store }: Pick<DeskPorts, 'store'>,
  doubt: Doubt,
  { intent, envelope }: { intent: StayIntent; envelope: { id: string } },
  ipp: string,
): Promise<{ facility: string; subject: string; note: DeskNote }> {
  const { facility } = intent;
  const about = { ipp, envelope: envelope.id };
  const { subject, what } = doubt;
  if (what !== 'visit-of-another') return { facility, subject, note: { what, ...about } };
  const other = (await store.files.load<Patient>('patient', doubt.owner))?.state.ipp ?? '';
  return { facility, subject, note: { what, other, ...about } };
}
