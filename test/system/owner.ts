/** What the owner of the window does before it is of use: logs in, and shows that the device is theirs. */
import { Preset } from 'matrix-js-sdk';
import type { Persona } from '../../demo/client.ts';
import type { Ready } from '../../demo/setup.ts';
import type { Login, Screen } from './screen.ts';

/** A device of this person, for nheko. */
export async function loginOf(ready: Ready, user: string): Promise<Login> {
  const { url } = ready.homeserver;
  const answer = await fetch(`${url}/_matrix/client/v3/login`, {
    method: 'POST',
    body: JSON.stringify({
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user },
      password: ready.password,
      initial_device_display_name: 'nheko',
    }),
  });
  if (!answer.ok) throw new Error(`${user} could not log in: ${answer.status}`);
  const { access_token: token, device_id: device } = (await answer.json()) as {
    access_token: string;
    device_id: string;
  };
  return { homeserver: url, user, device, token };
}

/** As its owner does at the first start: the recovery key, typed into nheko's own dialogue. */
export async function verify(screen: Screen, persona: Persona): Promise<void> {
  await screen.until(/Activer le chiffrement/);
  await screen.click('ENTRER');
  await screen.until(/cl[ée] de r[ée]cup[ée]ration ou phrase/);
  await screen.type(persona.recoveryKey ?? '');
  await screen.key('Return');
  await screen.until(/^(?!.*(récup|recup|Activer)).*@/s); // the dialogues are closed: the list of rooms is there
}

/**
 * Before nheko starts: version 0.11 shows nothing of a room that it sees being made while it hides those events. A key per
 * message: what follows then comes to nheko from Relais itself, not from the owner's other device (a red shield).
 */
export async function directRoom(persona: Persona, bot: string): Promise<string> {
  const content = { algorithm: 'm.megolm.v1.aes-sha2', rotation_period_msgs: 1 };
  const { room_id: roomId } = await persona.client.createRoom({
    preset: Preset.TrustedPrivateChat,
    is_direct: true,
    invite: [bot],
    initial_state: [{ type: 'm.room.encryption', state_key: '', content }],
  });
  await persona.until('the bot in the direct room', () => persona.membership(roomId, bot) === 'join');
  await persona.say(roomId, 'garde');
  await persona.seen(({ sender, content: { body } }) => sender === bot && String(body).includes('garde'));
  return roomId;
}
