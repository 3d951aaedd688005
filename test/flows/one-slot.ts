import type { Slots } from '../../care/request/slot.ts';
import { paris } from './stage.ts';

/** One place on 13 January 2026 at 10:00, offered by cardio1 of the ward. */
export const ONE_SLOT: Slots = {
  offered: async (from, to) =>
    [
      {
        id: 'r@2026-01-13.0',
        offeredBy: 'Dr cardio1',
        person: 'cardio1',
        specialty: 'cardiologie',
        place: 'CH du Modèle',
        start: paris(2026, 1, 13, 10),
        end: paris(2026, 1, 13, 10, 30),
        places: 1,
      },
    ].filter(({ start }) => start >= from && start < to),
  matches: (offered, asked) => offered.startsWith(asked),
};
