import { describe, expect, test } from 'vitest';
import { knock, openDoor, problemOf } from './door.ts';

const EVENT = { key: 'sortie-0001', facility: '590782421', patient: 'MARTIN' };
const post = { source: 'portail' };

describe('POST /v1/events', () => {
  test('202 once stored; the same bytes again get the same receipt', async () => {
    const { app, inbox } = openDoor();
    const first = await knock(app, JSON.stringify(EVENT), post);
    expect([first.status, await first.json()]).toEqual([202, { id: 'e1', duplicate: false, warnings: [] }]);
    expect(inbox.stored[0]).toMatchObject({
      lane: 'in:portail',
      key: 'sortie-0001',
      format: 'event-json',
      onKeyReuse: 'refuse',
    });
    const again = await knock(app, JSON.stringify(EVENT), post);
    expect([again.status, await again.json()]).toEqual([200, { id: 'e1', duplicate: true, warnings: [] }]);
    expect(inbox.stored).toHaveLength(1);
  });

  test('the key again with another body: 422, nothing stored', async () => {
    const { app, inbox } = openDoor();
    await knock(app, JSON.stringify(EVENT), post);
    const response = await knock(app, JSON.stringify({ ...EVENT, patient: 'DURAND' }), post);
    expect(response.status).toBe(422);
    expect((await problemOf(response)).type).toBe('urn:relais:problem:key-reused');
    expect(inbox.stored).toHaveLength(1);
  });

  test('schema not met: 400 with every place, nothing stored', async () => {
    const { app, inbox } = openDoor();
    const response = await knock(app, JSON.stringify({ key: 'court', facility: 3 }), post);
    expect(response.status).toBe(400);
    const said = await problemOf(response);
    expect(said.errors?.map((e) => e.pointer).sort()).toEqual(['/facility', '/key', '/patient']);
    expect(said.errors?.every((e) => e.detail.length > 0)).toBe(true);
    // What is authentic and cannot be used is kept, under its bytes: the mended event may use its own key.
    expect(inbox.stored.map((e) => [e.key.slice(0, 7), e.settled?.reason])).toEqual([['digest:', 'unreadable']]);
  });

  test.each([
    ['{"patient":"MARTIN" "sexe"}', 'character 20'],
    ['{"patient":"MARTIN"', 'character 19'],
    ['', 'empty'],
  ])('malformed %j: 400 that quotes nothing of the body', async (body, where) => {
    const { app, lines } = openDoor();
    const response = await knock(app, body, post);
    expect(response.status).toBe(400);
    const said = await problemOf(response);
    expect(said.detail).toContain(where);
    expect(JSON.stringify(said) + lines.join()).not.toContain('MARTIN');
  });

  test('not UTF-8: 400', async () => {
    const response = await knock(openDoor().app, Uint8Array.from([0x7b, 0xe9, 0x7d]), post);
    expect((await problemOf(response)).detail).toContain('not UTF-8');
  });

  test('a facility that is not the source’s: kept in quarantine, 422 that says so, again and again', async () => {
    const { app, inbox } = openDoor();
    const body = JSON.stringify({ ...EVENT, facility: '010780195' });
    for (let i = 0; i < 2; i++) {
      const response = await knock(app, body, post);
      expect(response.status).toBe(422);
      expect(await problemOf(response)).toMatchObject({ type: 'urn:relais:problem:wrong-facility', stored: 'e1' });
    }
    expect(inbox.stored).toHaveLength(1);
    expect(inbox.stored[0]?.settled).toMatchObject({ state: 'quarantined', reason: 'wrong-facility' });
  });

  test('storage failure: 503', async () => {
    const { app, inbox } = openDoor();
    inbox.broken = true;
    const response = await knock(app, JSON.stringify(EVENT), post);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  });

  test('a bug of the reader: 500 with an id, nothing acknowledged, nothing of the body said or logged', async () => {
    const { app, inbox, lines } = openDoor({
      readEvent: () => {
        throw new TypeError('cannot read MARTIN');
      },
    });
    const response = await knock(app, JSON.stringify(EVENT), post);
    expect(response.status).toBe(500);
    expect((await problemOf(response)).type).toBe('urn:relais:problem:bug');
    expect(lines.join()).toContain('TypeError');
    expect(lines.join()).not.toContain('MARTIN');
    expect(inbox.stored).toEqual([]);
  });
});
