/**
 * A photo or a file that somebody gave in a form, posted again in the request's room: the same encrypted file under its own
 * key, in its original quality. Nothing of it passes through Relais but the event that describes it.
 */
import type { OutboxItem, Store } from '../care/relay/ports.ts';
import { DELIVERY_ID, DELIVERY_SEQ, type Placement, relation } from './announce.ts';

/** What is kept of the event that brought it: `m.image` or `m.file`, its name, its encrypted file. */
type GivenFile = { msgtype: string; body: string; file: unknown; info: unknown };

/** @returns undefined for a delivery that is no such file. @throws when the file is gone */
export async function relayedFile(
  files: Store['files'],
  item: OutboxItem,
  place: Placement,
): Promise<Record<string, unknown> | undefined> {
  const { announcement } = item;
  if (announcement.kind !== 'form-file') return undefined;
  const stored = await files.load<GivenFile>('form-file', announcement.file);
  if (!stored) throw new Error(`form-file ${announcement.file} is gone`);
  const { msgtype, body: given, file, info } = stored.state;
  // As the request calls it: an anonymous asker's file has a name of its own.
  const body = announcement.name ?? given;
  return {
    msgtype,
    body,
    filename: body,
    file,
    info,
    'm.mentions': {},
    ...relation(place),
    [DELIVERY_ID]: item.deliveryId,
    [DELIVERY_SEQ]: item.seq,
  };
}
