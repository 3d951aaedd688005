/** Slots counted over a period: what was offered, what became of it, and how often there was nothing. Nobody is named. */
import { parisDay } from '../relay/civil-time.ts';
import type { Store } from '../relay/ports.ts';
import type { Slots } from './slot.ts';

type SlotCount = {
  /** Places: those of the rules that begin in the period, and those offered or imported during it. */
  offered: number;
  booked: number;
  released: number;
  /** Kept and not confirmed. */
  expired: number;
  /** Slots taken back by who offers them, or gone from their feed. */
  withdrawn: number;
  /** Looked for, or wanted, and there was none. */
  noPlace: number;
};

export type SlotCounts = {
  total: SlotCount;
  /** By specialty as it was offered, or asked for. */ bySpecialty: Map<string, SlotCount>;
};

const TYPES: Record<string, keyof SlotCount> = {
  booked: 'booked',
  released: 'released',
  expired: 'expired',
  withdrawn: 'withdrawn',
  'no-place': 'noPlace',
};

/** @param last the last day, counted whole; both are instants of that day in Paris, epoch ms UTC */
export async function countSlots(
  { store, slots }: { store: Pick<Store, 'files'>; slots: Slots },
  from: number,
  last: number,
): Promise<SlotCounts> {
  const to = parisDay(last, 1);
  const none = (): SlotCount => ({ offered: 0, booked: 0, released: 0, expired: 0, withdrawn: 0, noPlace: 0 });
  const total = none();
  const bySpecialty = new Map<string, SlotCount>();
  const add = (specialty: string, what: keyof SlotCount, n: number): void => {
    const one = bySpecialty.get(specialty) ?? none();
    bySpecialty.set(specialty, one);
    one[what] += n;
    total[what] += n;
  };
  for (const slot of await slots.offered(from, to)) add(slot.specialty, 'offered', slot.places);
  for (const { type, body } of await store.files.happened('slot', from, to)) {
    const said = body as { specialty?: string | null; places?: number };
    const specialty = said.specialty ?? '—';
    const what = TYPES[type];
    if (type === 'offered') add(specialty, 'offered', said.places ?? 1);
    else if (what) add(specialty, what, 1);
  }
  return { total, bySpecialty: new Map([...bySpecialty].sort(([a], [b]) => (a < b ? -1 : 1))) };
}
