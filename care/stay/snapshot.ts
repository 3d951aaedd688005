/**
 * A record of the whole stay, sent again at each change (FHIR): what is new in it against what is known becomes one
 * movement, told by the same rules as an HL7 one. The same record twice says nothing. Pure.
 */
import type { StayIntent, StayIntentType } from './intent.ts';
import type { MovementRecord, Stay } from './stay.ts';

const ENTRIES: readonly StayIntentType[] = ['admitted', 'emergency-arrived'];
const ENDS: readonly StayIntentType[] = ['discharged', 'died', 'left-without-being-seen'];

/**
 * @param stay as it is known; undefined when it is not
 * @param told with its `snapshot`; its type is that of a first record
 * @returns the movement that it amounts to; `movement-updated` when nothing but dates may have changed
 */
export function fromSnapshot(stay: Stay | undefined, told: StayIntent): StayIntent {
  const { snapshot } = told;
  if (snapshot === undefined || stay === undefined || Object.keys(stay.movements).length === 0) return told;
  const newest = Math.max(...Object.values(stay.movements).map((one) => one.recordedAt ?? 0));
  // An older record that comes late: whatever it says has been said better since.
  if ((told.recordedAt ?? 0) < newest) return { ...updated(told), expectedDischarge: undefined };
  switch (snapshot.status) {
    case 'planned':
      return stay.status === 'expected' && has(stay, ['preadmitted']) ? updated(told) : told;
    case 'present':
      return present(stay, told);
    case 'on-leave':
      return stay.status === 'on-leave' ? updated(told) : told;
    case 'ended':
      return stay.status === 'left' || stay.status === 'dead' ? updated(told) : told;
    case 'cancelled':
      return stay.status === 'left' || stay.status === 'dead'
        ? updated(told)
        : (takenBack(stay, told, stay.status === 'expected' ? ['preadmitted'] : ENTRIES) ?? updated(told));
    case 'error':
      // What was said of a whole stay was somebody else's, perhaps: a human looks.
      if (stay.status === 'left' || stay.status === 'dead') return { ...told, type: 'stay-moved' };
      return takenBack(stay, told, stay.status === 'expected' ? ['preadmitted'] : ENTRIES) ?? updated(told);
    default:
      return snapshot.status satisfies never;
  }
}

function present(stay: Stay, told: StayIntent): StayIntent {
  const since = told.snapshot?.placedAt ?? told.recordedAt;
  switch (stay.status) {
    case 'expected':
    case 'cancelled':
      return told;
    case 'left':
    case 'dead':
      return takenBack(stay, told, ENDS) ?? told;
    case 'on-leave':
      return { ...told, type: 'returned', occurredAt: told.recordedAt, effectiveAt: undefined };
    case 'present': {
      const both = [stay.class, told.class].every((one) => one === 'E' || one === 'I');
      if (both && stay.class !== told.class)
        return { ...told, type: 'class-changed', occurredAt: since, effectiveAt: undefined };
      const unit = unitOf(stay);
      if (told.unit.code !== undefined && unit !== undefined && told.unit.code !== unit)
        return { ...told, type: 'transferred', occurredAt: since, effectiveAt: undefined };
      return updated(told);
    }
    default:
      return stay.status satisfies never;
  }
}

/** Nothing moved: only a planned date may be new. */
function updated(told: StayIntent): StayIntent {
  const { movement, recordedAt } = told;
  return {
    ...told,
    type: 'movement-updated',
    movement: { ...movement, action: 'update' },
    occurredAt: recordedAt,
    effectiveAt: undefined,
    died: false,
  };
}

/** The movement that still stands is cancelled by its own id, as an HL7 CANCEL does. */
function takenBack(stay: Stay, told: StayIntent, of: readonly StayIntentType[]): StayIntent | undefined {
  const found = latest(stay, of);
  return (
    found && {
      ...told,
      type: 'movement-cancelled',
      cancels: found[1].type,
      movement: { ...told.movement, id: found[0], action: 'cancel' },
      occurredAt: told.recordedAt,
      effectiveAt: undefined,
      expectedDischarge: undefined,
    }
  );
}

function has(stay: Stay, of: readonly StayIntentType[]): boolean {
  return latest(stay, of) !== undefined;
}

function latest(stay: Stay, of: readonly StayIntentType[]): [string, MovementRecord] | undefined {
  return Object.entries(stay.movements)
    .filter(([, one]) => one.state === 'inserted' && of.includes(one.type))
    .sort(([, a], [, b]) => (a.recordedAt ?? 0) - (b.recordedAt ?? 0))
    .at(-1);
}

/** Code of the unit where the stay was last seen. */
function unitOf(stay: Stay): string | undefined {
  return Object.values(stay.movements)
    .filter((one) => one.state === 'inserted' && one.unit.code !== undefined)
    .sort((a, b) => (a.recordedAt ?? 0) - (b.recordedAt ?? 0))
    .at(-1)?.unit.code;
}
