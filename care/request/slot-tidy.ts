/** Slots that are long over: their files go, their counts stay. */
import { DAY, parisDay } from '../relay/civil-time.ts';
import { type Decision, emptyDecision } from '../relay/decision.ts';
import type { Store } from '../relay/ports.ts';
import type { SlotFile } from './slot.ts';
import { dayKey } from './slot-search.ts';

/** Long enough for who asks what became of an appointment. */
const KEPT_DAYS = 90;
/** How far back a server that was away for long looks. */
const LOOKED_DAYS = 400;
const MOST = 200;
/** The day up to which it was done, in a file of its own. */
const MARKER = 'tidied';

type Marker = { day: number };

/** @returns at most 200 erasures at once; `more`: there are others, for the next call */
export async function decideTidy(
  { files }: Pick<Store, 'files'>,
  now: number,
): Promise<{ decision: Decision; more: boolean }> {
  const decision = emptyDecision();
  const marker = await files.load<Marker>('slot', MARKER);
  // A night's slot ends on the next day.
  const last = parisDay(now, -KEPT_DAYS - 1);
  const erases: { kind: 'slot'; id: string; version: number }[] = [];
  let day = marker?.state.day ?? parisDay(now, -LOOKED_DAYS);
  for (; day < last && erases.length < MOST; day = parisDay(day, 1)) {
    for (const { id, version, state } of await files.find<SlotFile>('slot', dayKey(day)))
      if (state.slot.end < now - KEPT_DAYS * DAY) erases.push({ kind: 'slot', id, version });
  }
  decision.erases = erases;
  decision.files.push({ kind: 'slot', id: MARKER, version: marker?.version ?? 0, state: { day } satisfies Marker });
  const audit = { actor: 'clock', action: `slots:tidy ${erases.length}`, subject: 'slots' } as const;
  decision.audit.push({ ...audit, outcome: 'muted', reason: 'recorded' });
  return { decision, more: day < last };
}
