/** The door with the readers that main.ts gives it: what a hospital really gets back. */
import { describe, expect, test } from 'vitest';
import { eventSchema, readEvent } from '../../bridge/formats/events.ts';
import { acknowledgement } from '../../bridge/formats/hl7v2/ack.ts';
import { readHl7v2 } from '../../bridge/formats/hl7v2/pam-fr.ts';
import { knock, openDoor, problemOf } from './door.ts';
import type { Opened } from './door.ts';

const open = (): Opened => openDoor({ readHl7v2, readEvent, eventSchema, acknowledge: acknowledgement });

const A03 = [
  'MSH|^~\\&|DPI|590782421|RELAIS|RELAIS|20261123095500||ADT^A03^ADT_A03|000123|P|2.5^FRA^2.11|||||FRA|8859/15',
  'EVN||20261123095500||||20261123095000',
  'PID|||IPP42^^^CH&1.2.250.1&ISO^PI||ESSAI^JEANNE^^^^^L||19400101|F||||||||||||||||||||||||VALI',
  'PV1||I|UF01^^^590782421||||||||||||||||V777^^^CH&1.2.250.1&ISO^VN|||||||||||||||||||||||||20261121|20261123095000',
  'ZBE|MVT1^CH^1.2.250.1^ISO|20261123095000||INSERT|N||Cardio^^^^^CH^UF^^^UF01||S',
  '',
].join('\r');

describe('HL7 v2', () => {
  test('a discharge: AA with its control id, in lane and key', async () => {
    const { app, inbox } = open();
    const text = await (await knock(app, A03)).text();
    expect(text).toMatch(/^MSH\|.*\|ACK\^A03\^ACK\|/);
    expect(text).toContain('\rMSA|AA|000123\r');
    expect(inbox.stored[0]?.lane).toBe('in:dpi');
    expect(inbox.stored[0]?.key).toMatch(/^000123.20261123095500$/);
    expect(inbox.stored[0]?.settled).toBeUndefined();
  });

  test.each([
    ['another facility', A03.replace('|DPI|590782421|', '|DPI|010780195|'), 'AE', 'MSH^1^4'],
    ['two messages', A03 + A03, 'AR', 'one message per request'],
    ['version 2.1', A03.replace('2.5^FRA^2.11', '2.1'), 'AR', 'Unsupported version id'],
    ['a text', 'bonjour', 'AR', 'must start with an MSH'],
  ])('%s: acknowledged %s with an ERR that says where', async (_what, message, code, says) => {
    const { app, inbox } = open();
    const text = await (await knock(app, message)).text();
    expect(text).toContain(`\rMSA|${code}`);
    expect(text).toContain('\rERR|');
    expect(text).toContain(says);
    expect(text).not.toContain('JEANNE');
    expect(inbox.stored[0]?.settled?.state).toBe('quarantined');
  });
});

describe('JSON', () => {
  const event = {
    key: 'sortie-2026-0001',
    type: 'discharge',
    occurredAt: '2026-11-23T10:00:00+01:00',
    facility: '590782421',
    patient: { ipp: 'IPP42', birthName: 'ESSAI', givenName: 'JEANNE', birthDate: '1940-01-01' },
    visit: 'V777',
    movement: { id: 'MVT1' },
    unit: { code: 'UF01' },
  };

  test('an event: 202, then 200 for its twin', async () => {
    const { app } = open();
    expect((await knock(app, JSON.stringify(event), { source: 'portail' })).status).toBe(202);
    expect((await knock(app, JSON.stringify(event), { source: 'portail' })).status).toBe(200);
  });

  test('a wrong one: every place and its cure, and nothing of what was sent', async () => {
    const wrong = { ...event, occurredAt: 'JEANNE', unit: undefined, nom: 'JEANNE' };
    const said = await problemOf(await knock(open().app, JSON.stringify(wrong), { source: 'portail' }));
    expect(said.errors?.map((e) => e.pointer).sort()).toEqual(['/', '/occurredAt', '/unit']);
    expect(JSON.stringify(said)).not.toContain('JEANNE');
  });

  test('the description shows the real schema', async () => {
    const text = await (await open().app.request('/openapi.json')).text();
    expect(text).toContain('"discharge-planned"');
  });
});
