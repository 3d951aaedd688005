/** From segments to StayIntents: which trigger says what, and when it cannot be believed (FACTS §1.2 to §1.7). */
import type { Movement, Reading, StayIntent, StayIntentType } from '../../../care/stay/intent.ts';
import type { Header } from './header.ts';
import { bare } from './bare.ts';
import { readPrior, readProtections } from './identity.ts';
import { isIns } from './ins.ts';
import * as movement from './movement.ts';
import { first, part, repetitions, segment, segmentsNamed, type Message } from './pipes.ts';
import { readTimestamp } from './timestamp.ts';
import { cancelledTrigger, isIdentityTrigger, mayRepeatPatients, TRIGGERS, type Trigger } from './triggers.ts';

export type Unreadable = Pick<Extract<Reading, { readable: false }>, 'verdict' | 'reason' | 'place' | 'detail'>;
type Result = { intents: StayIntent[] } | { problem: Unreadable };

/** PAM.fr merges two; an engine that batches them stays far below. */
const MOST_PATIENTS = 50;

/** The values that decide a type; separate from the intent, which is built once they are known. */
type Said = {
  action: Movement['action'];
  original: string | undefined;
  class: StayIntent['class'];
  bed: boolean;
  died: boolean;
};

/**
 * One ADT message. A trigger outside PAM.fr gives an `unknown` intent (acknowledged, muted); a protected patient gives one
 * too when the rest cannot be read, because blocking comes before quarantine.
 */
export function readAdt(message: Message, header: Header, trigger: string, warnings: string[]): Result {
  const rule = TRIGGERS.get(trigger);
  const protections = readProtections(message, warnings);
  if (rule === undefined) return { intents: [bare(message, header, trigger, 'unknown', protections, warnings)] };
  if (header.structure !== undefined && header.structure !== rule.structure) {
    warnings.push(`MSH-9.3 should be ${rule.structure} for ${trigger}: MSH-9.2 was followed`);
  } else if (header.structure === undefined) warnings.push('MSH-9 has no third component: MSH-9.2 was followed');
  const result = readPatients(message, header, trigger, rule, protections, warnings);
  if (!('problem' in result) || protections.length === 0) return result;
  return { intents: [bare(message, header, trigger, 'unknown', protections, [])] };
}

function readPatients(
  message: Message,
  header: Header,
  trigger: string,
  rule: Trigger,
  protections: StayIntent['protections'],
  warnings: string[],
): Result {
  const groups = perPatient(message, trigger);
  if (groups.length > MOST_PATIENTS) {
    return unreadable('unreadable', 'PID', `${groups.length} patients in one message: send one message per patient`);
  }
  const intents: StayIntent[] = [];
  for (const group of groups) {
    const result = readGroup(group, header, trigger, rule, protections, warnings);
    if ('problem' in result) return result;
    intents.push(...result.intents);
  }
  return { intents };
}

/** A40 and A44 may hold several patients, each PID with what follows it; any other message is about one. */
function perPatient(message: Message, trigger: string): Message[] {
  const at = message.segments.flatMap((one, index) => (one.name === 'PID' ? [index] : []));
  if (at.length < 2 || !mayRepeatPatients(trigger)) return [message];
  if (at.length > MOST_PATIENTS) return at.map(() => message);
  const common = message.segments.slice(0, at[0]);
  return at.map((start, index) => ({
    ...message,
    segments: [...common, ...message.segments.slice(start, at[index + 1])],
  }));
}

function readGroup(
  message: Message,
  header: Header,
  trigger: string,
  rule: Trigger,
  protections: StayIntent['protections'],
  warnings: string[],
): Result {
  if (segmentsNamed(message, 'PID').length > 1) {
    return unreadable('unreadable', 'PID', 'two patients in one message: an MSH was probably lost between them');
  }
  const base = bare(message, header, trigger, rule.type, protections, warnings);
  if (base.patient.ipp === undefined) {
    return unreadable(
      'missing-identity',
      'PID-3',
      'PID-3 must hold an IPP (type PI): Relais never matches by name or INS',
    );
  }
  if (isIdentityTrigger(trigger)) return { intents: [identityIntent(message, base, trigger, warnings)] };
  const { birthName, usedName, givenName } = base.patient;
  if (birthName === undefined && usedName === undefined && givenName === undefined && protections.length === 0) {
    return unreadable('missing-identity', 'PID-5', 'PID-5 must name the patient: whoever reads could not tell of whom');
  }
  const evn2 = first(segment(message, 'EVN'), 2);
  if (evn2 !== undefined && readTimestamp(evn2, 'EVN-2', []) === undefined) {
    return unreadable('bad-date', 'EVN-2', 'EVN-2 is not a possible date, and the order of facts depends on it');
  }
  if (trigger !== 'A08' && segment(message, 'PV1') === undefined) {
    return unreadable('unreadable', 'PV1', 'PV1 is missing: the message was probably cut; send it again whole');
  }
  // A08 has no movement in PAM.fr: the ZBE that some senders add to it names none of the stay's own movements.
  if (trigger === 'A08') return { intents: asA31AndZ99(base) };
  const zbe = movement.readZbe(message, trigger, warnings);
  if ('problem' in zbe) return unreadable('bad-movement', zbe.problem.place, zbe.problem.detail);
  const hasZbe = segment(message, 'ZBE') !== undefined;
  const contradiction = hasZbe ? contradicts(trigger, rule, zbe.movement.action) : undefined;
  if (contradiction !== undefined) return unreadable('bad-movement', 'ZBE-4', contradiction);
  const said: Said = {
    action: !hasZbe && rule.cancels !== undefined ? 'cancel' : trigger === 'Z99' ? 'update' : zbe.movement.action,
    original: zbe.movement.originalTrigger,
    class: base.class,
    bed: movement.isBedMove(message, zbe.movement.nature),
    died: base.died,
  };
  const intent = complete(message, base, zbe.movement, zbe.at, said, rule, warnings);
  if (
    intent.type === 'discharge-planned' &&
    intent.expectedDischarge === undefined &&
    first(segment(message, 'EVN'), 3) !== undefined
  ) {
    return unreadable('bad-date', 'EVN-3', 'EVN-3 and PV2-9 hold no possible date for the planned discharge');
  }
  return { intents: [intent] };
}

function complete(
  message: Message,
  base: StayIntent,
  zbe: Movement,
  zbeAt: number | undefined,
  said: Said,
  rule: Trigger,
  warnings: string[],
): StayIntent {
  const trigger = base.trigger;
  const type = typeOf(trigger, rule.type, said, base.disposition);
  const cancelled = said.action === 'cancel' ? cancelledTrigger(trigger, said.original, said.class === 'E') : undefined;
  if (cancelled !== undefined && said.original !== undefined && said.original !== cancelled) {
    warnings.push(`ZBE-6 is not a trigger that ${trigger} cancels: ${cancelled} was assumed`);
  }
  const about = trigger === 'Z99' ? (said.original ?? trigger) : trigger;
  const usual = TRIGGERS.get(about)?.type ?? rule.type;
  const what = said.action === 'update' ? typeOf(about, usual, { ...said, action: 'insert' }, base.disposition) : type;
  const planned = movement.readPlanned(message, about, warnings);
  const evn = segment(message, 'EVN');
  const isDischarge = what === 'discharged' || what === 'died' || what === 'left-without-being-seen';
  const pv1 = segment(message, 'PV1');
  const intent: StayIntent = {
    ...base,
    type,
    movement: {
      ...zbe,
      id: trigger === 'A15' || trigger === 'A26' ? undefined : zbe.id, // a plan that is not told has no record of its own
      action: said.action,
      originalTrigger:
        said.original ?? cancelled ?? (said.action === 'update' && trigger !== 'Z99' ? trigger : undefined),
    },
    occurredAt: readTimestamp(first(evn, 6), 'EVN-6', warnings)?.at ?? zbeAt ?? base.recordedAt,
    effectiveAt: readTimestamp(first(pv1, isDischarge ? 45 : 44), `PV1-${isDischarge ? 45 : 44}`, warnings)?.at,
    ...planned,
    // A25 often repeats the date that it takes back: keeping it would plan the discharge again.
    ...(trigger === 'A25' && planned.expectedDischarge !== 'erased' ? { expectedDischarge: undefined } : {}),
    died: said.action !== 'cancel' && said.died, // a cancelled death may still be written in PV1-41
  };
  if (type === 'movement-updated' && what !== type && trigger !== 'Z99') return { ...intent, updates: what };
  if (cancelled === undefined || type !== 'movement-cancelled') return intent;
  const original = TRIGGERS.get(cancelled)?.type ?? 'unknown';
  return { ...intent, cancels: typeOf(cancelled, original, { ...said, action: 'insert' }, undefined) };
}

function typeOf(trigger: string, usual: StayIntentType, said: Said, disposition: string | undefined): StayIntentType {
  if (said.action === 'cancel' && usual !== 'movement-updated') return 'movement-cancelled';
  if (said.action === 'update') return 'movement-updated';
  switch (trigger) {
    case 'A01':
    case 'A04': // the class decides: outpatient software sends A04 for admissions, emergency software A01
      return said.class === 'E' ? 'emergency-arrived' : 'admitted';
    case 'A02':
      return said.bed ? 'bed-moved' : 'transferred';
    case 'A03':
      if (said.died) return 'died';
      return disposition?.toUpperCase() === 'PSA' ? 'left-without-being-seen' : 'discharged';
    default:
      return usual;
  }
}

/** PAM.fr §5: CANCEL comes with a cancelling trigger (or A06/A07), and only then; Z99 is never a cancel. */
function contradicts(trigger: string, rule: Trigger, action: Movement['action']): string | undefined {
  const detail = (what: string): string =>
    `${trigger} ${what} in ZBE-4: one of the two is wrong, correct the sender, then replay`;
  if (rule.cancels !== undefined && action !== 'cancel') return detail('needs CANCEL');
  const mayCancel = rule.cancels !== undefined || ['A06', 'A07'].includes(trigger);
  return !mayCancel && action === 'cancel' ? detail('cannot come with CANCEL') : undefined;
}

/** Identity first, then the data of the visit without any movement; the planned dates belong to the second alone. */
function asA31AndZ99(base: StayIntent): StayIntent[] {
  const identity: StayIntent = { ...base, expectedAdmission: undefined, expectedDischarge: undefined };
  if (base.visit === undefined) return [identity];
  return [identity, { ...base, type: 'movement-updated', movement: { ...base.movement, action: 'update' } }];
}

/**
 * A47: another INS is named for a qualified identity (changed, even where its key fails and nothing is kept), or none is
 * (removed). Either way the one that was known goes. An IPP that changes needs a human.
 */
function identityIntent(message: Message, base: StayIntent, trigger: string, warnings: string[]): StayIntent {
  const movesSomething = base.type === 'patients-merged' || base.type === 'stay-moved';
  if (trigger !== 'A47') return movesSomething ? { ...base, from: readPrior(message, warnings) } : base;
  const from = readPrior(message, []);
  if (from.ipp !== undefined && from.ipp !== base.patient.ipp) return { ...base, type: 'patients-merged', from };
  const named = repetitions(segment(message, 'PID'), 3).some((one) => isIns(one) && part(one, 1) !== undefined);
  return { ...base, type: named && base.patient.reliability.includes('VALI') ? 'ins-changed' : 'ins-removed' };
}

function unreadable(reason: Unreadable['reason'], place: string, detail: string): { problem: Unreadable } {
  return { problem: { verdict: 'quarantined', reason, place, detail } };
}
