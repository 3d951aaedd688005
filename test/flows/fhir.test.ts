/** A hospital that speaks FHIR: the whole record again at each change, and only what is new is said. */
import { describe, expect, test } from 'vitest';
import { bundle, bytes, encounter, estimated, hospital, patient, stay } from '../formats/fhir/fixtures.ts';
import { openWard, paris, type Ward } from './stage.ts';

let version = 0;

/** Brings one record, dated at the present civil time. */
async function brings(
  ward: Ward,
  over: Record<string, unknown> = {},
  who: Record<string, unknown> = {},
): Promise<number> {
  version += 1;
  const meta = {
    versionId: String(version),
    lastUpdated: new Date(ward.now()).toISOString(),
    ...(over['meta'] as object | undefined),
  };
  return (await ward.post(bytes(stay({ ...over, meta }, who)), 'fhir')).status;
}

const said = (ward: Ward): string[] => ward.bodies('mt').filter((body) => !body.startsWith('* '));
const unit = (value: string): object => ({
  location: [{ location: { identifier: { value }, display: `Service ${value}` } }],
});

describe('a stay told by records', () => {
  test('arrival at the emergency department, ward, transfer, leave, discharge: each said once', async () => {
    const ward = await openWard();
    const emergency = { class: { code: 'EMER' } };
    expect(await brings(ward, emergency)).toBe(202);
    expect(said(ward).at(-1)).toContain('Arrivée aux urgences');
    await ward.until(paris(2026, 1, 12, 14));
    await brings(ward);
    expect(said(ward).at(-1)).toContain('Passage en hospitalisation');
    await ward.until(paris(2026, 1, 13, 10));
    await brings(ward, unit('4530') as Record<string, unknown>);
    expect(said(ward).at(-1)).toContain('Changement de service');
    await ward.until(paris(2026, 1, 14, 10));
    await brings(ward, { ...unit('4530'), status: 'onleave' });
    expect(said(ward).at(-1)).toContain('Permission');
    await ward.until(paris(2026, 1, 15, 10));
    await brings(ward, unit('4530') as Record<string, unknown>);
    expect(said(ward).at(-1)).toContain('Retour de permission');
    await ward.until(paris(2026, 1, 16, 11));
    const end = { start: '2026-01-12T08:30:00+01:00', end: '2026-01-16T10:30:00+01:00' };
    const home = { dischargeDisposition: { coding: [{ code: 'home' }] } };
    await brings(ward, { ...unit('4530'), status: 'finished', period: end, hospitalization: home });
    expect(said(ward).at(-1)).toMatch(/Sortie de l’hôpital[^]*Vers : domicile/);
    const before = said(ward).length;
    await brings(ward, { ...unit('4530'), status: 'finished', period: end, hospitalization: home });
    expect(said(ward).length).toBe(before);
    await ward.close();
  });

  test('the same record again says nothing, under the same version or a new one', async () => {
    const ward = await openWard();
    await brings(ward);
    const before = ward.bodies('mt').length;
    await ward.until(paris(2026, 1, 12, 15));
    await brings(ward);
    await brings(ward);
    expect(ward.bodies('mt').length).toBe(before);
    await ward.close();
  });

  test('an estimated discharge days after the entry: announced, reminded, moved, taken back', async () => {
    const ward = await openWard();
    await brings(ward);
    await ward.until(paris(2026, 1, 15, 15)); // Thursday
    await brings(ward, { extension: [estimated('2026-01-19')] });
    expect(said(ward).at(-1)).toMatch(/Sortie prévue[^]*lundi 19 janvier/);
    await ward.until(paris(2026, 1, 16, 12, 5));
    expect(said(ward).at(-1)).toContain('Rappel : sortie prévue');
    await ward.until(paris(2026, 1, 17, 10));
    await brings(ward, { extension: [estimated('2026-01-20')] });
    expect(said(ward).at(-1)).toMatch(/Sortie déplacée[^]*20 janvier/);
    const hidden = { ...estimated(''), valueDate: undefined };
    await ward.until(paris(2026, 1, 17, 11));
    await brings(ward, { extension: [hidden] });
    expect(said(ward).at(-1)).toContain('Sortie annulée');
    await ward.close();
  });

  test('an older record that comes late changes nothing; a discharge that was a mistake is taken back', async () => {
    const ward = await openWard();
    await brings(ward);
    await ward.until(paris(2026, 1, 13, 10));
    await brings(ward, {
      status: 'finished',
      period: { start: '2026-01-12T08:30:00Z', end: '2026-01-13T09:30:00+01:00' },
    });
    const before = said(ward).length;
    await brings(ward, { meta: { lastUpdated: '2026-01-12T12:00:00+01:00' } });
    expect(said(ward).length).toBe(before);
    await ward.until(paris(2026, 1, 13, 11));
    await brings(ward);
    expect(said(ward).at(-1)).toContain('la sortie n’a pas eu lieu');
    await ward.close();
  });

  test('planned, then cancelled; entered in error while here', async () => {
    const ward = await openWard();
    const planned = { status: 'planned', period: { start: '2026-01-20T09:00:00+01:00' } };
    await brings(ward, planned);
    expect(said(ward).at(-1)).toMatch(/Hospitalisation prévue[^]*20 janvier/);
    await ward.until(paris(2026, 1, 12, 16));
    await brings(ward, { ...planned, status: 'cancelled' });
    expect(said(ward).at(-1)).toContain('hospitalisation prévue annulée');
    await ward.until(paris(2026, 1, 12, 17));
    await brings(ward, { period: { start: '2026-01-12T17:00:00+01:00' } });
    expect(said(ward).at(-1)).toContain('Entrée à l’hôpital');
    await ward.until(paris(2026, 1, 12, 18));
    await brings(ward, { status: 'entered-in-error' });
    expect(said(ward).at(-1)).toContain('l’entrée n’a pas eu lieu');
    await ward.close();
  });

  test('a death silences everything, and is not a discharge', async () => {
    const ward = await openWard();
    await brings(ward, { extension: [estimated('2026-01-19')] });
    await ward.until(paris(2026, 1, 14, 10));
    await brings(
      ward,
      { status: 'finished', period: { start: '2026-01-12', end: '2026-01-14T09:00:00+01:00' } },
      { deceasedBoolean: true },
    );
    expect(said(ward).at(-1)).toContain('Décès');
    const before = said(ward).length;
    await ward.until(paris(2026, 1, 21, 10));
    expect(said(ward).length).toBe(before);
    await ward.close();
  });

  test('consultations are silent; a protected stay is blocked and leaves no payload', async () => {
    const ward = await openWard();
    await brings(ward, { class: { code: 'AMB' } });
    await brings(ward, { id: 'enc2', meta: { security: [{ code: 'V' }] } });
    expect(ward.bodies('mt')).toEqual([]);
    expect(await ward.store.counts()).toContainEqual({ outcome: 'blocked', reason: 'protected-visit', n: 1 });
    await ward.close();
  });

  test('HL7 and FHIR of one stay meet: the patient is the same, and nothing is said twice', async () => {
    const ward = await openWard();
    await ward.adt('A01');
    const before = ward.bodies('mt').length;
    await brings(ward);
    expect(ward.bodies('mt').length).toBe(before);
    await ward.close();
  });
});

describe('the acknowledgement', () => {
  test('202, then 200 with the same; other bytes under the same key: 422; all OperationOutcomes without a patient', async () => {
    const ward = await openWard();
    const message = { ...bundle(patient(), hospital, encounter()), identifier: { value: 'B-1' } };
    const first = await ward.post(bytes(message), 'fhir');
    const again = await ward.post(bytes(message), 'fhir');
    const other = await ward.post(bytes({ ...message, timestamp: '2026-01-12T09:00:00Z' }), 'fhir');
    expect([first.status, again.status, other.status]).toEqual([202, 200, 422]);
    const refused = await ward.post(bytes(stay({}, { identifier: [] })), 'fhir');
    const broken = await ward.post(new TextEncoder().encode('{"FICTIVE'), 'fhir');
    const xml = await ward.post(new TextEncoder().encode('<Encounter/>'), 'fhir', 'application/fhir+xml');
    expect([refused.status, broken.status, xml.status]).toEqual([422, 400, 415]);
    expect(JSON.parse(refused.body)).toMatchObject({
      issue: [{ severity: 'error', code: 'required', expression: ['Encounter.subject'] }],
    });
    for (const answer of [first, again, other, refused, broken, xml]) {
      expect(JSON.parse(answer.body)).toMatchObject({ resourceType: 'OperationOutcome' });
      expect(answer.body).not.toMatch(/FICTIVE|INVENTEE|00700123|VEN7001/);
    }
    await ward.close();
  });

  test('a facility that the source may not speak for is kept for a human', async () => {
    const ward = await openWard();
    const elsewhere = { ...hospital, identifier: [{ system: 'https://finess.esante.gouv.fr', value: '750000000' }] };
    const answer = await ward.post(bytes(bundle(patient(), elsewhere, encounter())), 'fhir');
    expect(answer.status).toBe(422);
    expect(ward.bodies('mt')).toEqual([]);
    await ward.close();
  });
});
