/** An SVG as a PNG: the only door of resvg. In WebAssembly, with a font of our own: the same picture on every machine. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { initWasm, Resvg } from '@resvg/resvg-wasm';

const require = createRequire(import.meta.url);
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) => require.resolve(`dejavu-fonts-ttf/ttf/${name}`));

let ready: Promise<Uint8Array[]> | undefined;

/** The library takes its module once per process, and refuses a second one. */
async function prepared(): Promise<Uint8Array[]> {
  const [fonts] = await Promise.all([
    Promise.all(FONTS.map((file) => readFile(file))),
    readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')).then((module) => initWasm(module)),
  ]);
  return fonts;
}

/** @param width pixels; the height follows. @throws when the SVG is not one */
export async function png(svg: string, width: number): Promise<Uint8Array> {
  const fontBuffers = await (ready ??= prepared());
  const drawing = new Resvg(svg, {
    fitTo: { mode: 'width', value: width },
    font: { fontBuffers, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' },
  });
  const image = drawing.render();
  const bytes = image.asPng();
  image.free();
  drawing.free();
  return bytes;
}
