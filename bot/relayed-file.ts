/**
 * A photo or a file that somebody gave in a form, posted again in the request's room: the same encrypted file under its own
 * key, in its original quality. Nothing of it passes through Relais but the event that describes it.
 */
import type { Announcement } from '../care/relay/announcement.ts';
import type { Store } from '../care/relay/ports.ts';
import type { FileSource } from './file-delivery.ts';

/** What is kept of the event that brought it: `m.image` or `m.file`, its name, its encrypted file. */
type GivenFile = { msgtype: string; body: string; file: unknown; info: unknown };

/** @throws when the file is gone */
export async function relayedFile(
  files: Store['files'],
  { file: id, name }: Extract<Announcement, { kind: 'form-file' }>,
): Promise<FileSource> {
  const stored = await files.load<GivenFile>('form-file', id);
  if (!stored) throw new Error(`form-file ${id} is gone`);
  const { msgtype, body, file, info } = stored.state;
  // As the request calls it: an anonymous asker's file has a name of its own.
  return { name: name ?? body, msgtype, file, info };
}
