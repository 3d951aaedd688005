/**
 * INS, the national health identity (FACTS §1.5, §3). Only a qualified identity may carry it: PID-32 VALI and a production
 * OID. NIR of billing (PID-19, type NH) and INS-C are other numbers and are never kept, nor named in a warning.
 */
import { part, type Repetition } from './pipes.ts';

const NIR_OID = '1.2.250.1.213.1.4.8';
const NIA_OID = '1.2.250.1.213.1.4.9';
const INS_OIDS = /^1\.2\.250\.1\.213\.1\.4\.(?:8|9|10|11)$/;

/**
 * Control key of a NIR or NIA: 97 − (N mod 97), Corsica's 2A read as 19 and 2B as 18.
 * @param matricule the 13 characters before the key
 * @returns two digits, or undefined when these are not 13 characters of a NIR
 */
export function nirKey(matricule: string): string | undefined {
  // sex, year, month (20–42 and 50–99 where the civil record is incomplete), department, commune and order
  if (!/^[1-478]\d{2}(?:0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)(?:\d{2}|2[AB])\d{6}$/.test(matricule)) return undefined;
  const digits = matricule.replace('A', '').length === 13 && matricule.replace('B', '').length === 13;
  const number = digits ? matricule : matricule.replace(/^(.{5})2A/, '$119').replace(/^(.{5})2B/, '$118');
  return String(97 - (Number(number) % 97)).padStart(2, '0');
}

/** Is this repetition of PID-3 or MRG-1 an INS (NIR or NIA, test ones too)? */
export function isIns(identifier: Repetition): boolean {
  return INS_OIDS.test(part(identifier, 4, 2) ?? '') || part(identifier, 5) === 'INS';
}

/**
 * The INS that may be kept, NIR before NIA. A failing key drops it with a warning and never refuses the message: two of
 * the official examples fail.
 * @param identifiers repetitions of PID-3
 * @param reliability PID-32, upper case
 */
export function readIns(identifiers: Repetition[], reliability: string[], warnings: string[]): string | undefined {
  const found = identifiers.filter((one) => isIns(one) && part(one, 1) !== undefined);
  if (found.length === 0) return undefined;
  if (!reliability.includes('VALI')) {
    warnings.push('an INS came with an identity that is not qualified (PID-32 without VALI): the INS was dropped');
    return undefined;
  }
  const byOid = (oid: string): Repetition | undefined => found.find((one) => part(one, 4, 2) === oid);
  const kept = byOid(NIR_OID) ?? byOid(NIA_OID);
  if (kept === undefined) {
    warnings.push('the INS has a test OID or none (PID-3.4): the INS was dropped');
    return undefined;
  }
  const ins = (part(kept, 1) ?? '').replaceAll(' ', '').toUpperCase();
  if (ins.length !== 15 || nirKey(ins.slice(0, 13)) !== ins.slice(13)) {
    warnings.push('the control key of the INS fails (PID-3): the INS was dropped');
    return undefined;
  }
  return ins;
}
