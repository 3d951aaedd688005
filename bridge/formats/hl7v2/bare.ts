/** The part of an intent that does not depend on the movement: patient, visit, unit, dates of recording. */
import type { StayIntent, StayIntentType } from '../../../care/stay/intent.ts';
import type { Header } from './header.ts';
import { readGeneralPractitioner, readIdentity } from './identity.ts';
import * as movement from './movement.ts';
import { first, segment, type Message } from './pipes.ts';
import { readTimestamp } from './timestamp.ts';

/** @param type what the trigger says; the movement may still change it */
export function bare(
  message: Message,
  header: Header,
  trigger: string,
  type: StayIntentType,
  protections: StayIntent['protections'],
  warnings: string[],
): StayIntent {
  const patient = readIdentity(segment(message, 'PID'), warnings);
  const evn = segment(message, 'EVN');
  const recordedAt = readTimestamp(first(evn, 2), 'EVN-2', warnings)?.at ?? header.sentAt;
  if (first(evn, 2) === undefined && type !== 'document-received') warnings.push('EVN-2 is empty: MSH-7 was taken');
  const { unit, previousUnit, otherUnits } = movement.readUnits(message);
  const planned = movement.readPlanned(message, '', []);
  return {
    type,
    trigger,
    facility: header.facility,
    patient,
    visit: movement.readVisit(message),
    account: first(segment(message, 'PID'), 18),
    class: movement.readClass(message, warnings),
    movement: { id: undefined, action: 'insert', historic: false, nature: [], originalTrigger: undefined },
    occurredAt: recordedAt,
    recordedAt,
    effectiveAt: undefined,
    unit,
    previousUnit,
    ...(otherUnits.length === 0 ? {} : { otherUnits }),
    ...planned,
    destination: movement.readDestination(message),
    disposition: first(segment(message, 'PV1'), 36),
    died: movement.readDeath(message),
    protections,
    generalPractitioner: readGeneralPractitioner(message),
    fictional: patient.reliability.includes('FICT'),
    training: header.processing === 'D' || header.processing === 'T',
  };
}
