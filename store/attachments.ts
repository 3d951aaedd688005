/** The bytes of a document wait here for their delivery, sealed, and go with it: nothing of a document is kept once it is sent. */
import type { Announcement } from '../care/relay/announcement.ts';
import { openOr } from './damaged.ts';
import { openValue, type Db, type Ground } from './ground.ts';

/** In the commit that ends the delivery (sent, superseded or dropped). @param body sealed announcement of that delivery */
export async function eraseAttachment(ground: Ground, tx: Db, id: string, body: Uint8Array): Promise<void> {
  const open = (): { announcement: Announcement } =>
    openValue(ground.sealer, body, `outbox:${id}:body`) as { announcement: Announcement };
  const announcement = (await openOr(ground, tx, { what: 'outbox', row: id }, open))?.announcement;
  if (announcement?.kind !== 'document-file') return;
  await tx.deleteFrom('file').where('kind', '=', 'attachment').where('id', '=', announcement.attachment).execute();
}
