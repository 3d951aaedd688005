/**
 * Which acknowledgements a sender asks for (HL7 2.5 §2.9.2, §2.9.3, table 0155): original mode, one application
 * acknowledgement; enhanced mode as soon as MSH-15 or MSH-16 is valued, a commit acknowledgement and an application one,
 * each under its own condition.
 */
import { byteText } from './charset.ts';
import type { AckCode } from './ack.ts';

type Condition = 'AL' | 'NE' | 'ER' | 'SU';
export type AckMode = { mode: 'original' } | { mode: 'enhanced'; commit: Condition; application: Condition } | 'none';

const COMMIT_OF: Record<'AA' | 'AE' | 'AR', AckCode> = { AA: 'CA', AE: 'CA', AR: 'CR' };

/**
 * Looks at the MSH alone, without parsing the message again. An acknowledgement is never acknowledged: two engines would
 * answer each other for ever. A valued field that is no condition of table 0155 counts as AL: too much said is safer.
 */
export function ackMode(bytes: Uint8Array): AckMode {
  const line =
    byteText(bytes.subarray(0, 4096))
      .split(/[\r\n\u000b\u001c]+/)
      .find((one) => one.includes('MSH')) ?? '';
  const header = line.slice(line.indexOf('MSH'));
  const fields = header.split(header.charAt(3) || '|');
  const valued = (n: number): string => (fields[n - 1] ?? '').trim().toUpperCase();
  if (valued(9).split(header.charAt(4) || '^')[0] === 'ACK') return 'none';
  const [commit, application] = [condition(valued(15)), condition(valued(16))];
  if (commit === undefined && application === undefined) return { mode: 'original' };
  return { mode: 'enhanced', commit: commit ?? 'NE', application: application ?? 'NE' };
}

/**
 * The MSA-1 codes to answer, in order. Whatever was stored is a commit accept, also what a human must look at: CA says that
 * we hold it, AE what is wrong with it. Type, version or structure refused is CR, and no application answer follows it.
 * @param code of original mode
 */
export function ackCodes(mode: AckMode, code: 'AA' | 'AE' | 'AR'): AckCode[] {
  if (mode === 'none') return [];
  if (mode.mode === 'original') return [code];
  const commit = COMMIT_OF[code];
  const codes: AckCode[] = wanted(mode.commit, commit === 'CA') ? [commit] : [];
  if (commit === 'CR' && codes.length > 0) return codes;
  return wanted(mode.application, code === 'AA') ? [...codes, code] : codes;
}

function condition(text: string): Condition | undefined {
  if (text === '' || text === '""') return undefined;
  return text === 'NE' || text === 'ER' || text === 'SU' ? text : 'AL';
}

function wanted(condition: Condition, success: boolean): boolean {
  if (condition === 'AL' || condition === 'NE') return condition === 'AL';
  return condition === 'SU' ? success : !success;
}
