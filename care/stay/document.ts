/**
 * A document of a hospital through the corridor: to the patient whom the hospital names, by (facility, IPP) and the stay, by
 * the same rules as a movement. The message that brought it is emptied in any case: a document is not kept here.
 */
import type { NewDelivery } from '../relay/decision.ts';
import type { StoredFile } from '../relay/ports.ts';
import { roomRef } from '../relay/room.ts';
import type { Person } from '../people/person.ts';
import type { StayPorts } from './case.ts';
import { endingOf, handlingOf, LETTER } from './document-policy.ts';
import type { DocumentNews } from './document-news.ts';
import type { StayIntent, ToldDocument } from './intent.ts';
import { letterReceived } from './letter.ts';
import { isSomebodyElse, newPatient, patientView, withIdentity } from './patient.ts';
import type { NamedPatient } from '../identity/people-of.ts';
import { rung } from './ringing.ts';
import type { Patient, Stay } from './stay.ts';
import type { Turn } from './turn.ts';
import { sayableUnit, type SourcePolicy, type Verdict } from './verdict.ts';

type DocumentFile = {
  state: 'current' | 'replaced' | 'withdrawn';
  type: string | undefined;
  /** A room was told of it. */
  said: boolean;
  /** File `attachment` that may still wait to be sent. */
  attachment: string | undefined;
};

/** A letter that names no stay belongs to the one that ended at most so long ago. */
const RECENT_MS = 60 * 86_400_000;

/**
 * Fills the decision with everything but the room and the patient's file.
 * @returns the verdict, and what is to be said in the patient's room when somebody is there to read it
 */
export async function decideDocument(
  ports: StayPorts,
  turn: Turn,
  policy: SourcePolicy,
  { id: patientId, file: known }: NamedPatient,
  team: Person[],
): Promise<{ verdict: Verdict; deliveries: NewDelivery[] }> {
  const { intent, decision } = turn;
  const told = intent.document;
  const ended = (outcome: Verdict['outcome'], reason: Verdict['reason']): { verdict: Verdict; deliveries: [] } => ({
    verdict: { outcome, reason },
    deliveries: [],
  });
  if (told === undefined) return ended('muted', 'document-only');
  if (known && isSomebodyElse(known.state, intent.patient)) return ended('quarantined', 'merge-needs-human');
  const stays = await staysOf(ports, known?.state);
  const stay = await theStay(ports, intent, stays, turn.now);
  if (stay && stay.state.patientId !== patientId) return ended('quarantined', 'merge-needs-human');
  const silenced = [...(stay ? [stay] : []), ...stays].find((one) => one.state.protected !== undefined);
  if (silenced && (silenced === stay || stay === undefined || isOfThePatient(silenced.state)))
    return ended('blocked', silenced.state.protected ?? 'protected-visit');

  const files = await load(ports, intent.facility, told);
  const change = changeOf(told, files.own?.state, files.former?.state);
  if (change === 'known') return ended('muted', 'duplicate-fact');
  decision.facts.push(turn.fact);
  const said = handlingOf(policy.documents, told.type) !== 'none';
  const wanted = said && team.length > 0;
  const news = newsOf(ports, turn, policy, told, change);
  const ending = wanted && change !== 'withdrawn' && news.file === 'follows' ? endingOf(told.content) : undefined;
  const attachment = ending === undefined ? undefined : `${files.id}|${turn.envelope.id}`;
  if (attachment !== undefined && told.content) {
    const { mediaType, bytes } = told.content;
    const state = { mediaType, ending, base64: base64(bytes) };
    decision.files.push({ kind: 'attachment', id: attachment, version: 0, state });
  }
  const before = [files.own, files.former].filter((one) => one !== undefined);
  for (const { id, version, state } of before.filter(({ id }) => id !== files.id))
    decision.files.push({
      kind: 'document',
      id,
      version,
      state: { ...state, state: change === 'withdrawn' ? 'withdrawn' : 'replaced' },
    });
  const wasSaid = before.some(({ state }) => state.said && state.state === 'current');
  const state: DocumentFile = {
    state: change === 'withdrawn' ? 'withdrawn' : 'current',
    type: told.type,
    said: wanted && (change !== 'withdrawn' || wasSaid),
    attachment,
  };
  decision.files.push({ kind: 'document', id: files.id, version: files.own?.version ?? 0, state });
  for (const { state: former } of before) await eraseUnsent(ports, turn, former.attachment);

  if (told.type === LETTER && stay)
    await letterReceived(
      ports,
      decision,
      stay.state,
      change === 'withdrawn' ? 'withdrawn' : (intent.recordedAt ?? turn.now),
      'document',
      turn.now,
    );
  if (!said) return ended('muted', 'document-only');
  if (change === 'withdrawn' && !wasSaid) return ended('muted', 'recorded');
  if (team.length === 0) return ended('muted', 'no-team');
  const view = patientView(
    withIdentity(known?.state ?? newPatient(patientId, intent.facility, intent.patient.ipp ?? ''), intent.patient),
  );
  const room = roomRef.patient(patientId);
  const thread = stay === undefined ? {} : { thread: `stay:${stay.id}` };
  const ring = rung(ports.ringing, told.type === LETTER ? 'letter' : 'document', team);
  const deliveries: NewDelivery[] = [
    {
      room,
      ...thread,
      ring,
      announcement: {
        kind: 'document',
        news: { ...news, what: wasSaid || change === 'withdrawn' ? change : 'new' },
        patient: view,
      },
    },
    ...(attachment === undefined
      ? []
      : [{ room, ...thread, ring: [], announcement: { kind: 'document-file' as const, attachment, news } }]),
  ];
  return { verdict: { outcome: 'posted', reason: change === 'withdrawn' ? 'retracted' : 'announced' }, deliveries };
}

/**
 * Document senders often know the INS and the stay, and no IPP (the ANS examples do so). Both together name one patient: the
 * stay's, when their qualified INS is the very same. Never the INS alone, never a name.
 */
export async function withOwner(ports: StayPorts, intent: StayIntent): Promise<StayIntent> {
  const { facility, visit, patient } = intent;
  if (intent.document === undefined || patient.ipp !== undefined || patient.ins === undefined || visit === undefined)
    return intent;
  const stay = await ports.store.files.load<Stay>('stay', ports.sealer.blind(`stay|${facility}|${visit}`));
  const owner = stay && (await ports.store.files.load<Patient>('patient', stay.state.patientId));
  return owner?.state.ins === patient.ins ? { ...intent, patient: { ...patient, ipp: owner.state.ipp } } : intent;
}

type Change = DocumentNews['what'];

/** Own number and the former one's: a correction may keep its number, a deletion may have a new one. */
function changeOf(
  told: ToldDocument,
  own: DocumentFile | undefined,
  former: DocumentFile | undefined,
): Change | 'known' {
  if (own?.state === 'withdrawn' || (own?.state === 'replaced' && told.action !== 'delete')) return 'known';
  if (told.action === 'delete') return 'withdrawn';
  if (own !== undefined) return told.action === 'replace' && told.replaces === undefined ? 'replaces' : 'known';
  return told.action === 'replace' || former !== undefined ? 'replaces' : 'new';
}

async function load(
  ports: StayPorts,
  facility: string,
  told: ToldDocument,
): Promise<{ id: string; own: StoredFile<DocumentFile> | undefined; former: StoredFile<DocumentFile> | undefined }> {
  const idOf = (number: string): string => ports.sealer.blind(`document|${facility}|${number}`);
  const id = idOf(told.id);
  const own = await ports.store.files.load<DocumentFile>('document', id);
  const former =
    told.replaces === undefined
      ? undefined
      : await ports.store.files.load<DocumentFile>('document', idOf(told.replaces));
  return { id, own, former };
}

function newsOf(ports: StayPorts, turn: Turn, policy: SourcePolicy, told: ToldDocument, change: Change): DocumentNews {
  const { intent } = turn;
  const attached = handlingOf(policy.documents, told.type) === 'attachment' && told.content !== undefined;
  return {
    what: change,
    type: told.type,
    createdAt: told.createdAt,
    facility: policy.name ?? intent.facility,
    unit: sayableUnit(intent, policy),
    sentTo: told.sentTo,
    file: !attached ? 'elsewhere' : endingOf(told.content) === undefined ? 'unreadable' : 'follows',
  };
}

/** What was replaced or withdrawn before it was sent must not be sent any more. */
async function eraseUnsent(ports: StayPorts, { decision }: Turn, attachment: string | undefined): Promise<void> {
  if (attachment === undefined) return;
  const file = await ports.store.files.load('attachment', attachment);
  if (file) decision.files.push({ kind: 'attachment', id: file.id, version: file.version, state: 'withdrawn' });
}

async function staysOf(ports: StayPorts, patient: Patient | undefined): Promise<StoredFile<Stay>[]> {
  const found = await Promise.all((patient?.stays ?? []).map((id) => ports.store.files.load<Stay>('stay', id)));
  return found.filter((one) => one !== undefined);
}

/** The stay that it names; without a name, the only one that is under way or ended lately. */
async function theStay(
  ports: StayPorts,
  { facility, visit, account }: StayIntent,
  stays: readonly StoredFile<Stay>[],
  now: number,
): Promise<StoredFile<Stay> | undefined> {
  if (visit !== undefined) {
    const named = await ports.store.files.load<Stay>('stay', ports.sealer.blind(`stay|${facility}|${visit}`));
    // The dossier alone (PID-18) is the stay of that dossier, when there is only one.
    const same = stays.filter(({ state }) => visit === account && state.account === account);
    return named ?? (same.length === 1 ? same[0] : undefined);
  }
  const recent = stays.filter(({ state }) => {
    if (state.status === 'present' || state.status === 'on-leave') return true;
    return state.status === 'left' && now - (state.dischargedAt ?? 0) < RECENT_MS;
  });
  return recent.length === 1 ? recent[0] : undefined;
}

function isOfThePatient(stay: Stay): boolean {
  return ['protected-patient', 'vip', 'anonymous'].includes(stay.protected ?? '');
}

/** In pieces: a call with millions of arguments would not end well. */
function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}
