/**
 * `npm run test:system`: a client that is nobody's of ours (Debian's nheko, under Xvfb) reads what Relais says, decrypted, on
 * the demo's homeserver; takes the guide's pictures anew. Needs nheko, xvfb, imagemagick, xdotool, tesseract-ocr (apt).
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { setUp } from '../../demo/setup.ts';

const run = promisify(execFile);
const IMAGES = resolve(import.meta.dirname, '..', '..', 'docs', 'fr', 'images');
const DISPLAY = ':87';
const WHO = 'claire';

/** What is typed, what must then be read on the screen, and the picture that is kept. */
const PICTURES = [
  { text: 'aide', reads: /Trouver/, picture: 'aide' },
  { text: 'annuaire dermato cambrai', reads: /ESSAIDERM/, picture: 'annuaire' },
  { text: 'snp lundi soir', reads: /num.ro garde/, picture: 'snp' },
];

const folder = await mkdtemp(join(tmpdir(), 'relais-nheko-'));
const children: ChildProcess[] = [];
const environment = {
  ...process.env,
  DISPLAY,
  XDG_CONFIG_HOME: folder,
  XDG_DATA_HOME: folder,
  XDG_CACHE_HOME: folder,
  LANG: 'C.UTF-8',
};

function start(command: string, args: string[]): ChildProcess {
  const child = spawn(command, args, { env: environment, stdio: process.env['RELAIS_SHOW'] ? 'inherit' : 'ignore' });
  children.push(child);
  return child;
}

async function shot(name: string): Promise<string> {
  const file = join(IMAGES, `${name}.png`);
  await run('import', ['-window', 'root', '-strip', '+dither', '-colors', '32', `PNG8:${file}`], { env: environment });
  return file;
}

/** What a reader sees on the screen, enlarged first: window text is small. */
async function seen(): Promise<string> {
  const file = join(folder, 'screen.png');
  await run('import', ['-window', 'root', '-resize', '200%', '-colorspace', 'Gray', file], { env: environment });
  return (await run('tesseract', [file, '-', '-l', 'fra', '--psm', '11'])).stdout;
}

async function until(what: string, holds: () => Promise<boolean>, timeoutMs = 90_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error(`not seen in ${timeoutMs / 1000} s: ${what}`);
    await pause(1_000);
  }
}

async function main(): Promise<void> {
  await mkdir(IMAGES, { recursive: true });
  const ready = await setUp({ folder: join(folder, 'demo'), onProgress: (line) => console.log(`· ${line}`) });
  try {
    const persona = ready.cast.personas.get(WHO);
    const person = ready.people.find(({ id }) => id === WHO);
    if (!persona || !person) throw new Error(`${WHO} is not in the demo`);
    const user = person.matrix;
    const login = await fetch(`${ready.homeserver.url}/_matrix/client/v3/login`, {
      method: 'POST',
      body: JSON.stringify({
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user },
        password: ready.password,
      }),
    });
    const { access_token: token, device_id: device } = (await login.json()) as {
      access_token: string;
      device_id: string;
    };
    await mkdir(join(folder, 'nheko'), { recursive: true });
    const general = ['[General]', 'run_without_secure_secrets_service=true', ''];
    const auth = [
      '[auth]',
      `access_token=${token}`,
      `device_id=${device}`,
      `home_server=${ready.homeserver.url}`,
      `user_id=${user}`,
      '',
    ];
    const look = ['[user]', 'theme=light', 'desktop_notifications=false', 'alert_on_notification=false', ''];
    await writeFile(join(folder, 'nheko', 'nheko.conf'), [...general, ...auth, ...look].join('\n'));
    start('Xvfb', [DISPLAY, '-screen', '0', '1066x600x24', '-nolisten', 'tcp']);
    await pause(1_500);
    start('dbus-run-session', ['--', 'nheko']);
    const crypto = persona.client.getCrypto();
    if (!crypto) throw new Error('the persona has no keys');
    await until('the keys of nheko’s device', async () => {
      const devices = await crypto.getUserDeviceInfo([user], true);
      return devices.get(user)?.has(device) ?? false;
    });
    console.log('· nheko is there: its device is cross-signed, as its owner would by the recovery key');
    await crypto.crossSignDevice(device);
    const room = await persona.openDirectRoom(ready.bot);
    await persona.until('Relais is in the room', () => persona.membership(room, ready.bot) === 'join');
    // It offers to verify itself: its owner has just done so from elsewhere.
    await until('its dialogue', async () => /Cancel/.test(await seen()));
    await run('xdotool', ['mousemove', '1000', '561', 'click', '1'], { env: environment });
    await run('timeout', ['5', 'nheko', `matrix:roomid/${room.slice(1)}?action=join`], { env: environment }).catch(
      () => undefined,
    );
    await pause(2_000);
    for (const { text, reads, picture } of PICTURES) {
      await persona.say(room, text);
      try {
        await until(`« ${reads.source} » after « ${text} »`, async () => reads.test(await seen()), 45_000);
      } finally {
        await shot(picture);
      }
      console.log(`· ${text}: read by nheko, decrypted`);
    }
  } finally {
    for (const child of children.reverse()) child.kill();
    for (const persona of ready.cast.personas.values()) persona.stop();
    await ready.relais.stop();
    await ready.homeserver.stop();
  }
}

try {
  await main();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
process.exit();
