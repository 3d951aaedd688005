import type { DirectoryEntry } from '../care/people/directory.ts';
import { decideFiches } from '../care/people/fiche-book.ts';
import type { Fiche, FicheField } from '../care/people/fiche.ts';
import { parisDate } from '../care/relay/civil-time.ts';
import { refuse } from '../care/relay/refusal.ts';
import { readFicheChange, sayKnown, sayLocalLong } from '../config/texts/fiche.ts';
import { b, code, lines, outside, say } from '../config/texts/markup.ts';
import type { Command, CommandContext, CommandEnd } from './command.ts';

type Answer =
  | { asked: string; found: DirectoryEntry[] }
  | { unclear: 'which' | 'value' }
  | { changed: string; fiche: Fiche; forgotten: boolean };

/** RPPS, ADELI, FINESS, or a partner's own id, which has a hyphen. */
const NUMBER = /^(?:8?\d{11}|\d{9}|2[ab]\d{7}|[a-z][a-z0-9]*(?:-[a-z0-9]+)+)$/i;
const SHOWN = 4;
const LONGEST = 200;

/** What the coordination knows of somebody: a name shows the numbers, a number and a value write the value, dated today. */
export const fiche: Command<Answer> = {
  word: 'fiche',
  also: ['fiche de'],
  summary: 'Tenir l’annuaire à jour : délai, nouveaux patients, ligne pro…',
  example: 'fiche 99900000011 délai 3 semaines',
  may: (person) => person.role === 'coordinateur',
  async run(context, args) {
    if (context.person.role !== 'coordinateur') return { refusal: refuse('coordination-only') };
    const typed = args.slice(0, LONGEST).trim();
    const [first = '', ...rest] = typed.split(/\s+/);
    if (!NUMBER.test(first) || rest.length === 0) return find(context, typed);
    return change(context, first, rest.join(' '));
  },
  say(answer, now) {
    if ('unclear' in answer)
      return answer.unclear === 'which'
        ? say`Que faut-il noter ? ${code('délai')}, ${code('nouveaux patients')}, ${code('visites')}, ${code('ligne pro')}, ${code('horaires')}, ${code('langues')}, ${code('accessibilité')}, ${code('groupes')}, ${code('membre')} ou ${code('note')}.`
        : say`Il manque la valeur. Par exemple : ${code('!fiche 99900000011 nouveaux patients oui')}`;
    if ('changed' in answer) {
      const [said] = Object.keys(answer.fiche.local).map((field) => sayKnown(answer.fiche.local, field as FicheField));
      return answer.forgotten
        ? say`${b(outside(answer.changed))} : effacé.`
        : say`${b(outside(answer.changed))} : ${said}. Noté, vérifié aujourd’hui.`;
    }
    if (answer.asked === '') return say`De qui ? Par exemple : ${code(`!${fiche.example}`)}`;
    if (answer.found.length === 0) return say`Personne pour « ${outside(answer.asked)} ».`;
    const [only] = answer.found;
    return lines(
      ...answer.found.map(
        (entry) => say`${b(entry.id)} — ${outside(entry.name)}, ${outside(entry.places[0]?.town ?? '')}`,
      ),
      ...(answer.found.length === 1 && only?.local ? sayLocalLong(only.local, now) : []),
      answer.found.length === 1 && only ? say`Pour noter : ${code(`!fiche ${only.id} délai 3 semaines`)}` : undefined,
    );
  },
};

async function find({ directory, person, room }: CommandContext, asked: string): Promise<CommandEnd<Answer>> {
  const query = { limit: SHOWN, territory: person.territory, member: room.kind === 'direct' };
  const { entries } = asked === '' ? { entries: [] } : await directory.search(asked, query);
  return { answer: { asked, found: entries } };
}

async function change(
  { directory, person }: CommandContext,
  number: string,
  said: string,
): Promise<CommandEnd<Answer>> {
  const read = readFicheChange(said);
  if ('unclear' in read) return { answer: { unclear: read.unclear } };
  const { entries } = await directory.search(number, { limit: 1 });
  const [entry] = entries;
  if (entry === undefined) return { answer: { asked: number, found: [] } };
  return {
    act: async ({ store, reply }, now) => {
      const fresh: Fiche = {
        id: entry.id,
        local: { [read.field]: { value: read.value, checked: parisDate(now) } },
      };
      const { decision } = await decideFiches(store, [fresh], person.id, now);
      return {
        ...decision,
        deliveries: [reply({ changed: entry.name, fiche: fresh, forgotten: read.value === null } satisfies Answer)],
        audit: [
          { actor: person.id, action: `fiche:${read.field}`, subject: entry.id, outcome: 'posted', reason: 'recorded' },
        ],
      };
    },
  };
}
