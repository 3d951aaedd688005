/**
 * A delivery that is a file rather than words: one event shape and one way out for all of them. Where the bytes come from is
 * each one's own affair: a hospital's document (document-file.ts), a file of a form (relayed-file.ts), what Relais makes
 * itself (made-file.ts).
 */
import type { Message } from '../care/relay/message.ts';
import type { OutboxItem, Store } from '../care/relay/ports.ts';
import { type Transport, TransportFailure } from '../care/relay/transport.ts';
import { contentOf, DELIVERY_ID, DELIVERY_SEQ, type Placement, relation } from './announce.ts';
import { documentFile } from './document-file.ts';
import { chartFile, reportFile } from './made-file.ts';
import { relayedFile } from './relayed-file.ts';

export type FileSource =
  /** To be encrypted and uploaded; `tooLarge` is said when the homeserver does not take so much. `most`: bytes, when not ours. */
  | {
      name: string;
      mime: string;
      bytes: Uint8Array;
      dimensions?: { w: number; h: number };
      most?: number;
      tooLarge: Message;
    }
  /** Encrypted and there already, as the event that brought it described it. */
  | { name: string; msgtype: string; file: unknown; info: unknown }
  /** There is no file any more: a sentence in its place. */
  | { words: Message };

/** Documents are limited at the door, and ours are some hundred kB. */
const MOST_BYTES = 4 * 1024 * 1024;

type FilePorts = { store: { files: Store['files'] }; transport: Pick<Transport, 'upload' | 'download'> };

/**
 * @returns the event's content; undefined for a delivery of words
 * @throws TransportFailure when the homeserver cannot be asked now; when a file that it needs is gone
 */
export async function fileContent(
  { store, transport }: FilePorts,
  item: OutboxItem,
  place: Placement,
): Promise<Record<string, unknown> | undefined> {
  const source = await sourceOf({ store, transport }, item.announcement);
  if (!source) return undefined;
  if ('words' in source) return contentOf(item, source.words, place);
  if ('file' in source) return fileEvent(item, place, source);
  const { name, mime, bytes, dimensions } = source;
  try {
    // Each try makes a new file with a new key: of the events of one transaction only one stands, with its own file.
    const { file, size } = await transport.upload(inOnePiece(bytes), source.most ?? MOST_BYTES);
    const msgtype = mime.startsWith('image/') ? 'm.image' : 'm.file';
    return fileEvent(item, place, { name, msgtype, file, info: { mimetype: mime, size, ...dimensions } });
  } catch (error) {
    if (error instanceof TransportFailure && error.kind === 'message') return contentOf(item, source.tooLarge, place);
    throw error;
  }
}

async function sourceOf(
  { store, transport }: FilePorts,
  announcement: OutboxItem['announcement'],
): Promise<FileSource | undefined> {
  switch (announcement.kind) {
    case 'document-file':
      return documentFile(store.files, announcement);
    case 'form-file':
      return relayedFile({ store, transport }, announcement);
    case 'report-file':
      return reportFile(announcement.report);
    case 'chart-file':
      return chartFile(announcement.chart);
    default:
      return undefined;
  }
}

function fileEvent(
  item: OutboxItem,
  place: Placement,
  { name, msgtype, file, info }: Extract<FileSource, { file: unknown }>,
): Record<string, unknown> {
  return {
    msgtype,
    body: name,
    filename: name,
    file,
    info,
    'm.mentions': {},
    ...relation(place),
    [DELIVERY_ID]: item.deliveryId,
    [DELIVERY_SEQ]: item.seq,
  };
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
