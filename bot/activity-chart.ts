/** Figures as a picture: stacked bars, read on a telephone. Pure: data in, SVG out; picture.ts makes the PNG. */
import type { ActivityBar, ActivityChart } from '../care/request/counting.ts';
import { chartWords } from '../config/texts/statistics.ts';

const WIDTH = 960;
const HEIGHT = 600;
const PLOT = { left: 76, right: 28, top: 128, bottom: 116 };
const INK = '#1c2733';
const SOFT = '#5b6b7a';

/** From the foot of the bar up. Told apart without colours too: each is lighter than the one below. */
const PARTS = [
  { key: 'kept', fill: '#0f6674' },
  { key: 'late', fill: '#d9822b' },
  { key: 'open', fill: '#a9c5cc' },
  { key: 'unanswered', fill: '#d3dade' },
] as const satisfies { key: keyof ActivityBar; fill: string }[];

export function chartPicture(chart: ActivityChart): { svg: string; width: number; height: number } {
  const words = chartWords(chart);
  const plotWidth = WIDTH - PLOT.left - PLOT.right;
  const plotHeight = HEIGHT - PLOT.top - PLOT.bottom;
  const most = Math.max(1, ...chart.bars.map(total));
  const step = niceStep(most);
  const top = Math.ceil(most / step) * step;
  const y = (n: number): number => PLOT.top + plotHeight * (1 - n / top);
  const slot = plotWidth / Math.max(1, chart.bars.length);
  const bar = Math.min(slot * 0.62, 72);
  const every = Math.ceil(chart.bars.length / 13);
  const grid = Array.from({ length: top / step + 1 }, (_, n) => n * step).map(
    (n) =>
      `<line x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${px(y(n))}" y2="${px(y(n))}" stroke="${n === 0 ? SOFT : '#e4e9ec'}"/>` +
      text(PLOT.left - 12, y(n) + 6, String(n), 17, SOFT, 'end'),
  );
  const bars = chart.bars.map((one, n) => {
    const middle = PLOT.left + slot * (n + 0.5);
    let below = 0;
    const parts = PARTS.map(({ key, fill }) => {
      const from = below;
      below += one[key];
      if (one[key] === 0) return '';
      return `<rect x="${px(middle - bar / 2)}" y="${px(y(below))}" width="${px(bar)}" height="${px(y(from) - y(below))}" fill="${fill}"/>`;
    });
    const count = total(one) === 0 ? '' : text(middle, y(below) - 8, String(total(one)), 17, INK, 'middle', true);
    const label =
      n % every === 0 ? text(middle, HEIGHT - PLOT.bottom + 28, words.bars[n] ?? '', 16, SOFT, 'middle') : '';
    return parts.join('') + count + label;
  });
  const used = PARTS.filter(({ key }) => chart.bars.some((one) => one[key] > 0));
  const legend = used.map(({ key, fill }, n) => {
    const x = PLOT.left + n * 216;
    return (
      `<rect x="${px(x)}" y="${HEIGHT - 48}" width="18" height="18" rx="3" fill="${fill}"/>` +
      text(x + 27, HEIGHT - 33, words.parts[key], 17, INK)
    );
  });
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="DejaVu Sans">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(40, 56, shortened(chart.title, 50), 27, INK, 'start', true),
    text(40, 90, words.about, 18, SOFT),
    ...grid,
    ...bars,
    ...legend,
    '</svg>',
  ];
  return { svg: svg.join('\n'), width: WIDTH, height: HEIGHT };
}

function total(bar: ActivityBar): number {
  return PARTS.reduce((sum, { key }) => sum + bar[key], 0);
}

/** 1, 2, 5, 10, 20, 50…: at most six lines. */
function niceStep(most: number): number {
  for (let ten = 1; ; ten *= 10) for (const n of [1, 2, 5]) if (most / (n * ten) <= 6) return n * ten;
}

function px(n: number): string {
  return String(Math.round(n * 10) / 10);
}

function shortened(value: string, most: number): string {
  return value.length > most ? `${value.slice(0, most - 1)}…` : value;
}

function text(x: number, y: number, said: string, size: number, fill: string, anchor = 'start', bold = false): string {
  const safe = said.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${px(x)}" y="${px(y)}" font-size="${size}" fill="${fill}" text-anchor="${anchor}"${bold ? ' font-weight="bold"' : ''}>${safe}</text>`;
}
