import { type Refusal, refuse } from '../care/relay/refusal.ts';
import type { Person } from '../care/people/person.ts';
import { emptyDecision } from '../care/relay/decision.ts';
import {
  type ActivityChart,
  barsOf,
  type Counted,
  counted,
  figuresOf,
  monthsOf,
  pathwayMonth,
} from '../care/request/counting.ts';
import { type Offer, type Pathway, runnable } from '../care/request/pathway.ts';
import { mayAnswer } from '../care/request/request.ts';
import { fold } from '../config/texts/fold.ts';
import { b, code, lines, say } from '../config/texts/markup.ts';
import { lastThirtyDays, type Period, readPeriod } from '../config/texts/read-period.ts';
import { type Statistics, statisticsText } from '../config/texts/statistics.ts';
import type { Command, CommandContext, CommandEnd } from './command.ts';

type Answer = { all: Statistics[] } | { which: string[] };

/** More pathways than that are asked for one by one. */
const SHOWN = 4;

/** Counts only, without anybody's name: for the coordination, and for those who answer. */
export const statistiques: Command<Answer> = {
  word: 'statistiques',
  also: ['stats', 'stat', 'statistique', 'chiffres'],
  summary: 'Combien de demandes, en combien de temps',
  example: 'statistiques cardio ce mois',
  may: (person, pathways) => mine(person, pathways).length > 0,
  async run(context, args) {
    const offered = mine(context.person, context.pathways);
    if (offered.length === 0) return { refusal: refuse('statistics-not-yours') };
    const read = wanted(args, offered, context.now);
    if ('data' in read) return { refusal: read };
    const { pathways, period } = read;
    if (pathways.length > SHOWN) return { answer: { which: pathways.map((one) => one.words[0] ?? one.family) } };
    const [only] = pathways;
    if (pathways.length === 1 && only) return whole(context, only, period);
    const all: Statistics[] = [];
    for (const pathway of pathways) all.push(statisticsOf(pathway, period, await asked(context, pathway, period)));
    return { answer: { all } };
  },
  say(answer) {
    if ('which' in answer)
      return lines(
        say`De quel parcours ? ${answer.which.join(', ')}.`,
        say`Par exemple : ${code(`!statistiques ${answer.which[0] ?? ''} ce mois`)}`,
      );
    return lines(...answer.all.map(statisticsText), answer.all.length === 0 ? say`${b('Aucune demande.')}` : undefined);
  },
};

function mine(person: Person, offers: readonly Offer[]): Pathway[] {
  const open = (pathway: Pathway): boolean =>
    mayAnswer(pathway, person) || (person.role === 'coordinateur' && !pathway.stages.some(({ to }) => to.restricted));
  return runnable(offers).filter(open);
}

/** A pathway by its words, its family or its id; a period; whatever is left is not understood. */
function wanted(
  args: string,
  offered: Pathway[],
  now: number,
): { pathways: Pathway[]; period: Omit<Period, 'rest'> } | Refusal {
  const read = readPeriod(args, now);
  const rest = read ? read.rest : fold(args);
  const period = read ?? lastThirtyDays(now);
  if (rest === '') return { pathways: offered, period };
  const named = (pathway: Pathway): boolean =>
    [pathway.id, ...pathway.words, ...pathway.words.map((word) => `${pathway.family} ${word}`)].some(
      (word) => fold(word) === rest,
    ) || fold(pathway.title) === rest;
  const found = offered.filter(named);
  if (found.length > 0) return { pathways: found, period };
  const family = offered.filter((one) => fold(one.family) === rest);
  if (family.length > 0) return { pathways: family, period };
  const first = offered.find((one) =>
    rest.split(' ').some((word) => word === one.family || one.words.map(fold).includes(word)),
  );
  // The pathway is understood, what is beside it is not.
  return first
    ? refuse('unknown-period')
    : refuse('unknown-pathway', { word: rest, known: offered.map((one) => one.words[0] ?? one.family) });
}

async function asked(
  { requests, now }: CommandContext,
  pathway: Pathway,
  { from, to }: Omit<Period, 'rest'>,
): Promise<Counted[]> {
  const found: Counted[] = [];
  for (const month of monthsOf({ from, to })) {
    const those = await requests(pathwayMonth(pathway.id, month));
    found.push(
      ...counted(
        those.filter(({ askedAt }) => from <= askedAt && askedAt < to),
        now,
      ),
    );
  }
  return found;
}

function statisticsOf(pathway: Pathway, { said }: Omit<Period, 'rest'>, all: readonly Counted[]): Statistics {
  return { title: pathway.title, said, figures: figuresOf(all), count: pathway.count };
}

/** The figures, and their picture beside them when there is something to see. */
async function whole(
  context: CommandContext,
  pathway: Pathway,
  period: Omit<Period, 'rest'>,
): Promise<CommandEnd<Answer>> {
  const those = await asked(context, pathway, period);
  const all = [statisticsOf(pathway, period, those)];
  if (those.length === 0) return { answer: { all } };
  const { from, to, said } = period;
  const chart: ActivityChart = { title: pathway.title, from, to, said, ...barsOf(those, period) };
  return {
    act: async ({ reply }) => {
      const answer = reply({ all } satisfies Answer);
      return {
        ...emptyDecision(),
        deliveries: [answer, { ...answer, announcement: { kind: 'chart-file', chart }, ring: [] }],
      };
    },
  };
}
