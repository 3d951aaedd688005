/** MDM and ORU: which document, of which type, what becomes of it. */
import { describe, expect, test } from 'vitest';
import type { ToldDocument } from '../../../care/stay/intent.ts';
import { cda, mdm, PDF } from '../../flows/documents.ts';
import { bytes, adt, intent, type Fields, randomly } from './fixtures.ts';
import { readHl7v2 } from '../../../bridge/formats/hl7v2/pam-fr.ts';

const told = (trigger: string, over: Fields): ToldDocument | undefined => intent(trigger, over).document;

describe('MDM', () => {
  test('number with its namespace, type, date, place, content', () => {
    const read = intent('T02', mdm('T02', { flags: { DESTDMP: 'Y', DESTMSSANTEPS: 'N', INVISIBLE_PATIENT: 'Y' } }));
    expect(read).toMatchObject({ type: 'document-received', visit: 'VEN7001', patient: { ipp: '00700123' } });
    expect(read.document).toMatchObject({
      id: 'DOC1^DPI',
      action: 'create',
      type: '11490-0',
      createdAt: { at: Date.parse('2026-01-13T16:00:00+01:00'), precision: 'minute' },
      sentTo: ['dmp'],
      masked: false,
      preliminary: false,
      content: { mediaType: 'application/pdf', bytes: PDF },
    });
  });

  test.each([
    ['T02', {}, 'create', undefined],
    ['T06', { parent: 'DOC0^DPI' }, 'create', undefined],
    ['T10', { parent: 'DOC0^DPI' }, 'replace', 'DOC0^DPI'],
    ['T04', { parent: 'DOC0^DPI' }, 'replace', 'DOC0^DPI'],
    ['T04', { parent: 'DOC0^DPI', status: 'D' }, 'delete', 'DOC0^DPI'],
    ['T02', { status: 'D' }, 'delete', undefined],
    ['T11', {}, 'delete', undefined],
    ['T08', {}, 'replace', undefined],
  ])('%s %j: %s', (trigger, how, action, replaces) => {
    expect(told(trigger, mdm(trigger, how))).toMatchObject({ action, replaces });
  });

  test('not final: said once it is', () => {
    expect(told('T02', mdm('T02', { status: 'P' }))?.preliminary).toBe(true);
    expect(told('T02', { ...mdm('T02'), TXA: { 2: '11490-0', 12: 'X', 17: 'DI' } })?.preliminary).toBe(true);
  });

  test('MASQUE_PS and a secret connection mask it; hidden from the patient does not', () => {
    for (const code of ['MASQUE_PS', 'CONNEXION_SECRETE'])
      expect(told('T02', mdm('T02', { flags: { [code]: 'Y' } }))?.masked).toBe(true);
    expect(told('T02', mdm('T02', { flags: { MASQUE_PS: 'N', INVISIBLE_PATIENT: 'Y' } }))?.masked).toBe(false);
  });

  test('a megabyte of PDF is read whole', () => {
    const large = Uint8Array.from({ length: 1_000_000 }, (_, n) => PDF[n] ?? n % 251);
    const content = told('T02', mdm('T02', { content: large }))?.content;
    expect(Buffer.from(content?.bytes ?? []).equals(Buffer.from(large))).toBe(true);
  });
});

describe('ORU^R01', () => {
  const oru = (obx: Record<number, string>): Fields => ({
    MSH: { 9: 'ORU^R01^ORU_R01' },
    ZBE: null,
    OBR: { 1: '1', 2: '9876^Nephro', 3: '1001-E1^labo', 4: '34555-3^Créatinine^LN' },
    OBX: { 1: '1', ...obx },
  });
  const data = `^TEXT^XML^Base64^${Buffer.from(cda({ code: '11502-2' })).toString('base64')}`;

  test('by its OBX; a correction keeps its number, a deletion too', () => {
    expect(told('R01', oru({ 2: 'ED', 3: '11502-2^CR', 5: data, 11: 'F' }))).toMatchObject({
      id: '1001-E1',
      type: '11502-2',
      action: 'create',
      content: { mediaType: 'application/pdf' },
    });
    expect(told('R01', oru({ 2: 'ED', 3: '11502-2^CR', 5: data, 11: 'C' }))?.action).toBe('replace');
    expect(told('R01', oru({ 2: 'ED', 3: '11502-2^CR', 5: data, 11: 'D' }))?.action).toBe('delete');
  });

  test('results without a document are no document', () => {
    expect(told('R01', oru({ 2: 'NM', 3: '2160-0', 5: '72', 11: 'F' }))).toBeUndefined();
  });
});

test('a message mutated anywhere is read or refused, and never about another document than it says', () => {
  const whole = adt('T02', mdm('T02', { content: cda(), flags: { DESTDMP: 'Y' } }));
  const random = randomly(7);
  for (let n = 0; n < 600; n += 1) {
    const at = random(whole.length);
    const letter = '|^~\\&\r"AZ09='.charAt(random(12));
    const mutated = whole.slice(0, at) + letter + whole.slice(at + random(9));
    const read = readHl7v2(bytes(mutated));
    if (read.readable)
      for (const one of read.intents) expect(one.document?.action ?? 'create').toMatch(/create|replace|delete/);
  }
});
