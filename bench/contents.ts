/** What the floor sends: the very contents that Relais sends, taken from its own composition in memory. */
import type { Person } from '../care/people/person.ts';
import { peopleFrom } from '../care/people/person.ts';
import { openStage } from '../cli/rehearsal.ts';
import { FACILITY, hl7, ippOf } from './messages.ts';

export type Contents = {
  /** The card that opens the stay's thread. */
  root: Record<string, unknown>;
  /** What follows each movement: the card edited, and the fact. @param root event id of the card in that room */
  edit(root: string): Record<string, unknown>;
  fact(root: string): Record<string, unknown>;
};

export async function contentsOf(now: number): Promise<Contents> {
  const person: Person = {
    id: 'lecteur',
    matrix: '@lecteur:transcript',
    name: 'Lecteur Mesure',
    role: 'infirmier',
    rpps: undefined,
    territory: undefined,
    groups: [],
    cabinet: undefined,
  };
  const policy = {
    units: undefined,
    unknownUnit: 'event' as const,
    acceptTraining: true,
    acceptFictional: true,
    production: false,
  };
  const stage = await openStage({
    start: now,
    source: { id: 'bench', facilities: [FACILITY], policy },
    people: peopleFrom([person], [{ facility: FACILITY, ipp: ippOf(0), members: ['lecteur'] }], []),
    pathways: [],
    directory: { search: async () => ({ entries: [], total: 0, understood: [], unknown: [] }), size: async () => 0 },
    slots: { offered: async () => [], matches: () => true },
    repertory: [],
  });
  for (const trigger of ['A01', 'A02'] as const) await stage.post(hl7({ trigger, patient: 0, visit: '1' }, now));
  const said = stage.readBy('@lecteur:transcript').map((heard) => heard.event.content);
  await stage.close();
  const relation = (content: Record<string, unknown>): string | undefined =>
    (content['m.relates_to'] as { rel_type?: string } | undefined)?.rel_type;
  const root = said.find((content) => relation(content) === undefined);
  const edit = said.find((content) => relation(content) === 'm.replace');
  const fact = said.findLast((content) => relation(content) === 'm.thread');
  if (!root || !edit || !fact)
    throw new Error('a movement no longer gives a card, its edit and a fact: mend the bench');
  return {
    root,
    edit: (id) => ({ ...edit, 'm.relates_to': { rel_type: 'm.replace', event_id: id } }),
    fact: (id) => ({
      ...fact,
      'm.relates_to': {
        rel_type: 'm.thread',
        event_id: id,
        is_falling_back: true,
        'm.in_reply_to': { event_id: id },
      },
    }),
  };
}
