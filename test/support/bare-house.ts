import { peopleFrom } from '../../care/people/person.ts';
import { RINGING } from '../../config/ringing.ts';
import type { Parts } from '../../main.ts';

/** A composition whose configuration says nothing: a test adds what it is about. */
export const BARE_HOUSE = {
  people: peopleFrom([], [], []),
  pathways: () => [],
  directory: { search: async () => ({ entries: [], total: 0, understood: [], unknown: [] }), size: async () => 0 },
  slots: { offered: async () => [], matches: () => true },
  repertory: [],
  sources: new Map(),
  ringing: RINGING,
  closeAfterDays: 30,
  access: { accessRule: undefined, allowedServers: undefined },
  log: () => undefined,
} satisfies Partial<Parts>;
