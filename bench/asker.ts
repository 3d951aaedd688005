/** A professional who asks: one account with a signed device, a room with each of the two bots, and every answer noted. */
import type { Homeserver } from '../demo/homeserver.ts';
import { type Client, type ClientRoom, openClient } from './client.ts';
import { type Heard, listenWith } from './hearing.ts';
import { PASSWORD } from './installation.ts';

type Answered = {
  /** From the PUT of the question to the answer seen in the asker's own /sync, ms. */
  ms: number;
  body: string;
};

export type Asker = {
  userId: string;
  /** Asks, and waits for the answer. @throws when it has not come within `PATIENCE_MS` */
  ask(room: ClientRoom, words: string): Promise<Answered>;
  /** Invites this bot into a room in clear: Relais then opens its own. @returns the room in which it is next invited by it */
  meet(bot: string): Promise<string>;
  /** The next room that somebody else makes and invites this one to. */
  nextRoom(): Promise<string>;
  /** Questions so far with another number of answers than one. */
  notOnce(): number;
  close(): Promise<void>;
};

const PATIENCE_MS = 60_000;

/** Registers the account: nobody knew it before. @param name local part of its Matrix id */
export async function openAsker(homeserver: Homeserver, name: string): Promise<Asker> {
  await homeserver.register(name, PASSWORD);
  const client = await openClient(homeserver.url, name, PASSWORD);
  await client.signItself(PASSWORD);
  const questions = new Set<string>();
  const answers = new Map<string, Heard[]>();
  const waiting = new Map<string, (heard: Heard) => void>();
  const joined: string[] = [];
  let arrived: () => void = () => undefined;
  const stop = await listenWith(
    client,
    (heard) => {
      if (heard.replyTo === undefined) return;
      answers.set(heard.replyTo, [...(answers.get(heard.replyTo) ?? []), heard]);
      waiting.get(heard.replyTo)?.(heard);
    },
    (room) => {
      joined.push(room);
      arrived();
    },
  );
  const answerOf = async (question: string, words: string): Promise<Heard> => {
    const [known] = answers.get(question) ?? []; // the answer may come before our own PUT has its own
    if (known) return known;
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`« ${words} » has had no answer for ${PATIENCE_MS / 1_000} s`)),
        PATIENCE_MS,
      );
      waiting.set(question, (heard) => {
        clearTimeout(late);
        waiting.delete(question);
        resolve(heard);
      });
    });
  };
  const nextRoom = async (): Promise<string> => {
    for (;;) {
      const room = joined.shift();
      if (room !== undefined) return room;
      await new Promise<void>((resolve) => (arrived = resolve));
    }
  };
  return {
    userId: client.userId,
    nextRoom,
    async meet(bot) {
      await inviteInClear(client, bot);
      return nextRoom();
    },
    async ask(room, words) {
      let began = 0;
      const question = await client.put(room, { msgtype: 'm.text', body: words }, (at) => (began = at));
      questions.add(question);
      const heard = await answerOf(question, words);
      const { body } = await heard.content();
      if (heard.encrypted !== room.encrypted) throw new Error('the answer is not encrypted as its room is');
      return { ms: heard.at - began, body: String(body) };
    },
    notOnce: () => [...questions].filter((question) => answers.get(question)?.length !== 1).length,
    close: async () => {
      await stop();
      client.close();
    },
  };
}

async function inviteInClear(client: Client, bot: string): Promise<void> {
  await client.http.text('POST', ['createRoom'], { body: { preset: 'private_chat', invite: [bot], is_direct: true } });
}
