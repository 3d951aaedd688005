/** Movements of January 2026 on the stage: each recorded and happened at its moment, civil time following. */
import { expect } from 'vitest';
import type { Fields } from '../formats/hl7v2/fixtures.ts';
import { paris, ts, type Ward } from './stage.ts';

export type When = [day: number, hour: number, minute?: number];

/** One movement, recorded and happened at that moment; civil time follows, and never goes back. */
export async function post(ward: Ward, trigger: string, id: string, when: When, over: Fields = {}): Promise<void> {
  const [d, h, m = 0] = when;
  await ward.until(paris(2026, 1, d, h, m));
  await resend(ward, trigger, id, when, over);
}

/** The same, whatever the time is now. */
export async function resend(ward: Ward, trigger: string, id: string, when: When, over: Fields = {}): Promise<void> {
  const [d, h, m = 0] = when;
  const at = ts(2026, 1, d, h, m);
  const zbe = { 1: `${id}^CH_VAL^1.2.250.1.999.5^ISO`, 2: at, ...over['ZBE'] };
  expect(await ward.adt(trigger, { ...over, EVN: { 2: at, 6: at, ...over['EVN'] }, ZBE: zbe })).toBe('AA');
}

export const cancels = (trigger: string): Fields => ({ ZBE: { 4: 'CANCEL', 6: trigger } });
export const updates = (trigger: string): Fields => ({ ZBE: { 4: 'UPDATE', 6: trigger } });
export const planned = (d: number, h: number): Fields => ({ EVN: { 3: ts(2026, 1, d, h) } });
export const pv29 = (d: number, h: number): Fields => ({ PV2: { 9: ts(2026, 1, d, h) } });

/** The card as it stands, without the mark of an edit. */
export function card(ward: Ward): string {
  const cards = ward
    .bodies('mt')
    .filter((body) => /^(?:\* )?(?:Hospitalis|A quitté|Décédé|Aux urgences|En perm|Séjour)/.test(body));
  return (cards.filter((body) => body.startsWith('* ')).at(-1) ?? cards[0] ?? '').replace('* ', '');
}

/** First lines of the facts that were said, without the cards. */
export function facts(ward: Ward, id = 'mt'): string[] {
  const titles = ward
    .bodies(id)
    .filter((body) => !/^Entrée prévue :/m.test(body)) // the card of a pre-admission has the title of its fact
    .map((body) => body.split(' — ')[0] ?? '');
  return titles.filter(
    (title) => !/^(?:\* |Hospitalisé|A quitté|Décédé|Aux urgences$|En permission$|Séjour)/.test(title),
  );
}

export function rung(ward: Ward, start: string): unknown {
  const found = ward.readBy('@mt:test').findLast((h) => String(h.event.content['body']).startsWith(start));
  return (found?.event.content['m.mentions'] as { user_ids?: string[] } | undefined)?.user_ids;
}

/** Outcomes of everything that was received, oldest first. */
export async function outcomes(ward: Ward): Promise<string[]> {
  const all = await ward.store.inbox.list({ limit: 500 });
  const ours = all.filter((envelope) => envelope.format === 'hl7v2').reverse();
  return ours.map((envelope) => `${envelope.outcome ?? ''} ${envelope.reason ?? ''}`);
}
