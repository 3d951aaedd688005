/**
 * From a delivery to what a client shows. Most announcements carry all they say; the status card and the summary are
 * rendered from the files at the moment of sending, so that they are never stale.
 */
import type { Announcement } from '../care/relay/announcement.ts';
import type { OutboxItem, Store } from '../care/relay/ports.ts';
import type { Message } from '../care/relay/message.ts';
import { roomRef } from '../care/relay/room.ts';
import type { Patient, Stay } from '../care/stay/stay.ts';
import { sayAnswer } from '../commands/table.ts';
import { patientSummary, stayCard, stayFact } from '../config/texts/stays.ts';
import { refusal, tooOld, unknownWord } from '../config/texts/refusals.ts';
import { cannotRead, roomClosed, roomTrouble, welcome } from '../config/texts/rooms.ts';
import { corrected, deskNote, notMine, proposalNews } from '../config/texts/identity.ts';
import { documentNews, letterNews } from '../config/texts/documents.ts';
import { traceNews } from '../config/texts/report.ts';
import { requestNews } from '../config/texts/requests.ts';
import { formText } from '../config/texts/forms.ts';
import { fit, type Fitted } from './fitting.ts';

/** Relations of the event to earlier ones. */
export type Placement = {
  /** Event id of the thread's root; undefined when this event opens the thread, or stands alone. */
  threadRoot: string | undefined;
  replyTo: string | undefined;
};

/** Where the opaque delivery id and its place in the room's lane travel, inside the encrypted content: a reader can check. */
export const DELIVERY_ID = 'fr.relais.delivery';
export const DELIVERY_SEQ = 'fr.relais.seq';

/** @param room ref where it is said. @returns the words; throws when a file that it needs is gone */
export async function render(
  files: Store['files'],
  announcement: Announcement,
  now: number,
  room: string,
): Promise<Message> {
  switch (announcement.kind) {
    case 'stay-card': {
      const stay = await needed<Stay>(files, 'stay', announcement.stayId);
      // The stay has gone to another patient since: never their name in this room (invariant 6).
      if (roomRef.patient(stay.patientId) !== room) throw new Error('the stay is another patient’s now');
      return stayCard(stay, await needed<Patient>(files, 'patient', stay.patientId), now);
    }
    case 'stay-fact':
      return stayFact(announcement.fact, announcement.patient, announcement.late, now);
    case 'document':
      return documentNews(announcement.news, announcement.patient, now);
    case 'letter':
      return letterNews(announcement.what, announcement.stay, announcement.patient, now);
    case 'patient-summary': {
      const patient = await needed<Patient>(files, 'patient', announcement.patientId);
      const stays = await Promise.all(patient.stays.map((id) => needed<Stay>(files, 'stay', id)));
      const sayable = stays.filter((stay) => !stay.protected);
      return patientSummary(patient, sayable, now, announcement.regrouped);
    }
    case 'request':
      return requestNews(announcement.audience, announcement.news, now);
    case 'form':
      return formText(announcement.news);
    case 'trace':
      return traceNews(announcement.news);
    case 'document-file':
    case 'form-file':
    case 'report-file':
    case 'chart-file':
      throw new Error('a file has no words (file-delivery.ts)');
    case 'answer':
      return sayAnswer(announcement.command, announcement.result, now);
    case 'refusal':
      return refusal(announcement.refusal);
    case 'unknown-word':
      return unknownWord(announcement.word, announcement.nearest);
    case 'welcome':
      return welcome(announcement.name);
    case 'cannot-read':
      return cannotRead();
    case 'too-old':
      return tooOld();
    case 'room-closed':
      return roomClosed(announcement.days);
    case 'room-trouble':
      return roomTrouble(announcement.trouble);
    case 'proposal':
      return proposalNews(announcement.news);
    case 'desk-note':
      return deskNote(announcement.note);
    case 'corrected':
      return corrected(announcement.what);
    case 'not-mine':
      return notMine(announcement.code);
    default:
      return announcement satisfies never;
  }
}

/**
 * The `m.room.message` content. Who is rung is mentioned and gets `m.text`; the rest is `m.notice`, which rings nobody
 * (Matrix spec, m.mentions: present and empty means that no one is).
 */
export function contentOf(
  item: Pick<OutboxItem, 'deliveryId' | 'seq' | 'ring' | 'announcement'>,
  said: Message,
  place: Placement,
): Record<string, unknown> {
  return fit(said, (words) => worded(item, words, place));
}

function worded(
  item: Pick<OutboxItem, 'deliveryId' | 'seq' | 'ring' | 'announcement'>,
  { plain, html }: Fitted,
  place: Placement,
): Record<string, unknown> {
  const body = {
    msgtype: item.ring.length > 0 ? 'm.text' : 'm.notice',
    body: plain,
    ...(html === undefined ? {} : { format: 'org.matrix.custom.html', formatted_body: html }),
    'm.mentions': item.ring.length > 0 ? { user_ids: item.ring } : {},
  };
  const marks = { [DELIVERY_ID]: item.deliveryId, [DELIVERY_SEQ]: item.seq };
  if (item.announcement.kind === 'stay-card' && place.threadRoot) {
    return {
      ...body,
      body: `* ${plain}`,
      ...(html === undefined ? {} : { formatted_body: `* ${html}` }),
      'm.new_content': body,
      'm.relates_to': { rel_type: 'm.replace', event_id: place.threadRoot },
      ...marks,
    };
  }
  return { ...body, ...relation(place), ...marks };
}

/** Where an event stands: in a thread, or as an answer. */
export function relation(place: Placement): Record<string, unknown> {
  const reply = place.replyTo ?? place.threadRoot;
  if (place.threadRoot) {
    return {
      'm.relates_to': {
        rel_type: 'm.thread',
        event_id: place.threadRoot,
        is_falling_back: place.replyTo === undefined,
        'm.in_reply_to': { event_id: reply },
      },
    };
  }
  return reply ? { 'm.relates_to': { 'm.in_reply_to': { event_id: reply } } } : {};
}

async function needed<S>(files: Store['files'], kind: 'stay' | 'patient', id: string): Promise<S> {
  const file = await files.load<S>(kind, id);
  if (!file) throw new Error(`${kind} ${id} is gone`);
  return file.state;
}
