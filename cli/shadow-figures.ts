/**
 * What a source's messages were like, and what would have been said of them: counts for `relais shadow report`. Envelopes are
 * read again by the same readers; no value of a patient leaves this file.
 */
import { readEnvelope } from '../bridge/hospital.ts';
import { decodeMessage } from '../bridge/formats/hl7v2/charset.ts';
import { headerOf } from '../bridge/formats/hl7v2/ack.ts';
import { HOUR } from '../care/relay/civil-time.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import type { StayIntent, StayIntentType } from '../care/stay/intent.ts';
import type { WouldSay } from '../care/stay/shadow.ts';
import { CENSUS } from '../care/stay/shadow.ts';
import type { SourcePolicy } from '../care/stay/verdict.ts';

export type Count = { what: string; n: number };
type Filled = { field: string; filled: number; of: number };

export type ShadowFigures = {
  messages: number;
  census: number;
  /** Received: first and last, epoch ms UTC. */
  from: number | undefined;
  to: number | undefined;
  /** `muted outpatient`. */
  outcomes: Count[];
  triggers: Count[];
  /** `8859/15 → iso-8859-15`: MSH-18 as sent, and what the bytes are. */
  charsets: Count[];
  mismatches: number;
  fields: Filled[];
  /** UF codes that the table does not have; all of them when there is no table. */
  units: Count[];
  unitTable: boolean;
  facilities: Count[];
  /** The same fact under another control id; a control id that came again with another message. */
  repeated: { facts: number; controlIds: number };
  warnings: Count[];
  said: { kind: string; messages: number; rung: number; nobody: number }[];
  persons: { id: string; messages: number; rung: number; kinds: Count[] }[];
  /** Discharges told, and those of them whose date would have been known 24 h before. */
  discharges: { told: number; announced: number };
};

const ADMISSIONS = new Set<StayIntentType>(['preadmitted', 'admitted', 'emergency-arrived']);
const COMES = new Set<StayIntentType>([...ADMISSIONS, 'transferred', 'class-changed']);
const NO_MOVEMENT = new Set<StayIntentType>([
  'identity-created',
  'identity-updated',
  'patients-merged',
  'stay-moved',
  'ins-changed',
  'ins-removed',
  'document-received',
  'unknown',
]);
const ENDS = new Set<StayIntentType>(['discharged', 'died', 'left-without-being-seen']);

const isMovement = (i: StayIntent): boolean =>
  !NO_MOVEMENT.has(i.type) && !['O', 'R', 'N', 'V'].includes(i.class ?? '');

/** Field, of which intents it is expected, and whether it is filled. */
const FIELDS: [field: string, of: (i: StayIntent) => boolean, filled: (i: StayIntent) => boolean][] = [
  ['PV2-9 expected discharge', (i) => isMovement(i) && !ENDS.has(i.type), (i) => i.expectedDischarge !== undefined],
  [
    'A16, of discharges',
    (i) => i.type === 'discharge-planned' || (isMovement(i) && i.type === 'discharged'),
    () => false,
  ],
  [
    'médecin traitant (ROL ODRP)',
    (i) => ADMISSIONS.has(i.type) && isMovement(i),
    (i) => i.generalPractitioner !== undefined,
  ],
  ['INS kept (PID-3, qualified)', () => true, (i) => i.patient.ins !== undefined],
  ['PID-32 VALI', () => true, (i) => i.patient.reliability.includes('VALI')],
  ['PID-7 birth date', () => true, (i) => i.patient.birthDate !== undefined],
  ['ZBE-1 movement number', isMovement, (i) => i.movement.id !== undefined],
  ['PV1-19 or PID-18 stay number', isMovement, (i) => i.visit !== undefined],
  ['PV1-2 class', (i) => ADMISSIONS.has(i.type), (i) => i.class !== undefined],
  ['UF (ZBE-7, else PV1-3)', (i) => COMES.has(i.type) && isMovement(i), (i) => i.unit.code !== undefined],
];

/** @param envelopes of the source's lane, in order; @param says what was noted in shadow */
export async function shadowFigures(
  envelopes: AsyncIterable<Envelope>,
  says: readonly WouldSay[],
  policy: SourcePolicy,
): Promise<ShadowFigures> {
  const [outcomes, triggers, charsets, units, facilities, warnings] = [
    tally(),
    tally(),
    tally(),
    tally(),
    tally(),
    tally(),
  ];
  const fields = new Map(FIELDS.map(([field]) => [field, { filled: 0, of: 0 }]));
  const controls = new Set<string>();
  const seen = { messages: 0, census: 0, mismatches: 0, facts: 0, controlIds: 0, planned: 0 };
  let [from, to]: (number | undefined)[] = [];
  for await (const envelope of envelopes) {
    if (envelope.note === CENSUS) {
      seen.census += 1;
      continue;
    }
    seen.messages += 1;
    from ??= envelope.receivedAt;
    to = envelope.receivedAt;
    outcomes.add(
      envelope.outcome === undefined ? 'waiting to be decided' : `${envelope.outcome} ${envelope.reason ?? ''}`,
    );
    if (envelope.reason === 'duplicate-fact') seen.facts += 1;
    if (envelope.key !== '' && controls.has(envelope.key)) seen.controlIds += 1;
    controls.add(envelope.key);
    if (envelope.body.length === 0) continue; // blocked, or older than retention: nothing of it was kept
    if (envelope.format === 'hl7v2') seen.mismatches += charsetOf(envelope.body, charsets);
    const reading = readEnvelope(envelope, policy.facilities ?? []);
    for (const warning of reading.warnings) warnings.add(warning);
    if (!reading.readable) continue;
    facilities.add(codeOf(reading.facility));
    for (const intent of reading.intents) {
      triggers.add(intent.trigger);
      if (intent.type === 'discharge-planned') seen.planned += 1;
      const { code } = intent.unit;
      if (code !== undefined && policy.units?.get(code) === undefined && isMovement(intent)) units.add(codeOf(code));
      for (const [field, of, filled] of FIELDS) {
        const count = fields.get(field);
        if (!count || !of(intent)) continue;
        count.of += 1;
        if (filled(intent)) count.filled += 1;
      }
    }
  }
  const a16 = fields.get('A16, of discharges');
  if (a16) {
    a16.of -= seen.planned;
    a16.filled = Math.min(seen.planned, a16.of);
  }
  return {
    messages: seen.messages,
    census: seen.census,
    from,
    to,
    outcomes: outcomes.list(),
    triggers: triggers.list(),
    charsets: charsets.list(),
    mismatches: seen.mismatches,
    fields: [...fields].map(([field, count]) => ({ field, ...count })),
    units: units.list(),
    unitTable: policy.units !== undefined,
    facilities: facilities.list(),
    repeated: { facts: seen.facts, controlIds: seen.controlIds },
    warnings: warnings.list(),
    ...saidOf(says),
  };
}

/** A field where a code is due may hold anything: only what looks like a code is shown. */
function codeOf(text: string): string {
  return /^[\w.^ -]{1,30}$/.test(text) ? text : '(not a code)';
}

/** @returns 1 when MSH-18 does not say what the bytes are */
function charsetOf(body: Uint8Array, charsets: ReturnType<typeof tally>): number {
  const decoded = decodeMessage(body);
  const said = /^[\w/ .-]{1,20}/.exec(headerOf(body)?.charset ?? '')?.[0] ?? 'nothing';
  const found = body.every((byte) => byte < 0x80) ? 'ASCII only' : decoded.charset;
  charsets.add(`${said} → ${found}`);
  return decoded.warnings.length > 0 ? 1 : 0;
}

function saidOf(says: readonly WouldSay[]): Pick<ShadowFigures, 'said' | 'persons' | 'discharges'> {
  const byKind = Map.groupBy(says, (one) => one.kind);
  const persons = new Set(says.flatMap((one) => one.readers));
  const left = says.filter((one) => one.kind === 'discharged' && one.leftAt !== undefined);
  const announced = left.filter(({ stay, leftAt = 0 }) =>
    says.some((one) => one.stay === stay && ANNOUNCES.has(one.kind) && one.at <= leftAt - 24 * HOUR),
  );
  return {
    said: [...byKind].map(([kind, list]) => ({
      kind,
      messages: list.filter((one) => one.readers.length > 0).length,
      rung: list.filter((one) => one.rung.length > 0).length,
      nobody: list.filter((one) => one.readers.length === 0).length,
    })),
    persons: [...persons].map((id) => {
      const mine = says.filter((one) => one.readers.includes(id));
      const kinds = [...Map.groupBy(mine, (one) => one.kind)].map(([what, list]) => ({ what, n: list.length }));
      return { id, messages: mine.length, rung: mine.filter((one) => one.rung.includes(id)).length, kinds };
    }),
    discharges: { told: left.length, announced: announced.length },
  };
}

const ANNOUNCES = new Set<WouldSay['kind']>(['discharge-planned', 'discharge-replanned', 'discharge-soon']);

function tally(): { add(what: string): void; list(): Count[] } {
  const counts = new Map<string, number>();
  return {
    add: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
    list: () => [...counts].map(([what, n]) => ({ what, n })).sort((a, b) => b.n - a.n || a.what.localeCompare(b.what)),
  };
}
