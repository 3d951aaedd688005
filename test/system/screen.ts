/**
 * A professional's screen: Debian's nheko under Xvfb, read with tesseract and handled with xdotool, as somebody would with
 * eyes and a mouse.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian's packages that hold the programs used here. */
const PROGRAMS = ['nheko', 'Xvfb', 'import', 'xdotool', 'tesseract', 'dbus-run-session'];
const PACKAGES = 'test/system/packages.txt';

const [WIDTH, HEIGHT] = [440, 676];
/** What is on the screen is small for a machine that reads. */
const ENLARGED = 3;

export type Login = { homeserver: string; user: string; device: string; token: string };

export type Screen = {
  /** @throws Error with what was on the screen instead */
  until(pattern: RegExp, timeoutMs?: number): Promise<void>;
  /** Clicks on a word, light on dark too. @throws Error when it is not there */
  click(word: string): Promise<void>;
  type(text: string): Promise<void>;
  key(name: string): Promise<void>;
  openRoom(roomId: string): Promise<void>;
  /** A small PNG. */
  shot(file: string): Promise<void>;
  close(): void;
};

/** @throws Error that names what is not installed, and how to install it */
export async function checkPrograms(): Promise<void> {
  const missing: string[] = [];
  for (const program of PROGRAMS) await run('which', [program]).catch(() => missing.push(program));
  if (missing.length > 0)
    throw new Error(`not installed: ${missing.join(', ')}. On Debian: xargs -a ${PACKAGES} apt-get install`);
}

/** Starts a screen with nheko on it, logged in as that device. @param folder its own, for nheko's keys and settings */
export async function openScreen(folder: string, login: Login): Promise<Screen> {
  const display = await freeDisplay();
  const env = {
    ...process.env,
    DISPLAY: display,
    XDG_CONFIG_HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_CACHE_HOME: folder,
    LANG: 'C.UTF-8',
    LC_ALL: '',
    LC_MESSAGES: 'fr_FR.UTF-8',
    LC_TIME: 'fr_FR.UTF-8',
    LANGUAGE: 'fr',
    TZ: 'Europe/Paris',
  };
  const children: ChildProcess[] = [];
  const start = (command: string, args: string[]): void => {
    const stdio = process.env['RELAIS_SHOW'] ? 'inherit' : 'ignore';
    children.push(spawn(command, args, { env, stdio, detached: true }));
  };
  await mkdir(join(folder, 'nheko'), { recursive: true });
  await writeFile(join(folder, 'nheko', 'nheko.conf'), settings(login));
  start('Xvfb', [display, '-screen', '0', `${WIDTH}x${HEIGHT}x24`, '-nolisten', 'tcp']);
  await untilTrue('the display', () => run('xdotool', ['getdisplaygeometry'], { env }).then(() => true));
  start('dbus-run-session', ['--', 'nheko']);
  const close = (): void => {
    for (const { pid } of children.splice(0).reverse()) {
      try {
        if (pid !== undefined) process.kill(-pid, 'SIGTERM');
      } catch {
        // it has ended by itself
      }
    }
  };
  process.once('exit', close);
  const hand = async (...args: string[]): Promise<void> => {
    await run('xdotool', args, { env });
  };

  const read = async (how: string[], ...format: string[]): Promise<string> => {
    const file = join(folder, 'screen.png');
    await run('import', ['-window', 'root', file], { env });
    await run('convert', [file, '-resize', `${ENLARGED}00%`, '-colorspace', 'Gray', ...how, file]);
    return (await run('tesseract', [file, '-', '-l', 'fra', '--psm', '11', ...format])).stdout;
  };
  const text = (): Promise<string> => read([]);
  const words = async (...how: string[]): Promise<string[][]> =>
    (await read(how, 'tsv')).split('\n').map((row) => row.split('\t').slice(6));

  return {
    async until(pattern, timeoutMs = 60_000) {
      let last = '';
      await untilTrue(String(pattern), async () => pattern.test((last = await text())), timeoutMs).catch(
        (cause: unknown) => {
          throw new Error(`on the screen instead:\n${last.replaceAll(/\n+/g, '\n')}`, { cause });
        },
      );
    },
    async click(word) {
      // Of tesseract's table: left, top, width, height, confidence, text.
      const found = [...(await words()), ...(await words('-negate', '-lat', '60x60+5%'))].find(
        ([, , , , , text]) => text === word,
      );
      if (!found) throw new Error(`« ${word} » is not on the screen`);
      const [left = 0, top = 0, width = 0, height = 0] = found.map(Number);
      const middle = [left + width / 2, top + height / 2].map((n) => String(Math.round(n / ENLARGED)));
      await hand('mousemove', ...middle, 'click', '1');
    },
    type: (text) => hand('type', '--delay', '20', text),
    key: (name) => hand('key', name),
    // A second nheko hands the address to the one that runs, and may not end by itself.
    openRoom: async (roomId) => {
      const address = `matrix:roomid/${roomId.slice(1)}?action=join`;
      await run('timeout', ['2', 'nheko', address], { env }).catch(() => undefined);
    },
    async shot(file) {
      // To the last line, and the mouse out of the way.
      await hand('mousemove', String(WIDTH / 2), String(HEIGHT / 2), 'click', '--repeat', '9', '5');
      await hand('mousemove', String(WIDTH - 1), String(HEIGHT - 1));
      await pause(1_000);
      await run('import', ['-window', 'root', '-strip', '+dither', '-colors', '32', `PNG8:${file}`], { env });
    },
    close,
  };
}

/** Secrets in a file of this folder: there is no keyring here. A light narrow window, as on a phone. */
function settings({ homeserver, user, device, token }: Login): string {
  return [
    '[General]',
    'run_without_secure_secrets_service=true',
    '[auth]',
    `access_token=${token}`,
    `device_id=${device}`,
    `home_server=${homeserver}`,
    `user_id=${user}`,
    '[user]',
    'theme=light',
    'group_view=false',
    'desktop_notifications=false',
    'alert_on_notification=false',
    'avatar_circles=true',
    'bubbles_enabled=true',
    '[window]',
    `width=${WIDTH}`,
    `height=${HEIGHT}`,
    'tray=false',
    '',
  ].join('\n');
}

async function freeDisplay(): Promise<string> {
  const used = (await run('ls', ['-A', '/tmp']).catch(() => ({ stdout: '' }))).stdout;
  let n = 87;
  while (used.includes(`.X${n}-lock`)) n += 1;
  return `:${n}`;
}

async function untilTrue(what: string, holds: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error(`not seen in ${timeoutMs / 1000} s: ${what}`);
    await pause(500);
  }
}
