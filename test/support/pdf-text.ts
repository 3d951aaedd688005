import { constants, inflateSync } from 'node:zlib';

/**
 * The text of a PDF: glyph numbers are read back through each font's ToUnicode table, as a
 * reader does for copying. Enough for what pdfkit writes, and no more.
 */
export function pdfText(bytes: Uint8Array): { pages: number; text: string } {
  const file = Buffer.from(bytes).toString('latin1');
  const objects = new Map(
    [...file.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map((m) => [m[1] ?? '', m[2] ?? '']),
  );
  const streamOf = (id: string): string => {
    const [, head = '', body = ''] = /^([\s\S]*?)stream\r?\n([\s\S]*?)\r?\nendstream/.exec(objects.get(id) ?? '') ?? [];
    if (!head.includes('/FlateDecode')) return body;
    // Without its last byte when that one is a carriage return: only the checksum is there.
    const options = { finishFlush: constants.Z_SYNC_FLUSH };
    return inflateSync(Buffer.from(body, 'latin1'), options).toString('latin1');
  };
  const unicode = new Map<string, Map<string, string>>();
  for (const object of objects.values()) {
    const fonts = /\/Font\s*<<([\s\S]*?)>>/.exec(object)?.[1] ?? '';
    for (const [, name = '', id = ''] of fonts.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const map = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id) ?? '')?.[1];
      if (map) unicode.set(name, toUnicode(streamOf(map)));
    }
  }
  const pages = [...objects.values()].filter((object) => /\/Type \/Page\b/.test(object));
  const text = pages.map((page) => {
    let font = new Map<string, string>();
    const shown: string[] = [];
    const content = streamOf(/\/Contents (\d+) 0 R/.exec(page)?.[1] ?? '');
    for (const [, name, glyphs] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[((?:<[0-9a-f]*>|[\s\d.-])*)\] TJ/g)) {
      if (name !== undefined) font = unicode.get(name) ?? font;
      else
        shown.push((glyphs?.match(/[0-9a-f]{4}(?=[0-9a-f]*>)/g) ?? []).map((glyph) => font.get(glyph) ?? '?').join(''));
    }
    return shown.join('\n');
  });
  return { pages: pages.length, text: text.join('\n') };
}

function toUnicode(map: string): Map<string, string> {
  const letters = new Map<string, string>();
  const said = (hex: string): string =>
    String.fromCharCode(...(hex.match(/[0-9a-f]{4}/g) ?? []).map((code) => Number.parseInt(code, 16)));
  for (const [, first = '', , list = ''] of map.matchAll(/<([0-9a-f]{4})> <([0-9a-f]{4})> \[([^\]]*)\]/g))
    for (const [n, [, hex = '']] of [...list.matchAll(/<([0-9a-f ]+)>/g)].entries())
      letters.set((Number.parseInt(first, 16) + n).toString(16).padStart(4, '0'), said(hex));
  return letters;
}
