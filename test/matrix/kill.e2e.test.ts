/** The promise: a bot killed at any moment reads everything it was sent, and what it says is read by everyone, once. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import type { Persona, SeenEvent } from '../../demo/client.ts';
import { openInbox } from '../support/bot-process.ts';
import { useHomeserver } from '../support/homeserver.ts';
import { addUp, compare, note } from '../support/kill-figures.ts';

const bench = useHomeserver();
const KILLS = Number(process.env['RELAIS_KILLS'] ?? 4); // the long form: RELAIS_KILLS=40

type Child = {
  process: ChildProcess;
  stderr(): string;
  line(matches: (line: string) => boolean): Promise<string>;
  /** Waits for `<word> <n>` with n at least `atLeast`. */
  number(word: string, atLeast: number): Promise<number>;
  ended: Promise<unknown>;
};
const children: Child[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.process.kill('SIGKILL');
    await child.ended;
  }
});

function startBot(directory: string, inbox: string, tickRoom: string): Child {
  const script = join(import.meta.dirname, '../support/bot-process.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, directory, inbox, tickRoom], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const stir = (): void => [...waiting].forEach((look) => look());
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    stir();
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  void ended.then(stir);
  const one: Child = {
    process: child,
    stderr: () => stderr,
    ended,
    number: async (word, atLeast) => {
      const value = (line: string): number =>
        line.startsWith(`${word} `) ? Number(line.slice(word.length + 1)) : Number.NaN;
      return value(await one.line((line) => value(line) >= atLeast));
    },
    line: (matches) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find(matches);
          if (found === undefined && child.exitCode === null && child.signalCode === null) return;
          waiting.delete(look);
          if (found === undefined)
            reject(new Error(`the bot ended (${child.exitCode ?? child.signalCode}):\n${stderr}`));
          else resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
  children.push(one);
  return one;
}

it(`${KILLS} kills in the middle of the traffic: nothing unread, nothing said twice`, async () => {
  const account = await bench.bot('relais');
  const [alice, bob] = [await bench.persona('alice'), await bench.persona('bob')];
  const setup = await bench.run(account.directory);
  const roomId = await setup.transport.createRoom({
    alias: 'r-kill',
    name: 'R-KILL',
    invite: [alice.userId, bob.userId],
    encrypted: true,
    direct: false,
  });
  for (const persona of [alice, bob])
    await persona.until('the room', () => persona.membership(roomId, persona.userId) === 'join');
  const since = await setup.stop();
  const inbox = bench.folder('inbox.sqlite');
  const db = openInbox(inbox);
  db.prepare('INSERT INTO kept VALUES(?, ?)').run('since', since ?? '');

  let said = 0;
  const talk = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const who = said % 2 === 0 ? alice : bob;
      // now and then a new session, so that its key is on its way while the bot dies
      if (said % 5 === 0) await who.client.getCrypto()?.forceDiscardSession(roomId);
      await who.say(roomId, `message ${said++}`);
    }
  };
  const quiet = new AbortController();
  const talking = talk(quiet.signal);
  let [ticked, heard] = [0, 0];
  for (let kill = 0; kill < KILLS; kill++) {
    const bot = startBot(account.directory, inbox, roomId);
    // killed as it begins, as it receives, as it says: each of them while the two others go on
    if (kill % 3 === 0) await bot.line((line) => line === 'ready');
    else if (kill % 3 === 1) heard = await bot.number('read', heard + 1);
    else ticked = await bot.number('ticked', ticked + 1);
    bot.process.kill('SIGKILL');
    await bot.ended;
  }
  quiet.abort();
  await talking;

  const last = startBot(account.directory, inbox, roomId);
  await last.number('read', said);
  const ticks = await last.number('ticked', ticked + 3);
  last.process.kill('SIGKILL');
  await last.ended;

  const rows = db
    .prepare("SELECT body, encrypted FROM inbox WHERE body IS NULL OR body LIKE 'message %' ORDER BY seq")
    .all();
  const wanted = Array.from({ length: said }, (_, i) => `message ${i}`);
  const wantedTicks = Array.from({ length: ticks }, (_, i) => `tick ${i}`);
  for (const persona of [alice, bob]) await persona.seen((event) => event.content['body'] === `tick ${ticks - 1}`);
  const heardBy = (persona: Persona): SeenEvent[] =>
    persona.events.filter((event) => event.sender === account.userId && event.stateKey === undefined);
  const bodies = rows.map((row) => String(row['body']));
  const ways = [compare(wanted, bodies)];
  for (const persona of [alice, bob])
    ways.push(
      compare(
        wantedTicks,
        heardBy(persona)
          .map((event) => String(event.content['body']))
          .slice(0, ticks),
      ),
    );
  const unreadable = rows.filter((row) => row['body'] === null).length + heardBy(alice).filter((e) => e.failure).length;
  note({
    ...addUp(ways.map((way) => ({ kills: 0, messages: 0, undecryptable: 0, ...way }))),
    kills: KILLS,
    messages: said + ticks,
    undecryptable: unreadable + heardBy(bob).filter((e) => e.failure).length,
  });
  expect(rows.map((row) => row['body'])).toEqual(wanted);
  expect(rows.every((row) => row['encrypted'] === 1)).toBe(true);
  db.close();
  for (const persona of [alice, bob]) {
    const heard = heardBy(persona);
    expect(heard.filter((event) => event.failure !== undefined)).toEqual([]);
    expect(heard.map((event) => event.content['body']).slice(0, ticks)).toEqual(wantedTicks);
  }
});

it('a store in use by a living process is refused, with the reason', async () => {
  const account = await bench.bot('relais-twice');
  const first = startBot(account.directory, bench.folder('first.sqlite'), '');
  await first.line((line) => line === 'ready');
  const second = startBot(account.directory, bench.folder('second.sqlite'), '');
  await second.ended;
  expect(second.stderr()).toContain('is in use by another process');
  expect(first.process.exitCode).toBeNull();
});
