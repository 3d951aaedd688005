/** HL7 v2 PAM.fr movements of invented patients, as many as a bench wants, each with its own control id and movement. */
import { toParis } from '../care/relay/civil-time.ts';

export const FACILITY = 'CH_MODELE';

export type Movement = {
  /** A01 and A02 say a fact beside the card; a second A16 of the same day only edits the card: exactly one delivery. */
  trigger: 'A01' | 'A02' | 'A16';
  patient: number;
  /** One stay per patient and visit. */
  visit: string;
  /** Patient class PV1-2; `O`, an outpatient, is stored, decided and not said. */
  patientClass?: 'I' | 'O';
  /** A16: minutes after 08:00 of the planned day. */
  minutes?: number;
};

let made = 0;
const run = Date.now().toString(36).toUpperCase();

export function ippOf(patient: number): string {
  return String(900_000 + patient);
}

/** @param now epoch ms: the movement's instant */
export function hl7({ trigger, patient, visit, patientClass = 'I', minutes = 0 }: Movement, now: number): Buffer {
  const n = (made += 1);
  const id = `${run}${n.toString(36).toUpperCase()}`;
  const at = stamp(now);
  const planned = trigger === 'A16' ? stampOf({ ...toParis(now + 6 * 86_400_000), hour: 8, minute: 0 }, minutes) : '';
  const unit = n % 2 === 0 ? '4521' : '4530';
  const number = `V${visit}P${patient}`;
  const authority = `${FACILITY}&1.2.250.1.999.1&ISO`;
  const segments = [
    `MSH|^~\\&|DPI|${FACILITY}|RELAIS|CPTS_BENCH|${at}||ADT^${trigger}^ADT_${trigger}|${id}|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8|FR||2.11^IHE_FRANCE-2.11-PAM`,
    `EVN||${at}|${planned}|||${at}`,
    `PID|1||${ippOf(patient)}^^^${authority}^PI||MESURE^JEANNE^JEANNE MARIE^^Mme^^L||19410512|F|||1 RUE DU MODELE^^CAMBRAI^^59400^FRA^H|||||||N${number}^^^${authority}^AN|||||||||||||N|VALI`,
    `PV1|1|${patientClass}|${unit}^101^1^${FACILITY}^^^^^O|R|||||||||||||||${number}^^^${authority}^VN|||||||||||||||||||||||||${at}`,
    ...(trigger === 'A16' ? [`PV2|||||||||${planned}`] : []),
    `ZBE|M${id}^${FACILITY}^1.2.250.1.999.5^ISO|${at}||INSERT|N||Unite ${unit}^^^^^${FACILITY}&1.2.250.1.999.4&ISO^UF^^^${unit}||HMS`,
  ];
  return Buffer.from(`${segments.join('\r')}\r`, 'utf8');
}

type Wall = ReturnType<typeof toParis>;

function stamp(instant: number): string {
  return stampOf(toParis(instant), 0);
}

function stampOf(wall: Wall, minutes: number): string {
  const minute = wall.minute + minutes;
  const two = (value: number): string => String(value).padStart(2, '0');
  const hour = wall.hour + Math.floor(minute / 60);
  return `${wall.year}${two(wall.month)}${two(wall.day)}${two(hour)}${two(minute % 60)}00`;
}
