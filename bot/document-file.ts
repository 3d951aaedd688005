/**
 * A document as an encrypted file of the room: its bytes leave the store for the homeserver's media, encrypted on the way,
 * and are erased from the store once the event is sent (store/attachments.ts). The message before it names it in words.
 */
import type { Announcement } from '../care/relay/announcement.ts';
import type { Store } from '../care/relay/ports.ts';
import { fileName, fileNotGiven } from '../config/texts/documents.ts';
import type { FileSource } from './file-delivery.ts';

type Attachment = { mediaType: string; ending: string; base64: string };

/** @returns words instead of the file when it was withdrawn meanwhile */
export async function documentFile(
  files: Store['files'],
  { attachment, news }: Extract<Announcement, { kind: 'document-file' }>,
): Promise<FileSource> {
  const stored = await files.load<Attachment | 'withdrawn'>('attachment', attachment);
  if (!stored || stored.state === 'withdrawn') return { words: fileNotGiven('withdrawn') };
  const { mediaType, ending, base64 } = stored.state;
  const bytes = Buffer.from(base64, 'base64');
  return { name: fileName(news, ending), mime: mediaType, bytes, tooLarge: fileNotGiven('too-large') };
}
