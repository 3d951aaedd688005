/** The turns of phrase that every audience of a request reads. */
import type { RequestNews } from '../../care/request/news.ts';
import { answerLine } from './answers.ts';
import { sayDateTime } from './dates.ts';
import { b, outside, type Piece, say } from './markup.ts';

export const who = (n: RequestNews): string => n.taker ?? 'un confrère';
export const from = (n: RequestNews): string => n.asker ?? 'quelqu’un qui ne souhaite pas être nommé';
export const headed = (n: RequestNews): Piece => say`${b(n.code)} ${n.title}`;
export const free = (n: RequestNews): Piece => outside(n.text ?? '', { max: 2000, multiline: true });
export const answers = (n: RequestNews): Piece[] => n.shown.map(answerLine);

export function before(n: RequestNews, now: number): Piece | undefined {
  if (!n.due) return undefined;
  const verb = n.due.target === 'take' ? 'prendre' : 'rendre';
  return n.due.at > now
    ? say`À ${verb} avant ${sayDateTime(n.due.at, now)}.`
    : say`Était à ${verb} avant ${sayDateTime(n.due.at, now)}.`;
}

export function nextStage(n: RequestNews, now: number): Piece | undefined {
  if (!n.stage?.next) return undefined;
  return n.stage.nextAt === undefined
    ? say`Suite : ${n.stage.next}.`
    : say`Suite : ${n.stage.next}, ${sayDateTime(n.stage.nextAt, now)}.`;
}

export function by(n: RequestNews): string {
  return n.taker ? ` par ${n.taker}` : '';
}
