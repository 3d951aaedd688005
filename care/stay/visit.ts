/** Which stay a message is about, when its sender forgets the visit number in some of its messages (PV1-19). */
import type { StayPorts } from './case.ts';
import type { StayIntent } from './intent.ts';
import { isOpen } from './order.ts';
import type { Patient, Stay } from './stay.ts';
import type { Turn } from './turn.ts';

/** They may carry a visit, and begin none. */
const NOT_OF_A_STAY = new Set<StayIntent['type']>([
  'identity-created',
  'identity-updated',
  'ins-changed',
  'ins-removed',
  'document-received',
  'unknown',
]);

/**
 * The visit is the key of a stay, the dossier (PID-18) its second choice. A message that has the dossier alone is about the
 * stay of that dossier which is known under its visit: another key would make another stay, with a card and reminders of
 * its own that no discharge would ever end.
 * @returns the key; `several` when two stays of the dossier are open (sessions): nobody can tell which
 */
export async function visitOf(
  ports: StayPorts,
  turn: Turn,
  patientId: string,
): Promise<{ visit: string | undefined } | 'several'> {
  const { visit, account, facility, type } = turn.intent;
  if (NOT_OF_A_STAY.has(type) && turn.ruled.outcome !== 'blocked') return { visit: undefined };
  if (visit === undefined || visit !== account) return { visit };
  if (await ports.store.files.load<Stay>('stay', ports.sealer.blind(`stay|${facility}|${visit}`))) return { visit };
  const patient = await ports.store.files.load<Patient>('patient', patientId);
  const stays = await Promise.all((patient?.state.stays ?? []).map((id) => ports.store.files.load<Stay>('stay', id)));
  const same = stays.flatMap((stay) => (stay?.state.account === account ? [stay.state] : []));
  const open = same.filter(isOpen);
  if (open.length > 1) return 'several';
  return { visit: (open[0] ?? same.at(-1))?.visit ?? visit };
}
