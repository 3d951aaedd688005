/** POST /v1/documents: a form, or a FHIR DocumentReference. */
import { describe, expect, test } from 'vitest';
import { bytes, encounter, hospital, patient as fhirPatient } from '../formats/fhir/fixtures.ts';
import { ATTACH, base64, BOUNDARY, bytesOf, files, form, hex, last, PDF } from './documents.ts';
import { openWard } from './stage.ts';

const posted = {
  key: 'lettre-2026-0001',
  facility: 'CH_VAL',
  patient: { ipp: '00700123', birthName: 'FICTIVE', givenName: 'Lucie', birthDate: '1961-07-04' },
  visit: 'VEN7001',
  document: { id: 'P1', type: '11490-0' },
};

describe('POST /v1/documents', () => {
  const media = `multipart/form-data; boundary=${BOUNDARY}`;

  test('multipart: 202, the file in the room; the same again 200; other bytes 422', async () => {
    const ward = await openWard({ policy: ATTACH });
    await ward.adt('A01');
    const answers = [
      await ward.post(form(posted, PDF), 'documents', media),
      await ward.post(form(posted, PDF), 'documents', media),
      await ward.post(form({ ...posted, visit: 'OTHER' }, PDF), 'documents', media),
    ];
    expect(answers.map((one) => one.status)).toEqual([202, 200, 422]);
    expect(await bytesOf(ward, files(ward)[0])).toBe(hex);
    expect(files(ward).length).toBe(1);
    await ward.close();
  });

  test('a form that is not as described: 400 with the places, nothing of what was sent', async () => {
    const ward = await openWard({ policy: ATTACH });
    const wrong = await ward.post(
      form({ ...posted, visit: 7, document: { id: 'FICTIVE', type: 'x' } }, PDF),
      'documents',
      media,
    );
    expect(wrong.status).toBe(400);
    expect(wrong.body).toContain('/document/type');
    expect(wrong.body).not.toContain('FICTIVE');
    expect((await ward.post(new TextEncoder().encode('no form'), 'documents', media)).status).toBe(400);
    await ward.close();
  });

  test('a FHIR DocumentReference: inline, or in a Binary of its Bundle', async () => {
    const ward = await openWard({ policy: ATTACH });
    await ward.adt('A01');
    const reference = (attachment: object, over: object = {}): Record<string, unknown> => ({
      resourceType: 'DocumentReference',
      id: 'd1',
      meta: { lastUpdated: '2026-01-13T16:00:00+01:00' },
      contained: [fhirPatient({ id: 'p' }), { ...encounter(), id: 'e' }, hospital],
      masterIdentifier: { value: 'urn:oid:1.2.250.1.999.8' },
      status: 'current',
      type: { coding: [{ system: 'http://loinc.org', code: '11490-0' }] },
      subject: { reference: '#p' },
      custodian: { reference: '#ch' },
      context: { encounter: [{ reference: '#e' }] },
      content: [{ attachment: { contentType: 'application/pdf', ...attachment } }],
      ...over,
    });
    const inline = await ward.post(bytes(reference({ data: base64(PDF) })), 'documents', 'application/fhir+json');
    expect([inline.status, (JSON.parse(inline.body) as { resourceType: string }).resourceType]).toEqual([
      202,
      'OperationOutcome',
    ]);
    const binary = { resourceType: 'Binary', id: 'b1', contentType: 'application/pdf', data: base64(PDF) };
    const replaces = {
      masterIdentifier: { value: 'urn:oid:1.2.250.1.999.9' },
      meta: { lastUpdated: '2026-01-13T17:00:00+01:00' },
      relatesTo: [{ code: 'replaces', target: { identifier: { value: 'urn:oid:1.2.250.1.999.8' } } }],
    };
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ resource: reference({ url: 'Binary/b1' }, replaces) }, { resource: binary }],
    };
    await ward.post(bytes(bundle), 'documents', 'application/fhir+json');
    expect(last(ward)).toContain('nouvelle version');
    expect(files(ward).length).toBe(2);
    await ward.post(
      bytes(
        reference(
          {},
          {
            ...replaces,
            status: 'entered-in-error',
            relatesTo: undefined,
            meta: { lastUpdated: '2026-01-13T18:00:00+01:00' },
          },
        ),
      ),
      'fhir',
    );
    expect(last(ward)).toContain('Retiré');
    await ward.close();
  });
});
