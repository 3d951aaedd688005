/** Two homeservers: professionals of both in one patient's room, and the accounts that have no business there. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf } from '../../demo/cast.ts';
import { openPersona, type Persona } from '../../demo/client.ts';
import type { Homeserver } from '../../demo/homeserver.ts';
import { startFederation, type Federation } from '../support/federation.ts';
import { PASSWORD } from '../support/homeserver.ts';
import { clearMessages, encryptedMessages, searchFiles } from '../support/leaks.ts';
import { movement, nameOf, openServed, roomOf, type Served } from '../support/served.ts';

const IPP = '50001';
let federation: Federation;
let served: Served;
const personas: Persona[] = [];

const enter = async (server: Homeserver, user: string): Promise<Persona> => {
  await server.register(user, PASSWORD);
  const persona = await openPersona({ homeserver: server.url, user, password: PASSWORD, deviceName: user });
  personas.push(persona);
  return persona;
};

beforeAll(async () => {
  federation = await startFederation();
});
afterAll(async () => {
  for (const persona of personas) persona.stop();
  await served.relais.stop();
  await federation.stop();
});

it('both read what Relais says, the remote one commands it; who is of no allowed server, or unknown, stays outside', async () => {
  const [here, there] = federation.servers;
  const claire = await enter(here, 'claire');
  const camille = await enter(here, 'camille');
  const remi = await enter(there, 'remi');
  const mallory = await enter(there, 'mallory');
  const folder = (name: string): string => join(federation.folder, name);
  mkdirSync(folder('bot'));
  const outside = '@ext:elsewhere.test';
  served = await openServed({ homeserver: here, folder }, 'relais', {
    people: [
      { id: 'claire', matrix: claire.userId, name: 'Dr Claire Modèle', role: 'medecin-traitant' },
      { id: 'remi', matrix: remi.userId, name: 'Rémi Exemple', role: 'infirmier' },
      { id: 'ext', matrix: outside, name: 'Dr Externe', role: 'medecin' },
      { id: 'camille', matrix: camille.userId, name: 'Camille Coord', role: 'coordinateur' },
    ],
    teams: [{ ipp: IPP, members: ['claire', 'remi', 'ext'] }],
    more: { access_rule: 'restricted', allowed_servers: [here.serverName, there.serverName] },
  });
  const { bot, relais } = served;
  await relais.start();
  await served.acknowledged(movement(IPP, 'A01', 0));
  for (const reader of [claire, remi]) {
    const said = await reader.seen((e) => e.sender === bot && bodyOf(e).includes(nameOf(IPP)));
    expect(said).toMatchObject({ encrypted: true, failure: undefined });
  }
  const roomId = roomOf(remi, bot, IPP) ?? '';
  await remi.say(roomId, '!aide');
  for (const reader of [claire, remi])
    await reader.seen((e) => e.sender === bot && e.roomId === roomId && bodyOf(e).includes('un de ces mots'));
  await served.acknowledged(movement(IPP, 'A02', 1));
  await remi.seen((e) => e.sender === bot && bodyOf(e).startsWith('Changement de service'));

  expect(claire.membership(roomId, remi.userId)).toBe('join');
  expect(claire.membership(roomId, outside)).toBeUndefined();
  await camille.seen((e) => e.sender === bot && bodyOf(e).includes(outside));
  const refused = await mallory.openDirectRoom(bot);
  await mallory.until('the refusal', () => mallory.membership(refused, bot) === 'leave');

  await relais.quiet(0);
  for (const { directory } of federation.servers) {
    expect(clearMessages(directory)).toBe(0);
    expect(encryptedMessages(directory, bot)).toBeGreaterThanOrEqual(4);
    expect(searchFiles(directory, new RegExp(`${nameOf(IPP)}|Zelie`, 'i')).found).toEqual([]);
  }
});
