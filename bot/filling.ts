/** A form that is open in somebody's direct room: what they type or send there answers its question. */
import { emptyDecision } from '../care/relay/decision.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import { refuse } from '../care/relay/refusal.ts';
import type { Person } from '../care/people/person.ts';
import { type Conversation, conversationId, fresh } from '../care/people/conversation.ts';
import type { Draft } from '../care/request/draft.ts';
import { decideSaid, type FormSaid, openDraft } from '../care/request/drafting.ts';
import { urgentWords } from '../care/request/pathway.ts';
import { looksUrgent } from '../config/texts/urgent.ts';
import { parse } from '../commands/parse.ts';
import { readFormWords } from '../commands/form-words.ts';
import type { DispatchPorts } from './dispatch-ports.ts';
import { type Back, commit, isRefusal, refused, settled } from './ending.ts';

/** What a form takes; larger recordings travel by another way (MISSION). */
export const MOST_BYTES = 25 * 1024 * 1024;

/** A command is a command even while a form is open, if its sign says so. */
const SIGN = /^\s*(?:\/|!|@)/;

/** @returns false when this is no answer to an open form, and nothing was done */
export async function filled(
  ports: DispatchPorts,
  envelope: Envelope,
  person: Person,
  back: Back,
  content: Record<string, unknown>,
): Promise<boolean> {
  const body = typeof content['body'] === 'string' ? content['body'] : '';
  const isFile = content['msgtype'] === 'm.image' || content['msgtype'] === 'm.file';
  if (!isFile && (content['msgtype'] !== 'm.text' || SIGN.test(body))) return false;
  const open = await openDraft(ports.store, person);
  if (!open || (!isFile && (await answersLater(ports, open.state, person, back.room, body)))) return false;
  const file = isFile ? fileIn(ports.ids.next(), content, body) : undefined;
  await commit(ports, envelope, person.id, async () => {
    const now = ports.clocks.civil();
    const draft = await openDraft(ports.store, person);
    if (!draft) return { ...emptyDecision(), settle: settled(envelope, 'muted', 'not-for-us') };
    if (file === 'size' || file === 'unreadable')
      return refused(back, refuse('file-refused', { why: file, most: MOST_BYTES / 1024 / 1024 }));
    const { purpose } = draft.state;
    const signs = purpose.do === 'ask' ? urgentWords(purpose.pathway) : [];
    const heard = {
      said: file ?? readFormWords(draft.state, body, now),
      typed: isFile ? '' : body,
      isUrgent: (text: string) => looksUrgent(text, signs),
    };
    const decided = await decideSaid(ports, draft, heard, person, now);
    return isRefusal(decided)
      ? refused(back, decided)
      : { ...decided, settle: settled(envelope, 'posted', 'answered') };
  });
  return true;
}

/** « oui », « 2 » or « suite » answers what was shown last: a place that is kept, a list, rather than the form under it. */
async function answersLater(
  { store, clocks, names }: DispatchPorts,
  { askedAt, startedAt }: Draft,
  person: Person,
  room: string,
  body: string,
): Promise<boolean> {
  const file = await store.files.load<Conversation>('conversation', conversationId(room, person.id));
  const shown = fresh(file, clocks.civil());
  return shown !== undefined && shown.at > (askedAt ?? startedAt) && parse(body, true, names, []).kind === 'follow';
}

function fileIn(id: string, content: Record<string, unknown>, body: string): FormSaid | 'size' | 'unreadable' {
  const { file, msgtype, filename } = content;
  const info = (content['info'] ?? {}) as { mimetype?: unknown; size?: unknown };
  // Without its own key it was sent in clear to the media store: not in this house.
  if (typeof file !== 'object' || file === null) return 'unreadable';
  const size = typeof info.size === 'number' ? info.size : 0;
  if (size > MOST_BYTES) return 'size';
  const mime = typeof info.mimetype === 'string' ? info.mimetype : 'application/octet-stream';
  const name = (typeof filename === 'string' ? filename : body).slice(0, 120) || 'fichier';
  return {
    do: 'file',
    attachment: { id, name, mime, size },
    content: { msgtype, body: name, file, info },
  };
}
