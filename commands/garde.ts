import { HOUR } from '../care/relay/civil-time.ts';
import { groupFor, type Pathway, runnable } from '../care/request/pathway.ts';
import { readWhen, sayDateTime } from '../config/texts/dates.ts';
import { fold } from '../config/texts/fold.ts';
import { b, code, lines, outside, type Piece, say } from '../config/texts/markup.ts';
import type { Command, CommandContext, CommandEnd } from './command.ts';

type OnDuty = { title: string; who: string | undefined; until: number | undefined; together: number };
type Answer = { at: number; now: boolean; groups: OnDuty[]; asked: string; from: number } | { unclear: string[] };

const SHOWN = 6;
const LONGEST = 100;

/** Who is on duty for what is asked here: the groups of the pathways that are offered today. */
export const garde: Command<Answer> = {
  word: 'garde',
  also: ['gardes', 'astreinte', 'qui est de', 'de garde'],
  summary: 'Qui est de garde, maintenant ou à un autre moment',
  example: 'garde cardio samedi matin',
  may: () => true,
  run: async (context, args) =>
    list(
      context,
      args
        .slice(0, LONGEST)
        .replace(/^garde\b/i, '')
        .trim(),
      0,
    ),
  follow: async (context, kept: { asked: string; from: number }, said) =>
    list(context, kept.asked, 'next' in said ? kept.from + SHOWN : kept.from),
  say(answer, now) {
    if ('unclear' in answer)
      return say`Quel jour ? ${answer.unclear.join(' ou ')}. Par exemple : ${code(`!${garde.example}`)}`;
    const { groups, at, asked, from } = answer;
    const shown = groups.slice(from, from + SHOWN);
    const when = answer.now ? b('En ce moment') : b(sayDateTime(at, now));
    if (groups.length === 0)
      return asked
        ? say`${when} : aucun groupe pour « ${outside(asked)} ». ${code('garde')} montre tous les groupes.`
        : say`${when} : aucune garde n’est tenue ici. En urgence : le 15.`;
    if (shown.length === 0) return say`C’est tout.`;
    const left = groups.length - from - shown.length;
    return lines(
      say`${when} :`,
      ...shown.map((group) => line(group, now)),
      left > 0 ? say`Et ${left} de plus : ${code('suite')}.` : undefined,
    );
  },
};

function list({ person, people, pathways, now }: CommandContext, asked: string, from: number): CommandEnd<Answer> {
  const read = readWhen(asked, now);
  if (read && 'ambiguous' in read) return { answer: { unclear: read.ambiguous } };
  // « demain matin » begins at 6, when the night's duty still runs: its middle is meant.
  const middle = read && read.to - read.from > 2 * HOUR ? (read.from + read.to) / 2 : read?.from;
  const at = read && middle !== undefined && read.from > now ? middle : now;
  const words = fold(read ? read.rest : asked).trim();
  const groups = new Map<string, Pathway>();
  for (const pathway of runnable(pathways))
    for (const { to } of pathway.stages) {
      const group = groupFor(to.group, person.territory);
      if (group !== undefined && !groups.has(group) && isMeant(pathway, group, words)) groups.set(group, pathway);
    }
  const found = [...groups].map(([group, { title }]): OnDuty => {
    const who = people.onDuty(group, at);
    const until = who && people.dutyUntil(group, who.id, at);
    return { title, who: who?.name, until, together: people.group(group).length };
  });
  // Without a word, groups that keep a duty; asked for, also one that answers together.
  const shown = found.filter(({ who, together }) => who !== undefined || (words !== '' && together > 0));
  return { answer: { at, now: at === now, groups: shown, asked: words, from }, keep: { asked, from } };
}

function isMeant({ title, words, family }: Pathway, group: string, asked: string): boolean {
  if (asked === '') return true;
  const own = [title, group, family, ...words].flatMap((text) => fold(text).split(/[^a-z0-9]+/));
  return asked
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 2)
    .every((word) => own.some((one) => one.startsWith(word)));
}

function line({ title, who, until, together }: OnDuty, now: number): Piece {
  if (who === undefined)
    return say`• ${title} : pas de garde ; ${together === 1 ? 'un confrère répond' : `les ${together} confrères du groupe sont prévenus ensemble`}`;
  return say`• ${title} : ${b(outside(who))}${until === undefined ? undefined : say`, jusqu’au ${sayDateTime(until, now)}`}`;
}
