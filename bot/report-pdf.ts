/**
 * A report as a PDF, A4: the only door of pdfkit. The same data make the same bytes (dates are given, fonts are embedded), so
 * that a sending that is tried again sends the same file.
 */
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import type { RequestReport } from '../care/request/report.ts';
import { reportPage, type ReportPage } from '../config/texts/report.ts';

const require = createRequire(import.meta.url);
/** The standard fonts of PDF lack letters that names have (ș, ő, ł); these have them all. */
const FONT = require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
const BOLD = require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf');

const INK = '#1c2733';
const SOFT = '#5b6b7a';
const ACCENT = '#0f6674';
const RULE = '#cfd8de';
const MARGIN = 56;
const LABEL = 138;
const GAP = 14;

/** Times of Paris. @returns the file; the same report gives the same bytes */
export function reportPdf(report: RequestReport): Promise<Uint8Array> {
  const page = reportPage(report);
  const made = new Date(report.at);
  const doc = new PDFDocument({
    size: 'A4',
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: 72 },
    bufferPages: true,
    lang: 'fr-FR',
    displayTitle: true,
    // No name here: a reader shows it in a list of files.
    info: {
      Title: `${page.title} ${page.code}`,
      Producer: 'Relais',
      Creator: 'Relais',
      CreationDate: made,
      ModDate: made,
    },
  });
  const chunks: Uint8Array[] = [];
  const done = new Promise<Uint8Array>((resolve, reject) => {
    doc.on('data', (chunk: Uint8Array) => void chunks.push(chunk));
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
  doc.registerFont('plain', FONT).registerFont('bold', BOLD);
  head(doc, page);
  for (const section of page.sections) write(doc, section);
  doc
    .moveDown(1.2)
    .font('plain')
    .fontSize(8)
    .fillColor(SOFT)
    .text(page.note, MARGIN, doc.y, { width: widthOf(doc) });
  foot(doc, page);
  doc.end();
  return done;
}

function widthOf(doc: PDFKit.PDFDocument): number {
  return doc.page.width - 2 * MARGIN;
}

function head(doc: PDFKit.PDFDocument, { title, code, about }: ReportPage): void {
  const width = widthOf(doc);
  doc.rect(0, 0, doc.page.width, 6).fill(ACCENT);
  doc
    .font('bold')
    .fontSize(17)
    .fillColor(INK)
    .text(title, MARGIN, MARGIN - 6, { width: width - 90 });
  const below = doc.y;
  doc
    .font('bold')
    .fontSize(12)
    .fillColor(ACCENT)
    .text(code, MARGIN, MARGIN - 2, { width, align: 'right' });
  doc
    .font('plain')
    .fontSize(10.5)
    .fillColor(SOFT)
    .text(about, MARGIN, below + 3, { width });
  rule(doc, doc.y + 10);
  doc.y += 14;
}

function rule(doc: PDFKit.PDFDocument, y: number): void {
  doc
    .moveTo(MARGIN, y)
    .lineTo(doc.page.width - MARGIN, y)
    .lineWidth(0.7)
    .strokeColor(RULE)
    .stroke();
}

function write(doc: PDFKit.PDFDocument, { heading, rows }: ReportPage['sections'][number]): void {
  const width = widthOf(doc) - LABEL - GAP;
  doc.font('plain').fontSize(9.5);
  const first = rows[0];
  // A heading alone at the foot of a page helps nobody.
  room(doc, 40 + (first ? Math.min(doc.heightOfString(first.text, { width, lineGap: 2 }), 60) : 0));
  doc.y += 11;
  doc
    .font('bold')
    .fontSize(10.5)
    .fillColor(ACCENT)
    .text(heading, MARGIN, doc.y, { width: widthOf(doc) });
  doc.y += 4;
  for (const { label, text } of rows) {
    doc.font('plain').fontSize(9.5);
    const height = doc.heightOfString(text, { width, lineGap: 2 });
    room(doc, Math.min(height, 48));
    const y = doc.y;
    if (label !== undefined) doc.fillColor(SOFT).text(label, MARGIN, y, { width: LABEL, lineGap: 2 });
    const [labelEnd, labelPage] = [doc.y, doc.bufferedPageRange().count];
    doc.fillColor(INK).text(text, MARGIN + LABEL + GAP, y, { width, lineGap: 2 });
    if (doc.bufferedPageRange().count === labelPage) doc.y = Math.max(doc.y, label === undefined ? 0 : labelEnd);
    doc.y += 3;
  }
}

/** A new page unless so many points are left. */
function room(doc: PDFKit.PDFDocument, points: number): void {
  if (doc.y + points > doc.page.height - 72) {
    doc.addPage();
    doc.y = MARGIN;
  }
}

function foot(doc: PDFKit.PDFDocument, { code, foot: said }: ReportPage): void {
  const { start, count } = doc.bufferedPageRange();
  for (let n = start; n < start + count; n += 1) {
    doc.switchToPage(n);
    const y = doc.page.height - 46;
    doc.page.margins.bottom = 0; // written below the margin, without a page of its own
    rule(doc, y - 8);
    doc.font('plain').fontSize(7.5).fillColor(SOFT);
    doc.text(said, MARGIN, y, { width: widthOf(doc), lineBreak: false });
    doc.text(`${code} — page ${n + 1} sur ${count}`, MARGIN, y, { width: widthOf(doc), align: 'right' });
  }
}
