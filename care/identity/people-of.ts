/** Whose file a number leads to, and who follows that patient. */
import type { People, Person } from '../people/person.ts';
import type { Store, StoredFile } from '../relay/ports.ts';
import type { Sealer } from '../relay/seal.ts';
import { patientView } from '../stay/patient.ts';
import type { Patient, Stay } from '../stay/stay.ts';
import type { PartyView } from './news.ts';
import type { Party } from './proposal.ts';

type Files = { store: { files: Store['files'] } };

/** Merges of merges; more than that is a circle. */
const LONGEST_CHAIN = 20;

/** The id that a number has by itself, whatever it leads to. */
function patientIdOf(sealer: Pick<Sealer, 'blind'>, facility: string, ipp: string): string {
  return sealer.blind(`patient|${facility}|${ipp}`);
}

export function stayIdOf(sealer: Pick<Sealer, 'blind'>, facility: string, visit: string): string {
  return sealer.blind(`stay|${facility}|${visit}`);
}

/** Whose file a number leads to. */
export type NamedPatient = {
  id: string;
  file: StoredFile<Patient> | undefined;
  /** Merged away, or given up for another: a message under such a number is a mistake of somebody. */
  retired: boolean;
};

/**
 * @returns the file that this number leads to now, and whether the number is retired (merged away, or given up for another):
 *   a message under a retired number is a mistake of somebody
 */
export async function patientOf(
  { store, sealer }: Files & { sealer: Pick<Sealer, 'blind'> },
  facility: string,
  ipp: string,
): Promise<NamedPatient> {
  const id = patientIdOf(sealer, facility, ipp);
  const own = await store.files.load<Patient>('patient', id);
  const target = own?.state.goesBy;
  const file = target === undefined ? own : await store.files.load<Patient>('patient', target);
  const retired = file !== undefined && (file.state.mergedInto !== undefined || file.state.ipp !== ipp);
  return { id: target ?? id, file, retired };
}

/** The one who is left after the merges that followed. */
export async function survivorOf({ store }: Files, id: string): Promise<StoredFile<Patient> | undefined> {
  let file = await store.files.load<Patient>('patient', id);
  for (let n = 0; file && n < LONGEST_CHAIN; n += 1) {
    const next: string | undefined = file.state.goesBy ?? file.state.mergedInto;
    if (next === undefined) return file;
    file = await store.files.load<Patient>('patient', next);
  }
  return undefined;
}

/**
 * The équipe of today: declared for this number, else for the one that it replaced; without those who said that they do
 * not follow this patient.
 */
export function teamOf(people: People, patient: Pick<Patient, 'facility' | 'ipp' | 'formerIpp' | 'refused'>): Person[] {
  const { facility, ipp, formerIpp, refused = [] } = patient;
  const declared = people.team(facility, ipp);
  const team = declared.length > 0 || formerIpp === undefined ? declared : people.team(facility, formerIpp);
  return team.filter((person) => !refused.includes(person.id));
}

export async function staysOf({ store }: Files, ids: readonly string[]): Promise<StoredFile<Stay>[]> {
  const files = await Promise.all(ids.map((id) => store.files.load<Stay>('stay', id)));
  return files.filter((file) => file !== undefined);
}

/** @param patient the file, or what the message would make of a patient who has none (`known` false) */
export function partyView(people: People, party: Party, patient: Patient, known: boolean): PartyView {
  const team = teamOf(people, patient).map((person) => person.name);
  return { ipp: party.ipp, view: patientView(patient), known, stays: patient.stays.length, team };
}
