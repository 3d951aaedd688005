/** One homeserver per end-to-end test file, and what every such file needs of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openMatrixTransport } from '../../bot/matrix/matrix-transport.ts';
import type { MatrixTransportOptions } from '../../bot/matrix/matrix-transport.ts';
import { provision } from '../../bot/matrix/provision.ts';
import type { Provisioned } from '../../bot/matrix/provision.ts';
import type { SyncBatch, Transport } from '../../care/relay/transport.ts';
import { openPersona } from '../../demo/client.ts';
import type { Persona, PersonaOptions } from '../../demo/client.ts';
import { startHomeserver } from '../../demo/homeserver.ts';
import type { Homeserver } from '../../demo/homeserver.ts';
import { systemClocks } from './system-clocks.ts';

export const PASSWORD = 'a long password';

/** A bot account that runs; `batches` are those of this run. */
export type RunningBot = {
  transport: Transport & { close(): Promise<void> };
  batches: SyncBatch[];
  stop(): Promise<string | undefined>;
};

export type Bench = {
  readonly homeserver: Homeserver;
  /** A folder that is erased at the end. */
  folder(name: string): string;
  /** A new account, provisioned. */
  bot(name: string): Promise<Provisioned & { directory: string }>;
  /** Opens an account and syncs; joins what it is invited to. `stop()` gives the token to go on from. */
  run(directory: string, since?: string, options?: Partial<MatrixTransportOptions>): Promise<RunningBot>;
  /** A new account (unless it exists) with a new device. */
  persona(user: string, options?: Partial<PersonaOptions>): Promise<Persona>;
  /** The Client-Server API as this persona, for what a client would not do. */
  as(persona: Persona, method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
};

/**
 * Starts the homeserver before the file's tests, and ends everything that was opened after them.
 * @param configuration keys of homeserver.yaml
 */
export function useHomeserver(configuration: Record<string, unknown> = {}): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'relais-e2e-'));
  let homeserver: Homeserver | undefined;
  const personas: Persona[] = [];
  const running = new Set<RunningBot>();
  const server = (): Homeserver => {
    if (homeserver === undefined) throw new Error('the homeserver runs only during the tests');
    return homeserver;
  };
  beforeAll(async () => {
    homeserver = await startHomeserver({ configuration });
  });
  afterAll(async () => {
    for (const persona of personas) persona.stop();
    for (const bot of running) await bot.stop();
    await homeserver?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    get homeserver() {
      return server();
    },
    folder: (name) => join(folder, name),
    bot: async (name) => {
      const directory = join(folder, name);
      await server().register(name, PASSWORD);
      return {
        ...(await provision({ homeserver: server().url, user: name, password: PASSWORD, directory })),
        directory,
      };
    },
    run: async (directory, since, options) => {
      const transport = await openMatrixTransport({
        directory,
        clocks: systemClocks,
        log: () => undefined,
        ...options,
      });
      const stop = new AbortController();
      const batches: SyncBatch[] = [];
      const onBatch = async (batch: SyncBatch): Promise<void> => {
        for (const { roomId } of batch.invitations) await transport.join(roomId);
        batches.push(batch);
      };
      const loop = transport.run(since, onBatch, stop.signal);
      const bot: RunningBot = {
        transport,
        batches,
        stop: async () => {
          if (!running.delete(bot)) return undefined;
          stop.abort();
          await loop;
          await transport.close();
          return batches.at(-1)?.next ?? since;
        },
      };
      running.add(bot);
      return bot;
    },
    persona: async (user, options) => {
      await server()
        .register(user, PASSWORD)
        .catch((error: unknown) => {
          if (!String(error).includes('M_USER_IN_USE')) throw error;
        });
      const persona = await openPersona({
        homeserver: server().url,
        user,
        password: PASSWORD,
        deviceName: `${user}’s phone`,
        ...options,
      });
      personas.push(persona);
      return persona;
    },
    as: async (persona, method, path, body) => {
      const answer = await fetch(`${server().url}/_matrix/client/v3/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${persona.client.getAccessToken() ?? ''}`,
          'content-type': 'application/json',
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return (await answer.json()) as Record<string, unknown>;
    },
  };
}

/** Waits for something that the bot's side does, looking again at each of the given event's turns. No time-out but the test's. */
export async function eventually<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
