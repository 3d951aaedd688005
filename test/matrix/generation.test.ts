import { expect, it } from 'vitest';
import { StoreRestored, keptGeneration, openGeneration } from '../../bot/matrix/generation.ts';
import { openState } from '../../bot/matrix/state.ts';
import type { State } from '../../bot/matrix/state.ts';
import { MatrixRefusal } from '../../bot/matrix/http.ts';
import { fakeHttp, message, notFound } from '../support/fake-homeserver.ts';

const identity = {
  homeserver: 'https://hs',
  userId: '@relais:hs',
  deviceId: 'DEV',
  accessToken: 't',
  storePassword: 'p',
};
/** A ciphertext of this session at this index. */
const ciphertext = (index: number, device = 'DEV'): Record<string, unknown> => ({
  session_id: 'S',
  device_id: device,
  ciphertext: Buffer.from([3, 8, index, ...Array<number>(40).fill(0)]).toString('base64'),
});

/** A homeserver that keeps the number and what was said. */
function homeserver(): {
  open: (state: State) => ReturnType<typeof openGeneration>;
  say: (content: Record<string, unknown>) => void;
  fail: (status: number) => void;
  pass: (ms: number) => void;
} {
  let mark: unknown;
  let failure: number | undefined;
  let now = 0;
  const said: Record<string, unknown>[] = [];
  const http = fakeHttp(({ method, path, call }) => {
    if (path === 'sync') {
      if (failure !== undefined) throw new MatrixRefusal('transient', 'GET /sync', failure, 'M_UNKNOWN');
      const events = said
        .slice(Number(call.query?.['since'] ?? 0))
        .map((content, n) => message(`$${n}`, { type: 'm.room.encrypted', sender: '@relais:hs', content }));
      return { next_batch: String(said.length), rooms: { join: { '!r': { timeline: { events } } } } };
    }
    if (method === 'PUT') mark = call.body;
    return mark ?? notFound();
  });
  const clocks = { civil: () => now, machine: () => now, pause: async () => undefined };
  return {
    open: (state) => openGeneration({ directory: '/d', identity, http, state, clocks, log: () => undefined }),
    say: (content) => void said.push(content),
    fail: (status) => (failure = status),
    pass: (ms) => (now += ms),
  };
}

it('a message that was noted before it was sent is known; one that was not is another copy’s', async () => {
  const [server, state] = [homeserver(), openState(':memory:')];
  const first = await server.open(state);
  await first.sending(ciphertext(1));
  server.say(ciphertext(1)); // and killed before the next batch
  const second = await server.open(state);
  server.say(ciphertext(7, 'PHONE')); // another device of the account
  await server.open(state);
  server.say(ciphertext(2));
  await expect(server.open(state)).rejects.toThrow(StoreRestored);
  await second.batch('3'); // what a batch has brought was accounted for
  await server.open(state);
});

it('what is noted is forgotten after a quarter of an hour, never what may still be on its way', async () => {
  const [server, state] = [homeserver(), openState(':memory:')];
  const generation = await server.open(state);
  await generation.sending(ciphertext(1));
  for (const [known, n] of [
    [true, 1],
    [false, 2],
  ] as const) {
    server.pass(15 * 60_000);
    await generation.batch(String(n));
    expect(state.wasSent('S:1')).toBe(known);
  }
  expect(keptGeneration(state)).toBe(3);
});

it('a homeserver that does not know the token is no proof; one that does not answer is waited for', async () => {
  const [server, state] = [homeserver(), openState(':memory:')];
  await server.open(state);
  server.fail(400);
  await server.open(state);
  server.fail(502);
  await expect(server.open(state)).rejects.toMatchObject({ kind: 'transient' });
});
