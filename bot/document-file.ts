/**
 * A document as an encrypted file of the room: its bytes leave the store for the homeserver's media, encrypted on the way,
 * and are erased from the store once the event is sent (store/attachments.ts). The message before it names it in words.
 */
import type { OutboxItem, Store } from '../care/relay/ports.ts';
import { type Transport, TransportFailure } from '../care/relay/transport.ts';
import { fileName, fileNotGiven } from '../config/texts/documents.ts';
import { contentOf, DELIVERY_ID, DELIVERY_SEQ, type Placement, relation } from './announce.ts';

/** What the door takes at most, decoded. */
const MOST_BYTES = 4 * 1024 * 1024;

type Attachment = { mediaType: string; ending: string; base64: string };

/**
 * @returns undefined for a delivery that is no file; a sentence instead of the file when it was withdrawn meanwhile, or is
 *   larger than the homeserver takes
 * @throws TransportFailure when the homeserver cannot be asked now
 */
export async function fileContent(
  { store, transport }: { store: Pick<Store, 'files'>; transport: Pick<Transport, 'upload'> },
  item: OutboxItem,
  place: Placement,
): Promise<Record<string, unknown> | undefined> {
  const { announcement } = item;
  if (announcement.kind !== 'document-file') return undefined;
  const stored = await store.files.load<Attachment | 'withdrawn'>('attachment', announcement.attachment);
  if (!stored || stored.state === 'withdrawn') return contentOf(item, fileNotGiven('withdrawn'), place);
  const { mediaType, ending, base64 } = stored.state;
  try {
    // Each try makes a new file with a new key: of the events of one transaction only one stands, with its own file.
    const { file, size } = await transport.upload(pieces(Buffer.from(base64, 'base64')), MOST_BYTES);
    return {
      msgtype: mediaType.startsWith('image/') ? 'm.image' : 'm.file',
      body: fileName(announcement.news, ending),
      filename: fileName(announcement.news, ending),
      file,
      info: { mimetype: mediaType, size },
      'm.mentions': {},
      ...relation(place),
      [DELIVERY_ID]: item.deliveryId,
      [DELIVERY_SEQ]: item.seq,
    };
  } catch (error) {
    if (error instanceof TransportFailure && error.kind === 'message')
      return contentOf(item, fileNotGiven('too-large'), place);
    throw error;
  }
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
