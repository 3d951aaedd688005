/** What the kill suites count, and where `npm run torture` finds it. */
import { appendFileSync } from 'node:fs';

export type KillFigures = {
  kills: number;
  messages: number;
  lost: number;
  twice: number;
  outOfOrder: number;
  undecryptable: number;
};

/** To be called before the expectations: a failed run says by how much. */
export function note(figures: KillFigures): void {
  const file = process.env['RELAIS_FIGURES'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figures)}\n`);
}

export function addUp(all: readonly KillFigures[]): KillFigures {
  const none = { kills: 0, messages: 0, lost: 0, twice: 0, outOfOrder: 0, undecryptable: 0 };
  return all.reduce(
    (sum, one) => ({
      kills: sum.kills + one.kills,
      messages: sum.messages + one.messages,
      lost: sum.lost + one.lost,
      twice: sum.twice + one.twice,
      outOfOrder: sum.outOfOrder + one.outOfOrder,
      undecryptable: sum.undecryptable + one.undecryptable,
    }),
    none,
  );
}

/**
 * One reader's messages beside what was said.
 * @returns how many are missing, come more than once, and come after a later one
 */
export function compare(
  said: readonly string[],
  read: readonly string[],
): Pick<KillFigures, 'lost' | 'twice' | 'outOfOrder'> {
  const places = [...new Set(read)].map((one) => said.indexOf(one)).filter((place) => place >= 0);
  return {
    lost: said.filter((one) => !read.includes(one)).length,
    twice: read.length - new Set(read).size,
    outOfOrder: places.filter((place, n) => n > 0 && place < (places[n - 1] ?? 0)).length,
  };
}
