/** Relais' own JSON: what is read, and what a sender is told to mend (DESIGN §7). */
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { eventSchema, readEvent, type EventProblem } from '../../bridge/formats/events.ts';
import type { StayIntent } from '../../care/stay/intent.ts';

const event = {
  key: 'e-1',
  type: 'admission',
  occurredAt: '2026-01-12T08:30:00+01:00',
  facility: '590782421',
  patient: { ipp: '00700123', birthName: 'FICTIVE', givenName: 'Lucie', birthDate: '1961-07-04', sex: 'F' },
  visit: 'V7001',
  movement: { id: 'MV1' },
  unit: { code: '2210', label: 'Pneumologie' },
};

function intent(over: object): StayIntent {
  const read = readEvent({ ...event, ...over });
  if ('problems' in read || !read.readable || read.intents[0] === undefined) throw new Error(JSON.stringify(read));
  return read.intents[0];
}

function problems(json: unknown): EventProblem[] {
  const read = readEvent(json);
  return 'problems' in read ? read.problems : [];
}

describe('what is read', () => {
  test.each([
    ['pre-admission', 'preadmitted', undefined],
    ['admission', 'admitted', 'I'],
    ['emergency-arrival', 'emergency-arrived', 'E'],
    ['transfer', 'transferred', undefined],
    ['discharge', 'discharged', undefined],
  ])('%s is %s', (type, meant, patientClass) => {
    expect(intent({ type })).toMatchObject({
      type: meant,
      trigger: type,
      class: patientClass,
      movement: { action: 'insert' },
    });
    expect(intent({ type, action: 'cancel' })).toMatchObject({
      type: 'movement-cancelled',
      cancels: meant,
      movement: { id: 'MV1', action: 'cancel' },
    });
  });

  test('a planned discharge: a day, an hour, or taken back', () => {
    const planned = (expectedDischarge: unknown): unknown =>
      intent({ type: 'discharge-planned', expectedDischarge }).expectedDischarge;
    expect(planned('2026-01-15')).toEqual({ set: { at: Date.UTC(2026, 0, 14, 23), precision: 'day' } });
    expect(planned('2026-07-15T11:00:00+02:00')).toEqual({
      set: { at: Date.UTC(2026, 6, 15, 9), precision: 'minute' },
    });
    expect(planned('2026-01-15T10:00:00Z')).toEqual({ set: { at: Date.UTC(2026, 0, 15, 10), precision: 'minute' } });
    expect(planned(null)).toBe('erased');
    expect(
      intent({ type: 'discharge-planned', action: 'cancel', expectedDischarge: '2026-01-15' }).expectedDischarge,
    ).toBeUndefined();
  });

  test('a death is no routine discharge, a protected stay says why', () => {
    expect(intent({ type: 'discharge', destination: 'death' })).toMatchObject({ type: 'died', died: true });
    expect(intent({ type: 'discharge', destination: 'death', action: 'cancel' })).toMatchObject({
      cancels: 'discharged',
      died: false,
    });
    expect(intent({ protected: true }).protections).toEqual(['protected-visit']);
    expect(intent({ protected: false }).protections).toEqual([]);
  });

  test('dates', () => {
    expect(intent({})).toMatchObject({
      occurredAt: Date.UTC(2026, 0, 12, 7, 30),
      recordedAt: Date.UTC(2026, 0, 12, 7, 30),
    });
    expect(intent({ recordedAt: '2026-01-12T09:00:00+01:00' }).recordedAt).toBe(Date.UTC(2026, 0, 12, 8));
    expect(intent({ type: 'pre-admission', expectedAdmission: '2026-01-20' }).expectedAdmission?.precision).toBe('day');
  });
});

describe('what is told to mend', () => {
  test.each([
    [{ occurredAt: '2026-01-12T08:30:00' }, '/occurredAt'],
    [{ occurredAt: '12/01/2026' }, '/occurredAt'],
    [{ occurredAt: '2026-02-30T08:30:00Z' }, '/occurredAt'],
    [{ type: 'sortie' }, '/type'],
    [{ key: '' }, '/key'],
    [{ key: 'k'.repeat(201) }, '/key'],
    [{ visit: undefined }, '/visit'],
    [{ visit: 7001 }, '/visit'],
    [{ patient: { ...event.patient, birthDate: '1961-02-31' } }, '/patient/birthDate'],
    [{ patient: { ...event.patient, nir: '279035121518989' } }, '/patient'],
    [{ unit: 'Pneumologie' }, '/unit'],
    [{ extra: 1 }, '/'],
    [{ type: 'discharge-planned' }, '/expectedDischarge'],
    [{ type: 'discharge-planned', expectedDischarge: 'jeudi' }, '/expectedDischarge'],
  ])('%j at %s', (over, path) => {
    const [problem, ...others] = problems({ ...event, ...over });
    expect(others).toEqual([]);
    expect(problem?.path).toBe(path);
    expect(problem?.message).toBeTruthy();
    expect(problem?.cure).toMatch(/\.$/);
  });

  test('every problem at once, none with a value', () => {
    const found = problems({
      ...event,
      type: 'SORTIE',
      patient: { ipp: 1, birthName: 'FICTIVE', birthDate: 'FICTIVE' },
      FICTIVE: 1,
    });
    expect(found.map((one) => one.path).sort()).toEqual([
      '/',
      '/patient/birthDate',
      '/patient/givenName',
      '/patient/ipp',
      '/type',
    ]);
    expect(JSON.stringify(found)).not.toMatch(/FICTIVE|SORTIE/);
  });

  test('anything that is no object', () => {
    for (const json of [null, undefined, 1, 'x', [], [event], {}]) expect(problems(json)).not.toEqual([]);
  });
});

test('the schema can be shown on the OpenAPI page', () => {
  const shown = z.toJSONSchema(eventSchema, { io: 'input' });
  expect(shown).toMatchObject({ type: 'object', additionalProperties: false });
  expect(JSON.stringify(shown)).toContain('"expectedDischarge"');
});
