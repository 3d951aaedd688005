/**
 * A file that Relais makes itself, at the moment of sending: a report (PDF), a picture of figures (PNG). Its bytes are kept
 * nowhere: they leave encrypted for the homeserver's media, and the sealed announcement makes the same ones again.
 */
import type { OutboxItem } from '../care/relay/ports.ts';
import { type Transport, TransportFailure } from '../care/relay/transport.ts';
import { fileTooLarge, reportFileName } from '../config/texts/report.ts';
import { chartFileName } from '../config/texts/statistics.ts';
import { chartPicture } from './activity-chart.ts';
import { contentOf, DELIVERY_ID, DELIVERY_SEQ, type Placement, relation } from './announce.ts';
import { png } from './picture.ts';
import { reportPdf } from './report-pdf.ts';

/** Ours are some hundred kB: more than that is a bug, which the room reads as a sentence. */
const MOST_BYTES = 4 * 1024 * 1024;

type Made = { name: string; mime: string; bytes: Uint8Array; size?: { w: number; h: number } };

/**
 * @returns undefined for a delivery that is no such file; a sentence instead of a file larger than the homeserver takes
 * @throws TransportFailure when the homeserver cannot be asked now
 */
export async function madeFile(
  transport: Pick<Transport, 'upload'>,
  item: OutboxItem,
  place: Placement,
): Promise<Record<string, unknown> | undefined> {
  const made = await make(item.announcement);
  if (!made) return undefined;
  try {
    const { file, size } = await transport.upload(pieces(made.bytes), MOST_BYTES);
    return {
      msgtype: made.mime.startsWith('image/') ? 'm.image' : 'm.file',
      body: made.name,
      filename: made.name,
      file,
      info: { mimetype: made.mime, size, ...made.size },
      'm.mentions': {},
      ...relation(place),
      [DELIVERY_ID]: item.deliveryId,
      [DELIVERY_SEQ]: item.seq,
    };
  } catch (error) {
    if (error instanceof TransportFailure && error.kind === 'message') return contentOf(item, fileTooLarge(), place);
    throw error;
  }
}

async function make(announcement: OutboxItem['announcement']): Promise<Made | undefined> {
  if (announcement.kind === 'report-file') {
    const { report } = announcement;
    return { name: reportFileName(report.code), mime: 'application/pdf', bytes: await reportPdf(report) };
  }
  if (announcement.kind !== 'chart-file') return undefined;
  const { svg, width, height } = chartPicture(announcement.chart);
  const drawn = await png(svg, width);
  return { name: chartFileName(), mime: 'image/png', bytes: drawn, size: { w: width, h: height } };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
