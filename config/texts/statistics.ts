/** Figures of requests, in words and on their picture. */
import { toParis } from '../../care/relay/civil-time.ts';
import type { ActivityBar, ActivityChart, ActivityFigures } from '../../care/request/counting.ts';
import { saySpan } from './dates.ts';
import { MONTHS } from './french-calendar.ts';
import { b, join, lines, type Piece, say } from './markup.ts';

export type Statistics = {
  title: string;
  said: string;
  figures: ActivityFigures;
  /** `count:` of the pathway; empty: everything. */ count: string[];
};

/** Four lines at most: a count, the delays, the share within them. */
export function statisticsText({ title, said, figures, count }: Statistics): Piece {
  const { asked, taken, answered, unanswered, open, late, medianTakeMs, medianAnswerMs, within } = figures;
  if (asked === 0) return say`${b(title)}, ${said} : aucune demande.`;
  const wants = (one: string): boolean => count.length === 0 || count.includes(one);
  const counts = [
    wants('asked') ? many(asked, 'demande') : undefined,
    wants('taken') ? many(taken, 'prise', 'prises') : undefined,
    wants('answered') ? many(answered, 'répondue') : undefined,
    open > 0 ? `${open} en cours${late > 0 ? ` (dont ${late} en retard)` : ''}` : undefined,
    unanswered > 0 ? `${unanswered} sans réponse` : undefined,
  ].filter((one) => one !== undefined);
  return lines(
    say`${b(title)}, ${said}`,
    join(
      counts.map((one) => say`${one}`),
      ', ',
    ),
    wants('taken') && medianTakeMs !== undefined
      ? say`Prise en charge, délai médian : ${b(saySpan(medianTakeMs))}`
      : undefined,
    wants('median-answer') && medianAnswerMs !== undefined
      ? say`Réponse, délai médian : ${b(saySpan(medianAnswerMs))}`
      : undefined,
    wants('within-sla') && within.of > 0
      ? say`Dans les délais : ${b(`${Math.round((100 * within.kept) / within.of)} %`)} (${within.kept} sur ${within.of})`
      : undefined,
  );
}

function many(n: number, word: string, plural = `${word}s`): string {
  return `${n} ${n > 1 ? plural : word}`;
}

export function chartFileName(): string {
  return 'statistiques.png';
}

const SHORT = ['janv.', 'févr.', 'mars', 'avr.', 'mai', 'juin', 'juil.', 'août', 'sept.', 'oct.', 'nov.', 'déc.'];

/** What is written on the picture. */
export function chartWords({ said, by, bars }: ActivityChart): {
  about: string;
  bars: string[];
  parts: Record<Exclude<keyof ActivityBar, 'from' | 'to'>, string>;
} {
  const unit = { day: 'par jour', week: 'par semaine', month: 'par mois' }[by];
  return {
    about: `Demandes ${unit}, ${said}`,
    bars: bars.map(({ from }) => {
      const { year, month, day } = toParis(from);
      if (by !== 'month') return `${day} ${SHORT[month - 1] ?? ''}`;
      return month === 1 ? `${SHORT[0] ?? ''} ${year}` : (SHORT[month - 1] ?? MONTHS[month - 1] ?? '');
    }),
    parts: { kept: 'répondues', late: 'répondues en retard', open: 'en cours', unanswered: 'sans réponse' },
  };
}
