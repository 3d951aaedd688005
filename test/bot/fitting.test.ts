import { describe, expect, it } from 'vitest';
import { contentOf } from '../../bot/announce.ts';
import { MOST_CONTENT_BYTES } from '../../bot/fitting.ts';

const item = (kind: 'welcome' | 'stay-card') => ({
  deliveryId: 'id-1',
  seq: 1,
  ring: [],
  announcement: kind === 'welcome' ? ({ kind, name: '' } as const) : ({ kind, stayId: 's' } as const),
});
const alone = { threadRoot: undefined, replyTo: undefined };
const inThread = { threadRoot: '$root', replyTo: undefined };
const bytes = (content: unknown): number => Buffer.byteLength(JSON.stringify(content));
const lines = (count: number): string => Array.from({ length: count }, (_, n) => `ligne ${n} « é😀 » "x"`).join('\n');
const said = (plain: string) => ({ plain, html: `<b>${plain.replaceAll('\n', '<br>')}</b>` });

describe('what is too long for Matrix', () => {
  it('a usual message is whole', () => {
    expect(contentOf(item('welcome'), said('Bonjour'), alone)).toMatchObject({
      body: 'Bonjour',
      formatted_body: '<b>Bonjour</b>',
    });
  });

  it('loses its formatting first: the words stay whole', () => {
    const content = contentOf(item('welcome'), said(lines(700)), alone);
    expect(content['body']).toBe(lines(700));
    expect(content).not.toHaveProperty('formatted_body');
    expect(bytes(content)).toBeLessThanOrEqual(MOST_CONTENT_BYTES);
  });

  it.each([
    ['alone', item('welcome'), alone],
    ['in a thread', item('welcome'), inThread],
    ['an edit, which repeats the words', item('stay-card'), inThread],
  ])('is cut at the end of a line, says so and how much is missing: %s', (_what, of, place) => {
    const content = contentOf(of, said(lines(5_000)), place);
    const body = String(content['body']);
    const kept = body.split('\n').length - 1;
    expect(body.startsWith(of.announcement.kind === 'stay-card' ? '* ligne 0' : 'ligne 0')).toBe(true);
    expect(body).toMatch(new RegExp(`"x"\n⚠ Message coupé : .* il manque ${5_000 - kept} lignes\\.`));
    expect(bytes(content)).toBeLessThanOrEqual(MOST_CONTENT_BYTES);
    expect(bytes(content)).toBeGreaterThan(MOST_CONTENT_BYTES * 0.95);
  });

  it('one endless line is cut between two characters', () => {
    const content = contentOf(item('welcome'), said('😀'.repeat(30_000)), alone);
    expect(String(content['body']).isWellFormed()).toBe(true);
    expect(String(content['body'])).toMatch(/^(?:😀)+\n⚠ Message coupé : .* il manque la fin\./u);
    expect(bytes(content)).toBeLessThanOrEqual(MOST_CONTENT_BYTES);
  });

  it('a card whose root failed becomes the root: no relation, nothing marked as an edit', () => {
    const content = contentOf(item('stay-card'), said('Séjour'), alone);
    expect(content['body']).toBe('Séjour');
    expect(content).not.toHaveProperty('m.relates_to');
    expect(content).not.toHaveProperty('m.new_content');
  });
});
