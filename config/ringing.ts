import type { RingTable } from '../care/stay/ringing.ts';

const everyDay = ['medecin-traitant', 'infirmier', 'pharmacien'] as const;

/**
 * Who is rung by what (DESIGN §8): a planned or cancelled discharge, a discharge and a death ring médecin traitant,
 * nurse's cabinet and pharmacist; an arrival rings the médecin traitant; transfers are silent. The lettre de liaison
 * rings whom the law sends it to (CSP R1112-1-2), another document nobody.
 */
export const RINGING: RingTable = {
  'emergency-arrived': ['medecin-traitant'],
  admitted: ['medecin-traitant', 'infirmier'],
  'discharge-planned': everyDay,
  'discharge-replanned': everyDay,
  'discharge-retracted': everyDay,
  'discharge-soon': everyDay,
  discharged: everyDay,
  died: everyDay,
  cancelled: ['medecin-traitant', 'infirmier'],
  'left-without-being-seen': ['medecin-traitant'],
  letter: ['medecin-traitant'],
};
