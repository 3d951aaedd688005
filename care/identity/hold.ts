/** What a message about a patient meets before it is decided: a proposal that waits, a number that is retired, somebody else. */
import type { StoredFile } from '../relay/ports.ts';
import type { Patient, Stay } from '../stay/stay.ts';
import type { DeskPorts } from './desk.ts';
import type { OpenProposals } from './propose.ts';
import { holding, isHeldBy, type Proposal } from './proposal.ts';

/**
 * @param stay as it is stored; undefined: not known yet
 * @returns whether the message waits for the desk; then its envelope is written in the proposal, which replays it
 */
export async function isHeld(
  { store }: Pick<DeskPorts, 'store'>,
  proposals: OpenProposals,
  envelope: string,
  patientId: string,
  stay: Pick<Stay, 'id' | 'patientId'> | undefined,
): Promise<boolean> {
  for (const file of await waiting(store.files, patientId, stay)) {
    const { version, state } = proposals.get(file.id) ?? file;
    const survivor = state.about.do === 'merge' ? state.about.to.id : undefined;
    const known = survivor === patientId && (await store.files.load<Patient>('patient', survivor)) !== undefined;
    if (!isHeldBy(state, patientId, stay, known)) continue;
    const next = holding(state, envelope);
    if (next !== state) proposals.set(state.code, { version, state: next });
    return true;
  }
  return false;
}

async function waiting(
  files: DeskPorts['store']['files'],
  patientId: string,
  stay: Pick<Stay, 'id' | 'patientId'> | undefined,
): Promise<StoredFile<Proposal>[]> {
  const keys = new Set([`party:${patientId}`, ...(stay ? [`stay:${stay.id}`, `party:${stay.patientId}`] : [])]);
  const found = await Promise.all([...keys].map((key) => files.find<Proposal>('proposal', key)));
  return [...new Map(found.flat().map((file) => [file.id, file])).values()];
}
