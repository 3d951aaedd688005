/** What the coordination knows: written by a coordinator in a room, read by the others at their next search. */
import { describe, expect, it } from 'vitest';
import { demoDirectory } from '../../cli/demo-data.ts';
import { decideFiches } from '../../care/people/fiche-book.ts';
import { openWard, paris, type Ward } from './stage.ts';

const DERM = '99900000011';

async function ward(): Promise<Ward> {
  return openWard({
    directory: await demoDirectory(),
    persons: [
      { id: 'membre', matrix: '@membre:test', name: 'Dr membre', role: 'medecin', groups: [], rpps: '99900000045' },
    ],
  });
}

async function asks(on: Ward, who: string, text: string): Promise<string> {
  await on.types(who, text);
  return on.bodies(who).at(-1) ?? '';
}

describe('fiche', () => {
  it('notes a delay, dated; the next search says it', async () => {
    const on = await ward();
    expect(await asks(on, 'coord', `fiche ${DERM} délai 3 semaines`)).toBe(
      'Dr Alice ESSAIDERM : délai 3 semaines. Noté, vérifié aujourd’hui.',
    );
    expect(await asks(on, 'coord', `fiche ${DERM} nouveaux patients : oui`)).toContain('nouveaux patients : oui');
    expect(await asks(on, 'mt', 'annuaire dermato cambrai')).toContain(
      'délai 3 semaines (vérifié le 12/01), nouveaux patients : oui',
    );
    await on.until(paris(2026, 3, 2, 9));
    await asks(on, 'coord', `fiche ${DERM} délai 10 jours`);
    expect(await asks(on, 'idel', 'annuaire dermato cambrai')).toContain('délai 10 jours (vérifié le 2/03)');
    await asks(on, 'coord', `fiche ${DERM} délai effacer`);
    expect(await asks(on, 'idel', 'annuaire dermato cambrai')).not.toContain('délai');
    const trace = await on.store.audit(200);
    expect(
      trace.filter(({ action }) => action === 'fiche:delay').map(({ actor, subject }) => [actor, subject]),
    ).toEqual([
      ['coord', DERM],
      ['coord', DERM],
      ['coord', DERM],
    ]);
    await on.close();
  });

  it('gives the line for professionals to members, alone with the bot, and nowhere else', async () => {
    const on = await ward();
    await asks(on, 'coord', `fiche ${DERM} ligne pro 03 53 01 00 99`);
    expect(await asks(on, 'coord', 'annuaire essaiderm')).toContain('ligne pro 03 53 01 00 99');
    expect(await asks(on, 'membre', 'annuaire essaiderm')).not.toContain('00 99');
    await asks(on, 'coord', 'fiche 99900000045 membre oui');
    expect(await asks(on, 'membre', 'annuaire essaiderm')).toContain('ligne pro 03 53 01 00 99');
    expect(await asks(on, 'mt', 'annuaire essaiderm')).not.toContain('00 99');
    await asks(on, 'mt', '1');
    expect(on.bodies('mt').at(-1)).not.toContain('00 99');
    await on.close();
  });

  it('shows the numbers behind a name, then the whole fiche', async () => {
    const on = await ward();
    expect(await asks(on, 'coord', 'fiche essaicardio')).toMatch(/99900000045 — Dr Bruno ESSAICARDIO, Cambrai/);
    await asks(on, 'coord', `fiche ${DERM} langues anglais, arabe`);
    expect(await asks(on, 'coord', 'fiche essaiderm')).toContain('• parle anglais, arabe (vérifié le 12/01)');
    await asks(on, 'mt', 'annuaire essaiderm');
    expect(await asks(on, 'mt', '1')).toContain('parle anglais, arabe');
    await on.close();
  });

  it('says what is missing, and refuses everybody else', async () => {
    const on = await ward();
    expect(await asks(on, 'coord', 'fiche')).toContain('De qui ?');
    expect(await asks(on, 'coord', `fiche ${DERM} truc`)).toContain('Que faut-il noter ?');
    expect(await asks(on, 'coord', `fiche ${DERM} délai`)).toContain('Il manque la valeur');
    expect(await asks(on, 'coord', `fiche ${DERM} nouveaux patients peut-être`)).toContain('Il manque la valeur');
    expect(await asks(on, 'coord', 'fiche 99900009999 délai 3 jours')).toContain('Personne pour « 99900009999 »');
    expect(await asks(on, 'mt', `fiche ${DERM} délai 3 jours`)).toBe('C’est réservé à la coordination.');
    expect(await asks(on, 'mt', 'aide')).not.toContain('fiche');
    await on.close();
  });

  it('finds partners and groups of expertise; what was checked later stays', async () => {
    const on = await ward();
    const load = async (checked: string, delay: string): Promise<void> => {
      const { decision } = await decideFiches(
        on.store,
        [
          {
            id: 'dac-essai',
            partner: { kind: 'DAC', name: 'DAC du Cambrésis', town: 'Caudry', postcode: '59540', phone: '0353010097' },
            local: { hours: { value: 'du lundi au vendredi', checked } },
          },
          { id: DERM, local: { delay: { value: delay, checked }, groups: { value: ['plaies'], checked } } },
        ],
        'operator',
        on.now(),
      );
      expect(await on.store.commit(decision, on.now())).toBe('committed');
    };
    await load('2026-01-02', '2 mois');
    expect(await asks(on, 'mt', 'annuaire dac')).toMatch(/DAC du Cambrésis.*Caudry, 03 53 01 00 97/);
    expect(await asks(on, 'mt', "annuaire dispositif d'appui caudry")).toContain('DAC du Cambrésis');
    expect(await asks(on, 'mt', 'annuaire plaies cambrai')).toContain('Dr Alice ESSAIDERM');
    expect(await asks(on, 'coord', 'fiche dac-essai délai sans')).toContain('DAC du Cambrésis');
    await asks(on, 'coord', `fiche ${DERM} délai 3 semaines`);
    await load('2026-01-10', '4 mois');
    expect(await asks(on, 'mt', 'annuaire essaiderm')).toContain('délai 3 semaines');
    await load('2026-01-13', '1 mois');
    expect(await asks(on, 'mt', 'annuaire essaiderm')).toContain('délai 1 mois (vérifié le 13/01)');
    await on.close();
  });
});
