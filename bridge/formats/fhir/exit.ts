/** Where a patient goes at the end of a stay, and how it ended. */
import type { StayIntent } from '../../../care/stay/intent.ts';
import { at, codings } from './json.ts';
import type { Resource, Resources } from './resources.ts';

type Exit = Pick<StayIntent, 'destination' | 'disposition'> & { died: boolean };

/** discharge-disposition of HL7, the circumstances of PV1-36 (fr-core-cs-circonstances-sortie), PMSI exit modes. */
export function readExit(encounter: Resource, resources: Resources): Exit {
  const said = codings(at(encounter, 'hospitalization', 'dischargeDisposition'));
  const code = said.map((one) => one.code).find((one) => one !== '');
  const isPmsi = said.some(({ system }) => /mode-?sortie|pmsi|R258/i.test(system));
  const died =
    code === 'EXP' ||
    (isPmsi && code === '9') ||
    said.some(({ display }) => /d[ée]c[èe]s|d[ée]c[ée]d|deceased|expired/i.test(display));
  if (died) return { destination: 'death', disposition: undefined, died };
  const towards = resources.target(at(encounter, 'hospitalization', 'destination'), encounter);
  const isSaid = towards.resource !== undefined || towards.identifiers.length > 0 || towards.display !== undefined;
  const elsewhere = isSaid ? (/domicile|home/i.test(towards.display ?? '') ? 'home' : 'transfer') : undefined;
  return {
    destination: (isPmsi ? PMSI[code ?? ''] : DESTINATIONS[code ?? '']) ?? elsewhere,
    disposition: isPmsi ? undefined : (DISPOSITIONS[code ?? ''] ?? code),
    died,
  };
}

const PMSI: Record<string, StayIntent['destination']> = {
  '8': 'home',
  '6': 'transfer',
  '7': 'transfer',
  '0': 'transfer',
};

const DESTINATIONS: Record<string, StayIntent['destination']> = {
  HOME: 'home',
  'ALT-HOME': 'home',
  HOSP: 'transfer',
  'OTHER-HCF': 'transfer',
  LONG: 'transfer',
  REHAB: 'transfer',
  SNF: 'transfer',
  PSY: 'transfer',
  B: 'transfer',
  OTH: 'other',
};

/** To the letters of PV1-36 that the texts know. */
const DISPOSITIONS: Record<string, string> = { AADVICE: '4' };
