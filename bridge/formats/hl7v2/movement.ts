/** ZBE, EVN, PV1, PV2 and ZFM: what moved, when, where to (PAM.fr 2.11.2 §5; FACTS §1.3, §1.6, §1.7). */
import type { CivilMoment, Movement, StayIntent, Unit } from '../../../care/stay/intent.ts';
import { erased, first, part, repetitions, segment, segmentsNamed, type Message, type Segment } from './pipes.ts';
import { plannedMoment, readTimestamp } from './timestamp.ts';

/** `problem`: ZBE cannot be believed, and the message goes to a human (reason bad-movement). */
export type ZbeReading =
  { movement: Movement; at: number | undefined } | { problem: { place: string; detail: string } };

const ACTIONS = { INSERT: 'insert', UPDATE: 'update', CANCEL: 'cancel' } as const;

/** No ZBE at all is usual outside France and reads as an insert; a ZBE that says nothing sure is a problem. */
export function readZbe(message: Message, trigger: string, warnings: string[]): ZbeReading {
  const zbe = zbeOf(message, warnings);
  const nothing: Movement = {
    id: undefined,
    action: 'insert',
    historic: false,
    nature: [],
    originalTrigger: undefined,
  };
  if (zbe === undefined) return { movement: nothing, at: undefined };
  if (segmentsNamed(message, 'ZBE').length > 1) warnings.push('there are several ZBE: the first one was read');
  const said = first(zbe, 4)?.toUpperCase() ?? '';
  if (!isAction(said)) {
    return {
      problem: { place: 'ZBE-4', detail: 'ZBE-4 must be INSERT, UPDATE or CANCEL: correct the sender, then replay' },
    };
  }
  const id = movementId(zbe);
  if (id === undefined || id.split('^')[0]?.toUpperCase() === trigger) {
    return { problem: { place: 'ZBE-1', detail: 'ZBE-1 must identify the movement: correct the sender, then replay' } };
  }
  if (first(zbe, 3) !== undefined) warnings.push('ZBE-3 is filled, which PAM.fr forbids: ignored');
  const at = readTimestamp(first(zbe, 2), 'ZBE-2', warnings)?.at;
  const movement: Movement = {
    id,
    action: ACTIONS[said],
    historic: first(zbe, 5)?.toUpperCase() === 'Y',
    nature: natureOf(zbe),
    originalTrigger: first(zbe, 6)?.toUpperCase(),
  };
  return { movement, at };
}

/**
 * ZBE, put straight when a filled ZBE-3 (forbidden in France) has pushed everything one field to the right, as in the
 * discharge that the ANS publishes as an example.
 */
function zbeOf(message: Message, warnings: string[]): Segment | undefined {
  const zbe = segment(message, 'ZBE');
  if (zbe === undefined || first(zbe, 4) !== undefined || !isAction(first(zbe, 5)?.toUpperCase() ?? '')) return zbe;
  warnings.push('ZBE is shifted by one field from ZBE-3 on: read as if it were not');
  return { ...zbe, fields: zbe.fields.toSpliced(3, 1) };
}

function isAction(text: string): text is keyof typeof ACTIONS {
  return Object.hasOwn(ACTIONS, text);
}

/** Several identifiers of one movement may be given: the first, with its namespace (or the OID when that is all there is). */
function movementId(zbe: Segment): string | undefined {
  const found = repetitions(zbe, 1).find((one) => part(one, 1) !== undefined);
  const namespace = part(found, 2) ?? part(found, 3);
  const id = part(found, 1);
  return id === undefined || namespace === undefined ? id : `${id}^${namespace}`;
}

/** `HMS`, `HM`, `MC`, `S^libellé`, `S~M`: a set of letters, in whatever order editors write them. */
function natureOf(zbe: Segment): string[] {
  const letters = repetitions(zbe, 9).flatMap((one) => Array.from(part(one, 1)?.toUpperCase() ?? ''));
  return [...new Set(letters.filter((letter) => /[A-Z]/.test(letter)))];
}

/**
 * Only a bed, a housing unit or the billing side changes (L, H, D; C marks a correction): no care passes from one team to
 * another. Without ZBE-9, the same UF before and after in PV1.
 */
export function isBedMove(message: Message, nature: string[]): boolean {
  if (nature.length > 0) return nature.every((letter) => 'LHDC'.includes(letter));
  const pv1 = segment(message, 'PV1');
  return first(pv1, 3) !== undefined && first(pv1, 3) === first(pv1, 6);
}

/**
 * UF médicale (ZBE-7), else PV1-3. A label is kept only with the code it belongs to: said under another unit's permission
 * it could name a psychiatric unit.
 */
export function readUnits(message: Message): { unit: Unit; previousUnit: Unit; otherUnits: string[] } {
  const zbe = zbeOf(message, []);
  const pv1 = segment(message, 'PV1');
  const medical = first(zbe, 7, 10);
  const unit: Unit = { code: medical ?? first(pv1, 3), label: medical === undefined ? undefined : first(zbe, 7) };
  const others = [first(zbe, 8, 10), first(pv1, 3)].filter((code) => code !== undefined && code !== unit.code);
  return {
    unit,
    previousUnit: { code: first(pv1, 6), label: undefined },
    otherUnits: [...new Set(others)].filter((code) => code !== undefined),
  };
}

const CLASSES: readonly string[] = ['E', 'I', 'O', 'R', 'N', 'V'];

/** PV1-2; another letter (P, B… of other countries) is no class. */
export function readClass(message: Message, warnings: string[]): StayIntent['class'] {
  const said = first(segment(message, 'PV1'), 2)?.toUpperCase();
  if (said === undefined) return undefined;
  if (CLASSES.includes(said)) return said as NonNullable<StayIntent['class']>;
  warnings.push('PV1-2 is not a class of PAM.fr (E, I, O, R, N, V): ignored');
  return undefined;
}

/** PV1-19 (venue), else PID-18 (dossier): the key of a stay in its facility. */
export function readVisit(message: Message): string | undefined {
  return first(segment(message, 'PV1'), 19) ?? first(segment(message, 'PID'), 18);
}

export type Planned = Pick<StayIntent, 'expectedAdmission' | 'expectedDischarge' | 'expectedReturn'>;

/**
 * Expected dates: EVN-3 of the pending event itself (A05, A14, A16, or the Z99 that updates one), else PV2-8, PV2-9, PV2-47.
 * A null PV2-9 takes the date back. Many editors copy EVN-2 into EVN-3: of any other trigger it is not looked at, and of
 * these it gives way to PV2 (the instant of typing is nobody's appointment).
 * @param about the trigger, or for a Z99 the original one (ZBE-6)
 */
export function readPlanned(message: Message, about: string, warnings: string[]): Planned {
  const pv2 = segment(message, 'PV2');
  const moment = (from: Segment | undefined, n: number): CivilMoment | undefined =>
    plannedMoment(readTimestamp(first(from, n), `${from?.name ?? ''}-${n}`, warnings));
  const evn = segment(message, 'EVN');
  const pv29 = moment(pv2, 9);
  const isCopy = first(evn, 3) === first(evn, 2) && first(pv2, about === 'A16' ? 9 : 8) !== undefined;
  const pending = /^A(?:05|14|16)$/.test(about) && !isCopy ? moment(evn, 3) : undefined;
  const discharge = about === 'A16' ? (pending ?? pv29) : pv29;
  if (about === 'A16' && pending !== undefined && pv29 !== undefined && pending.at !== pv29.at) {
    warnings.push('EVN-3 and PV2-9 do not say the same date: EVN-3 was taken');
  }
  return {
    expectedAdmission: (about === 'A16' ? undefined : pending) ?? moment(pv2, 8),
    expectedDischarge: erased(repetitions(pv2, 9)[0])
      ? 'erased'
      : discharge === undefined
        ? undefined
        : { set: discharge },
    expectedReturn: moment(pv2, 47),
  };
}

/** PV1-41 = D, ZFM-2 = 9, or PID-30 = Y: whichever says it, a death must never get the sentence of a routine discharge. */
export function readDeath(message: Message): boolean {
  const says = (name: string, n: number, value: string): boolean =>
    first(segment(message, name), n)?.toUpperCase() === value;
  return says('PV1', 41, 'D') || says('ZFM', 2, '9') || says('PID', 30, 'Y');
}

/** ZFM-2 (mode de sortie PMSI: 0, 6, 7 another establishment or unit, 8 home, 9 death), else PV1-37, a FINESS. */
export function readDestination(message: Message): StayIntent['destination'] {
  const mode = first(segment(message, 'ZFM'), 2);
  if (mode === '9' || first(segment(message, 'PV1'), 41)?.toUpperCase() === 'D') return 'death';
  if (mode === undefined) return first(segment(message, 'PV1'), 37) === undefined ? undefined : 'transfer';
  if (mode === '8') return 'home';
  return ['0', '6', '7'].includes(mode) ? 'transfer' : 'other';
}
