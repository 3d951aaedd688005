/** Which /sync answers are given to the crypto machine: all that it may need, and no others. */
import { expect, it } from 'vitest';
import { openCryptoNews } from '../../bot/matrix/crypto-news.ts';

const COUNTS = { device_one_time_keys_count: { signed_curve25519: 50 }, device_unused_fallback_key_types: ['signed'] };
const digestedOnce = (): { news: ReturnType<typeof openCryptoNews>; clock: { now: number } } => {
  const clock = { now: 1_000_000 };
  const news = openCryptoNews(() => clock.now);
  news.digested(COUNTS, true);
  return { news, clock };
};

it('the first answer always; then messages alone are nothing to it', () => {
  const fresh = openCryptoNews(() => 0);
  expect(fresh.isIn(COUNTS)).toBe(true);
  expect(digestedOnce().news.isIn({ ...COUNTS, to_device: { events: [] }, device_lists: {} })).toBe(false);
});

it.each([
  ['a to-device message', { ...COUNTS, to_device: { events: [{}] } }],
  ['somebody’s devices', { ...COUNTS, device_lists: { changed: ['@a:hs'] } }],
  ['somebody who shares no room any more', { ...COUNTS, device_lists: { left: ['@a:hs'] } }],
  ['one-time keys that were taken', { ...COUNTS, device_one_time_keys_count: { signed_curve25519: 49 } }],
  ['the last one-time key', { ...COUNTS, device_one_time_keys_count: {} }],
  ['a fallback key that was used', { ...COUNTS, device_unused_fallback_key_types: [] }],
])('%s is', (_what, sync) => {
  expect(digestedOnce().news.isIn(sync)).toBe(true);
});

it('what the homeserver did not accept is tried again at the next answer', () => {
  const { news } = digestedOnce();
  news.digested(COUNTS, false);
  expect(news.isIn(COUNTS)).toBe(true);
});

it('device lists that were forgotten are asked again', () => {
  const { news } = digestedOnce();
  news.forget();
  expect(news.isIn(COUNTS)).toBe(true);
});

it.each([10 * 60_000, -24 * 3_600_000])('after %i ms too: keys grow old, and clocks are set back', (ms) => {
  const { news, clock } = digestedOnce();
  clock.now += ms;
  expect(news.isIn(COUNTS)).toBe(true);
});
