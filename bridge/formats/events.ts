/**
 * Relais' own JSON for `POST /v1/events`: what a hospital without HL7 v2 sends. The schema below is the only description;
 * the OpenAPI page is generated from it.
 */
import * as z from 'zod'; // the namespace form lets the edge bundle drop what it does not use
import type { CivilMoment, Reading, StayIntent, StayIntentType } from '../../care/stay/intent.ts';
import { fromParis } from '../../care/relay/civil-time.ts';

const text = (max: number): z.ZodString => z.string().trim().min(1).max(max);
const instant = z.iso.datetime({ offset: true }).describe('ISO 8601 with an offset, 2026-01-13T11:00:00+01:00');
const day = z.iso.date().describe('A day without an hour, YYYY-MM-DD; it stays without an hour');

export const eventSchema = z.strictObject({
  key: text(200).describe(
    'Unique per source. The same key and bytes again give the same answer; other bytes are refused.',
  ),
  type: z.enum(['pre-admission', 'admission', 'emergency-arrival', 'transfer', 'discharge-planned', 'discharge']),
  action: z
    .enum(['insert', 'cancel'])
    .default('insert')
    .describe('cancel takes back the event that was sent with the same movement.id'),
  occurredAt: instant.describe('When it really happened (for a planned discharge: when it was planned)'),
  recordedAt: instant.optional().describe('When it was entered; occurredAt when absent'),
  facility: text(100).describe('Identifier of the facility, FINESS for instance, as declared for this source'),
  patient: z.strictObject({
    ipp: text(100).describe(
      'Permanent identifier of the patient in this facility; the only thing patients are matched by',
    ),
    birthName: text(100),
    usedName: text(100).optional(),
    givenName: text(100).describe('First birth given name'),
    birthDate: z.iso.date(),
    sex: z.enum(['F', 'M', 'U']).optional(),
  }),
  visit: text(100).describe('Number of the stay (venue)'),
  movement: z.strictObject({ id: text(100).describe('Unique in the facility, never used again') }),
  unit: z.strictObject({ code: text(50).describe('UF code'), label: text(200).optional() }),
  expectedAdmission: z.union([day, instant]).optional().describe('For a pre-admission'),
  expectedDischarge: z.union([day, instant]).nullable().optional().describe('null takes an earlier date back'),
  destination: z.enum(['home', 'transfer', 'death', 'other']).optional(),
  class: z
    .enum(['E', 'I', 'O', 'R'])
    .optional()
    .describe('E emergency, I inpatient, O outpatient, R sessions; I for an admission, E for an emergency arrival'),
  protected: z.boolean().optional().describe('true: nothing is said of this stay, and the message is not kept'),
});
type HospitalEvent = z.infer<typeof eventSchema>;

/** RFC 9457: where (JSON pointer), what, and what to do. Never the value: it may be a patient's. */
export type EventProblem = { path: string; message: string; cure: string };

const TYPES: Record<HospitalEvent['type'], StayIntentType> = {
  'pre-admission': 'preadmitted',
  admission: 'admitted',
  'emergency-arrival': 'emergency-arrived',
  transfer: 'transferred',
  'discharge-planned': 'discharge-planned',
  discharge: 'discharged',
};

/** @param json a parsed body. @returns the reading of one event, or every problem at once */
export function readEvent(json: unknown): Reading | { problems: EventProblem[] } {
  const parsed = eventSchema.safeParse(json);
  if (!parsed.success) return { problems: parsed.error.issues.map(problem) };
  const event = parsed.data;
  if (event.type === 'discharge-planned' && event.action === 'insert' && event.expectedDischarge === undefined) {
    return {
      problems: [
        {
          path: '/expectedDischarge',
          message: 'a planned discharge needs its date',
          cure: 'Add expectedDischarge, a date or a date and hour with an offset.',
        },
      ],
    };
  }
  return { readable: true, key: event.key, facility: event.facility, intents: [intent(event)], warnings: [] };
}

function intent(event: HospitalEvent): StayIntent {
  const isCancel = event.action === 'cancel';
  const died = event.destination === 'death' && event.type === 'discharge' && !isCancel;
  const said = died ? 'died' : TYPES[event.type];
  const occurredAt = Date.parse(event.occurredAt);
  return {
    type: isCancel ? 'movement-cancelled' : said,
    trigger: event.type,
    ...(isCancel ? { cancels: TYPES[event.type] } : {}),
    facility: event.facility,
    patient: {
      ipp: event.patient.ipp,
      ins: undefined,
      birthName: event.patient.birthName,
      usedName: event.patient.usedName,
      givenName: event.patient.givenName,
      birthDate: event.patient.birthDate,
      sex: event.patient.sex,
      reliability: [],
    },
    visit: event.visit,
    class: event.class ?? (event.type === 'admission' ? 'I' : event.type === 'emergency-arrival' ? 'E' : undefined),
    movement: { id: event.movement.id, action: event.action, historic: false, nature: [], originalTrigger: undefined },
    occurredAt,
    recordedAt: event.recordedAt === undefined ? occurredAt : Date.parse(event.recordedAt),
    effectiveAt: event.type === 'discharge' ? occurredAt : undefined,
    unit: { code: event.unit.code, label: event.unit.label },
    previousUnit: { code: undefined, label: undefined },
    expectedAdmission: event.expectedAdmission === undefined ? undefined : moment(event.expectedAdmission),
    expectedDischarge: isCancel ? undefined : expected(event.expectedDischarge),
    expectedReturn: undefined,
    destination: event.destination,
    disposition: undefined,
    died,
    protections: event.protected === true ? ['protected-visit'] : [],
    generalPractitioner: undefined,
    fictional: false,
    training: false,
  };
}

function expected(value: string | null | undefined): StayIntent['expectedDischarge'] {
  if (value === undefined) return undefined;
  return value === null ? 'erased' : { set: moment(value) };
}

function moment(value: string): CivilMoment {
  if (value.includes('T')) return { at: Date.parse(value), precision: 'minute' };
  const [year = 0, month = 0, dayOfMonth = 0] = value.split('-').map(Number);
  return { at: fromParis({ year, month, day: dayOfMonth, hour: 0, minute: 0 }), precision: 'day' };
}

function problem(issue: z.core.$ZodIssue): EventProblem {
  const pointer = issue.path.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1'));
  return { path: `/${pointer.join('/')}`, ...wording(issue) };
}

/** Words of ours: a library's sentence may quote what was received. */
function wording(issue: z.core.$ZodIssue): Omit<EventProblem, 'path'> {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? { message: 'required field missing', cure: `Add it, as ${issue.expected}.` }
        : { message: 'not of the expected type', cure: `Send ${issue.expected}.` };
    case 'invalid_value':
      return {
        message: 'not one of the values known here',
        cure: `Send one of: ${issue.values.map(String).join(', ')}.`,
      };
    case 'unrecognized_keys':
      return {
        message: `${issue.keys.length} field(s) that this schema does not have`,
        cure: 'Remove them, or correct their spelling: GET /openapi.json lists every field.',
      };
    case 'too_small':
      return { message: 'empty', cure: 'Give it a value, or leave an optional field out.' };
    case 'too_big':
      return { message: 'too long', cure: `Send at most ${issue.maximum} characters.` };
    case 'invalid_format':
      return issue.format === 'date'
        ? { message: 'not a possible date', cure: 'Send YYYY-MM-DD.' }
        : {
            message: 'not a date and hour with an offset',
            cure: 'Send 2026-01-13T11:00:00+01:00 or the same instant in Z.',
          };
    case 'invalid_union':
      return {
        message: 'neither a date nor a date and hour with an offset',
        cure: 'Send 2026-01-13 or 2026-01-13T11:00:00+01:00.',
      };
    default:
      return { message: 'not as the schema says', cure: 'GET /openapi.json shows the schema.' };
  }
}
