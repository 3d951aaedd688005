/** Seeing one's requests: `demandes`, `delai`, `relance`, `statistiques`, each as its people read it. */
import { describe, expect, it } from 'vitest';
import { OFFERS, OTHERS } from './arrangements.ts';
import { openWard, paris, type Ward } from './stage.ts';

const MONDAY: [number, number, number, number, number] = [2026, 11, 23, 9, 0];
const GROUP = 'Téléexpertise cardiologie (ECG)';
const last = (ward: Ward, id: string): string => ward.bodies(id).at(-1) ?? '';

async function asked(ward: Ward, text = 'avis cardio ECG douteux, 17 ans'): Promise<string> {
  await ward.types('mt', text);
  return /D-\w{3,4}/.exec(last(ward, 'mt'))?.[0] ?? '';
}
async function open(): Promise<{ ward: Ward; code: string }> {
  const ward = await openWard({ start: MONDAY, persons: OTHERS, offers: OFFERS });
  return { ward, code: await asked(ward) };
}

describe('demandes', () => {
  it('lists what is mine to answer, what I asked and what waits for my group, late first', async () => {
    const { ward, code } = await open();
    await ward.types('mt', 'demandes');
    expect(last(ward, 'mt')).toBe(
      `1 demande en cours\n1. ${code} ${GROUP} — votre demande, pas encore prise, avant mardi 24 novembre à 9h`,
    );
    await ward.types('cardio1', 'demandes');
    expect(last(ward, 'cardio1')).toContain(`1. ${code} ${GROUP} — à prendre, avant mardi 24 novembre à 9h`);
    await ward.until(paris(2026, 11, 24, 10, 0));
    const second = await asked(ward, 'avis cardio Souffle');
    await ward.types('cardio2', `prendre ${second}`);
    await ward.types('cardio2', 'demandes');
    expect(last(ward, 'cardio2')).toContain(
      `2 demandes en cours, 1 en retard\n1. ${code} ${GROUP} — à prendre, en retard\n2. ${second} ${GROUP} — à répondre, avant`,
    );
    await ward.types('idel', 'demandes');
    expect(last(ward, 'idel')).toBe('Aucune demande en cours pour vous.');
    await ward.close();
  });

  it('goes on with « suite », and a number shows one whole, without what the group may not read', async () => {
    const { ward, code } = await open();
    for (let n = 0; n < 7; n += 1) await asked(ward);
    await ward.types('cardio1', 'demandes');
    expect(last(ward, 'cardio1').split('\n')).toHaveLength(8);
    expect(last(ward, 'cardio1')).toContain('Et 2 de plus');
    await ward.types('cardio1', 'suite');
    expect(last(ward, 'cardio1')).toMatch(/\n7\. D-/);
    await ward.types('cardio1', '1');
    expect(last(ward, 'cardio1')).toContain(`${code} ${GROUP}\nDemandée par Dr mt le lundi 23 novembre à 9h`);
    expect(last(ward, 'cardio1')).toContain('Question : ECG douteux, 17 ans');
    await ward.close();
  });

  it('says in a group’s room only what waits for that group', async () => {
    const { ward, code } = await open();
    await ward.types('pneumo', 'polygraphie Ronflements');
    await ward.types('cardio1', '!demandes', GROUP);
    expect(last(ward, 'cardio2')).toContain(code);
    await ward.close();
  });
});

describe('delai', () => {
  it('says when it is due and what comes next, and that a precision stops it', async () => {
    const { ward, code } = await open();
    await ward.types('mt', `delai ${code}`);
    expect(last(ward, 'mt')).toBe(
      [
        `${code} ${GROUP}`,
        'Pas encore prise.',
        'À prendre avant mardi 24 novembre à 9h.',
        '• mardi 24 novembre à 8h : rappel',
        '• mardi 24 novembre à 9h : alerte, la personne de garde',
        '• mardi 24 novembre à 13h : alerte, l’équipe de renfort',
      ].join('\n'),
    );
    await ward.types('cardio2', `prendre ${code}`);
    await ward.types('cardio2', '!complement Antécédents ?', code);
    await ward.types('mt', `délai ${code}`);
    expect(last(ward, 'mt')).toContain('Délai suspendu depuis lundi 23 novembre à 9h');
    await ward.close();
  });

  it('knows nothing for somebody whom it does not concern', async () => {
    const { ward, code } = await open();
    await ward.types('idel', `delai ${code}`);
    expect(last(ward, 'idel')).toContain(`Je ne trouve pas la demande ${code}`);
    await ward.close();
  });
});

describe('relance', () => {
  it('rings who owes it, at most once in four hours', async () => {
    const { ward, code } = await open();
    await ward.types('mt', `relance ${code}`);
    expect(last(ward, 'mt')).toBe(`${code} : le groupe est relancé.`);
    expect(last(ward, 'cardio2')).toContain(`Relance de Dr mt : ${code}`);
    expect(ward.readBy('@cardio2:test').at(-1)?.event.content['m.mentions']).toEqual({ user_ids: ['@cardio2:test'] });
    await ward.types('mt', `relance ${code}`);
    expect(last(ward, 'mt')).toContain(
      'déjà relancée lundi 23 novembre à 9h. Prochaine relance possible lundi 23 novembre à 13h',
    );
    await ward.types('cardio1', `prendre ${code}`);
    await ward.until(paris(2026, 11, 23, 13, 0));
    await ward.types('mt', `relance ${code}`);
    expect(last(ward, 'mt')).toBe(`${code} : Dr cardio1 est relancé(e).`);
    expect(last(ward, 'cardio1')).toContain(`Relance de Dr mt : ${code} ${GROUP} attend votre réponse`);
    await ward.close();
  });

  it('is refused at night, to others than the asker, and when the asker is the one awaited', async () => {
    const { ward, code } = await open();
    await ward.types('cardio1', `relance ${code}`);
    expect(last(ward, 'cardio1')).toBe(`${code} : seul le demandeur peut relancer.`);
    await ward.until(paris(2026, 11, 23, 22, 30));
    const before = ward.bodies('cardio2').length;
    await ward.types('mt', `relance ${code}`);
    expect(last(ward, 'mt')).toContain('on ne relance pas à cette heure. Relancez à partir du mardi 24 novembre à 8h');
    expect(ward.bodies('cardio2')).toHaveLength(before);
    await ward.types('cardio2', `prendre ${code}`);
    await ward.types('cardio2', '!complement Antécédents ?', code);
    await ward.types('mt', `relance ${code}`);
    expect(last(ward, 'mt')).toContain('c’est votre précision qui est attendue');
    await ward.close();
  });
});

describe('statistiques', () => {
  it('counts, gives medians and the share within the clock, with a picture, to the coordination', async () => {
    const { ward, code } = await open();
    await ward.types('cardio2', `prendre ${code}`);
    await ward.until(paris(2026, 11, 23, 15, 0));
    await ward.types('cardio2', '!repondre Sport autorisé', code);
    const late = await asked(ward, 'avis cardio Souffle');
    await ward.until(paris(2026, 11, 25, 15, 0));
    await ward.types('cardio2', `prendre ${late}`);
    await ward.types('coord', 'statistiques cardio ce mois');
    const said = ward
      .readBy('@coord:test')
      .slice(-2)
      .map(({ event }) => event.content);
    expect(said[0]?.['body']).toBe(
      [
        `${GROUP}, novembre 2026`,
        '2 demandes, 2 prises, 1 répondue, 1 en cours',
        'Prise en charge, délai médian : 24 h',
        'Réponse, délai médian : 6 h',
        'Dans les délais : 50 % (1 sur 2)',
      ].join('\n'),
    );
    expect(said[1]).toMatchObject({
      msgtype: 'm.image',
      body: 'statistiques.png',
      info: { mimetype: 'image/png', w: 960, h: 600 },
    });
    await ward.close();
  });

  it('are for the coordination and the members of the group, and say what they do not understand', async () => {
    const { ward } = await open();
    await ward.types('idel', 'statistiques cardio');
    expect(last(ward, 'idel')).toContain('pour la coordination et les membres du groupe');
    await ward.types('cardio1', 'statistiques dermato');
    expect(last(ward, 'cardio1')).toContain('Avis ouverts : cardio');
    await ward.types('cardio1', 'statistiques cardio jadis');
    expect(last(ward, 'cardio1')).toContain('Quelle période ?');
    await ward.types('coord', 'statistiques octobre');
    expect(last(ward, 'coord')).toContain('De quel parcours ?');
    expect(last(ward, 'coord')).not.toContain('ei'); // named handlers only
    await ward.close();
  });
});
