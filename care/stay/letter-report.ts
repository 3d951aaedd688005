/** How many letters come on the day, and how many discharges the town knows 24 h before: measured, never assumed (MISSION 1, 3). */
import { DAY, parisDate, parisDay } from '../relay/civil-time.ts';
import type { Store } from '../relay/ports.ts';
import type { LetterFile } from './letter.ts';

/** Discharges from a ward in a period, and what became of their letters. Counts only: nobody is named. */
export type LetterReport = {
  discharges: number;
  sameDay: number;
  later: number;
  never: number;
  /** Known to the room, with the right day, at least 24 h before. */
  announced: number;
  withTeam: number;
};

/** @param from `to` first and last day, epoch ms UTC of any instant in them (Europe/Paris) */
export async function letterReport(store: Pick<Store, 'files'>, from: number, to: number): Promise<LetterReport> {
  const [first, end] = [parisDay(from), parisDay(to, 1)];
  const months = new Set<string>();
  for (let day = first; day < end; day = parisDay(day, 1)) months.add(parisDate(day).slice(0, 7));
  const report: LetterReport = { discharges: 0, sameDay: 0, later: 0, never: 0, announced: 0, withTeam: 0 };
  for (const month of months) {
    for (const { state } of await store.files.find<LetterFile>('letter', `month:${month}`)) {
      const { dischargedAt: at, receivedAt } = state;
      if (state.void || at === undefined || at < first || at >= end) continue;
      report.discharges += 1;
      if (state.hasTeam) report.withTeam += 1;
      if ((state.announcedAhead ?? 0) >= DAY) report.announced += 1;
      if (receivedAt === undefined) report.never += 1;
      // A letter written before the patient goes is of the day too.
      else if (parisDay(receivedAt) <= parisDay(at)) report.sameDay += 1;
      else report.later += 1;
    }
  }
  return report;
}
