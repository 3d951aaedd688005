/** « Je ne peux pas » of one among many: what each of them reads, where each declines for themselves. */
import { describe, expect, it } from 'vitest';
import type { DutyPeriod } from '../../care/people/person.ts';
import { offer } from '../request/offers.ts';
import { OFFERS, OTHERS } from './arrangements.ts';
import { openWard, paris, type Ward } from './stage.ts';

const MONDAY: [number, number, number, number, number] = [2026, 11, 23, 9, 0];
const GARDE = offer(`
id: garde
title: Garde des ambulances
family: garde-ambulances
ask: { who: [medecin-traitant], consent: not-needed, urgent: accept }
form: [{ key: trajet, type: text, required: true, share: before }]
to: { group: ambulances, dispatch: on-duty-then-all, decline: each }
`);
async function open(duty?: DutyPeriod[]): Promise<Ward> {
  return openWard({ start: MONDAY, persons: OTHERS, offers: [...OFFERS, GARDE], ...(duty && { duty }) });
}
const last = (ward: Ward, id: string): string => ward.bodies(id).at(-1) ?? '';
/** How many messages rang this person. */
const rings = (ward: Ward, id: string): number =>
  ward.readBy(`@${id}:test`).filter(({ event }) => {
    const mentions = event.content['m.mentions'] as { user_ids?: string[] } | undefined;
    return mentions?.user_ids?.includes(`@${id}:test`);
  }).length;
async function asks(ward: Ward, text: string): Promise<string> {
  await ward.types('mt', text);
  return /D-\w{3,4}/.exec(last(ward, 'mt'))?.[0] ?? '';
}

describe('an ambulance company that cannot', () => {
  it('says so for itself: the others still have it, the asker hears nothing, no reminder rings it', async () => {
    const ward = await open();
    const code = await asks(ward, 'ambulance Consultation à Cambrai, 14 h');
    expect(last(ward, 'amb1')).toContain(`Vous ne pouvez pas : !decliner ${code}`);
    const asker = ward.bodies('mt').length;
    const other = ward.bodies('amb2').length;
    await ward.types('amb1', 'decliner plus de véhicule');
    expect(last(ward, 'amb1')).toContain(`Noté. ${code} reste ouverte pour les autres`);
    expect(ward.bodies('mt')).toHaveLength(asker);
    expect(ward.bodies('amb2')).toHaveLength(other);
    const rung = rings(ward, 'amb1');
    await ward.until(paris(2026, 11, 23, 10, 1));
    expect(last(ward, 'amb2')).toContain('Rappel');
    expect(rings(ward, 'amb2')).toBe(2);
    expect(rings(ward, 'amb1')).toBe(rung);
    await ward.types('amb1', 'demandes');
    expect(last(ward, 'amb1')).toBe('Aucune demande en cours pour vous.');
    await ward.types('amb1', `decliner ${code}`);
    expect(last(ward, 'amb1')).toContain('C’est noté');
    // It changes its mind; then cannot after all, and the other is rung.
    await ward.types('amb1', `prendre ${code}`);
    expect(ward.bodies('mt').join('\n')).toContain(`${code} : Dr amb1 prend votre demande`);
    await ward.types('amb1', 'decliner en panne');
    expect(last(ward, 'mt')).toContain('remise au groupe');
    expect(last(ward, 'amb2')).toContain('de nouveau à prendre');
    expect(rings(ward, 'amb2')).toBe(3);
    expect(ward.bodies('amb2').join('\n')).not.toMatch(/plus de véhicule|en panne/);
    await ward.types('amb2', `prendre ${code}`);
    await ward.types('amb2', 'repondre 13 h 30 à la porte');
    expect(ward.bodies('mt').join('\n')).toContain('13 h 30 à la porte');
    await ward.close();
  });

  it('like all the others: the backup is called at once, and when it cannot either the asker knows', async () => {
    const ward = await open();
    const code = await asks(ward, 'ambulance Dialyse, 7 h');
    await ward.types('amb1', `decliner ${code} plus de véhicule`);
    expect(ward.bodies('renfort')).toHaveLength(0);
    await ward.types('amb2', `decliner ${code}`);
    expect(last(ward, 'amb2')).toContain('le renfort est appelé maintenant');
    expect(last(ward, 'renfort')).toContain('Les premiers appelés ne peuvent pas : c’est à vous.');
    expect(rings(ward, 'renfort')).toBe(1);
    const [before, calls] = [rings(ward, 'mt'), rings(ward, 'amb1')];
    await ward.types('renfort', `decliner ${code} trop loin`);
    expect(last(ward, 'renfort')).toContain('la demande s’arrête');
    expect(last(ward, 'mt')).toContain(`${code} : personne ne peut la prendre, tous l’ont dit. Voyez autrement`);
    expect(last(ward, 'mt')).toContain('plus de véhicule\ntrop loin');
    expect(rings(ward, 'mt')).toBe(before + 1);
    expect(last(ward, 'amb1')).toBe(`${code} : personne ne peut la prendre, la demande s’arrête.`);
    expect(rings(ward, 'amb1')).toBe(calls);
    expect(await ward.store.timers.next()).toBeUndefined();
    await ward.types('amb1', `prendre ${code}`);
    expect(last(ward, 'amb1')).toBe(`${code} est close.`);
    await ward.close();
  });

  it('does not send it elsewhere for the others', async () => {
    const ward = await open();
    const code = await asks(ward, 'ambulance Scanner, 11 h');
    await ward.types('amb1', `reorienter ${code} dermato pas pour nous`);
    expect(last(ward, 'amb1')).toContain('D’abord : !prendre');
    await ward.types('mt', `annuler ${code}`);
    expect(last(ward, 'amb2')).toContain('demande annulée');
    await ward.close();
  });
});

it('who is on duty cannot: the others are rung at once, without waiting for a reminder', async () => {
  const duty = [{ group: 'ambulances', person: 'amb1', from: 0, to: paris(2026, 12, 1, 8) }];
  const ward = await open(duty);
  const code = await asks(ward, 'garde-ambulances Retour à domicile');
  expect([rings(ward, 'amb1'), rings(ward, 'amb2')]).toEqual([1, 0]);
  await ward.types('amb1', `decliner ${code}`);
  expect(last(ward, 'amb2')).toContain('à prendre : la personne d’astreinte ne peut pas');
  expect(last(ward, 'amb2')).toContain('Retour à domicile');
  expect(rings(ward, 'amb2')).toBe(1);
  await ward.types('amb2', `decliner ${code}`);
  expect(last(ward, 'mt')).toContain('personne ne peut la prendre');
  await ward.close();
});
