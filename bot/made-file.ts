/**
 * A file that Relais makes itself, at the moment of sending: a report (PDF), a picture of figures (PNG). Its bytes are kept
 * nowhere: the sealed announcement makes the same ones again.
 */
import type { Announcement } from '../care/relay/announcement.ts';
import { fileTooLarge, reportFileName } from '../config/texts/report.ts';
import { chartFileName } from '../config/texts/statistics.ts';
import { chartPicture } from './activity-chart.ts';
import type { FileSource } from './file-delivery.ts';
import { png } from './picture.ts';
import { reportPdf } from './report-pdf.ts';

export async function reportFile(
  report: Extract<Announcement, { kind: 'report-file' }>['report'],
): Promise<FileSource> {
  const bytes = await reportPdf(report);
  return { name: reportFileName(report.code), mime: 'application/pdf', bytes, tooLarge: fileTooLarge() };
}

export async function chartFile(chart: Extract<Announcement, { kind: 'chart-file' }>['chart']): Promise<FileSource> {
  const { svg, width, height } = chartPicture(chart);
  const bytes = await png(svg, width);
  const dimensions = { w: width, h: height };
  return { name: chartFileName(), mime: 'image/png', bytes, dimensions, tooLarge: fileTooLarge() };
}
