/** Arrangements as an installation writes them, each as its people read it: every dispatch, stages, outcomes, ends. */
import { describe, expect, it } from 'vitest';
import type { DutyPeriod } from '../../care/people/person.ts';
import { OFFERS, OTHERS } from './arrangements.ts';
import { openWard, paris, type Ward } from './stage.ts';

const MONDAY: [number, number, number, number, number] = [2026, 11, 23, 9, 0];

async function open(duty?: DutyPeriod[]): Promise<Ward> {
  return openWard({ start: MONDAY, persons: OTHERS, offers: OFFERS, ...(duty && { duty }) });
}
const last = (ward: Ward, id: string): string => ward.bodies(id).at(-1) ?? '';
const codeIn = (text: string): string => /D-\w{3,4}/.exec(text)?.[0] ?? '';
async function asks(ward: Ward, id: string, text: string): Promise<string> {
  await ward.types(id, text);
  return codeIn(last(ward, id));
}

describe('stages', () => {
  it('go from group to group, each with its own clock, and an outcome opens what follows', async () => {
    const ward = await open();
    const code = await asks(ward, 'mt', 'polygraphie Ronflements, Epworth 14');
    expect(last(ward, 'mt')).toContain('Polygraphie — Rendez-vous');
    expect(ward.readBy('@sec:test').at(-1)?.event.content['m.mentions']).toEqual({}); // a queue rings nobody
    expect(last(ward, 'sec')).toContain('Ronflements, Epworth 14');
    expect(ward.bodies('pneumo').join('')).not.toContain('Ronflements');
    await ward.types('sec', 'suivante');
    await ward.types('sec', 'repondre jeudi 26 à 14h');
    expect(ward.bodies('mt').join('\n')).toContain('rendez-vous fixé, par Dr sec.');
    expect(last(ward, 'mt')).toContain('Suite : Pose, mercredi 25 novembre à 9h.');
    expect(ward.bodies('idel1')).toHaveLength(0); // its day has not come
    await ward.types('idel1', `prendre ${code}`);
    expect(last(ward, 'idel1')).toBe(`${code} n’a pas encore commencé.`);
    await ward.until(paris(2026, 11, 25, 9, 1));
    expect(last(ward, 'idel1')).toContain('jeudi 26 à 14h'); // said by the stage before, shared with the group
    await ward.types('idel1', `prendre ${code}`);
    await ward.types('idel1', 'repondre Posé, 7 h d’enregistrement');
    await ward.types('pneumo', 'suivante');
    expect(await ward.store.timers.list('request-sla', code)).toHaveLength(1); // the clock runs on the reading only
    await ward.types('pneumo', 'repondre IAH 32');
    expect(last(ward, 'pneumo')).toContain('Commencez par un de ces mots : normale, anormale');
    await ward.types('pneumo', 'repondre Anormale : IAH 32, PPC à discuter');
    const said = ward.bodies('mt').join('\n');
    expect(said).toContain(`${code} : Dr pneumo a répondu`);
    expect(said).toContain('Lecture anormale.\nIAH 32, PPC à discuter');
    expect(last(ward, 'sec')).toContain('Rendez-vous de pneumologie');
    expect(last(ward, 'sec')).toContain('Motif : Ronflements, Epworth 14');
    expect(last(ward, 'mt')).toMatch(/^Demande D-\w{3} envoyée : Rendez-vous de pneumologie/);
    await ward.close();
  });

  it('close by themselves some days after the answer, the room with them', async () => {
    const ward = await open();
    const code = await asks(ward, 'mt', 'avis dermato Lésion de la joue');
    await ward.types('dermato', `prendre ${code}`);
    await ward.types('dermato', 'repondre Kératose, rien à faire');
    await ward.until(paris(2026, 12, 1, 10));
    expect(last(ward, 'mt')).toContain('demande close');
    expect(await ward.store.rooms.get(`request:${code}`)).toMatchObject({ state: 'closed' });
    await ward.types('dermato', `repondre ${code} Encore un mot`);
    expect(last(ward, 'dermato')).toContain('est close');
    await ward.close();
  });

  it('are closed by a « merci »', async () => {
    const ward = await open();
    const code = await asks(ward, 'mt', 'avis dermato Lésion de la joue');
    await ward.types('mt', 'merci');
    expect(last(ward, 'mt')).toBe('Aucune demande ne vous attend.');
    await ward.types('dermato', `prendre ${code}`);
    await ward.types('dermato', 'repondre Kératose');
    await ward.types('mt', 'Merci !');
    expect(await ward.store.rooms.get(`request:${code}`)).toMatchObject({ state: 'closed' });
    await ward.close();
  });
});

describe('dispatch', () => {
  it('first-accept: by the territory of the asker, one winner; nobody in time: it expires and says so', async () => {
    const ward = await open();
    const code = await asks(ward, 'sau', 'orienter Plaie simple, pansement');
    expect(ward.readBy('@idel1:test').at(-1)?.event.content['m.mentions']).toEqual({
      user_ids: ['@idel1:test', '@idel2:test'],
    });
    expect(ward.bodies('idel3')).toHaveLength(0);
    await ward.types('idel2', `prendre ${code}`);
    await ward.types('idel1', `prendre ${code}`);
    expect(last(ward, 'idel1')).toBe(`${code} : déjà pris en charge par Dr idel2.`);
    const other = await asks(ward, 'sau', 'orienter Autre plaie');
    await ward.until(paris(2026, 11, 23, 10, 1));
    expect(last(ward, 'sau')).toContain(`${other} : personne n’a pu la prendre à temps`);
    await ward.types('idel1', `prendre ${other}`);
    expect(last(ward, 'idel1')).toBe(`${other} est close.`);
    await ward.close();
  });

  it('queue: two who ask for work at once get two of them, oldest first', async () => {
    const ward = await open();
    const first = await asks(ward, 'mt', 'pneumologie pneumo un');
    const second = await asks(ward, 'mt', 'pneumologie deux');
    await ward.types('sec', 'suivante');
    expect(ward.bodies('mt').join('\n')).toContain(`${first} : Dr sec prend`);
    await ward.types('sec', 'suivante');
    expect(ward.bodies('mt').join('\n')).toContain(`${second} : Dr sec prend`);
    await ward.types('sec', 'suivante');
    expect(last(ward, 'sec')).toBe('Aucune demande n’attend dans vos listes.');
    await ward.close();
  });

  it('everyone: each who takes part answers, the asker ends it', async () => {
    const ward = await open();
    const code = await asks(ward, 'mt', 'rcp Maintien à domicile difficile');
    await ward.types('rcp1', `prendre ${code}`);
    await ward.types('rcp2', `prendre ${code}`);
    await ward.types('rcp1', `prendre ${code}`);
    expect(last(ward, 'rcp1')).toContain('vous l’avez déjà prise');
    await ward.types('rcp1', 'repondre Passage infirmier biquotidien');
    await ward.types('rcp2', 'repondre Pilulier par la pharmacie');
    await ward.types('pneumo', `repondre ${code} sans participer`);
    expect(last(ward, 'pneumo')).toContain('D’abord : !prendre');
    expect(ward.bodies('rcp2').join('\n')).toContain('Passage infirmier biquotidien');
    expect(ward.bodies('mt').join('\n')).toContain('Dr rcp2 a donné son avis');
    await ward.types('rcp1', `decliner ${code} pas disponible`);
    expect(last(ward, 'rcp1')).toContain('rien à décliner');
    await ward.types('rcp1', `cloturer ${code}`);
    expect(last(ward, 'rcp1')).toContain('seul(e) Dr mt');
    await ward.types('mt', `cloturer ${code}`);
    expect(ward.bodies('rcp1').join('\n')).toContain('Les avis sont recueillis');
    await ward.close();
  });

  it('on-duty: the duty ends without an answer, the next on duty is rung, the first reads no more', async () => {
    const end = paris(2026, 11, 23, 18);
    const duty = [
      { group: 'avis-cardiologie', person: 'cardio2', from: 0, to: end },
      { group: 'avis-cardiologie', person: 'cardio1', from: end, to: end + 1e9 },
    ];
    const ward = await open(duty);
    const code = await asks(ward, 'mt', 'avis cardio ECG douteux');
    await ward.types('cardio2', `prendre ${code}`);
    await ward.until(end);
    expect(last(ward, 'cardio1')).toContain('Dr cardio2 n’est plus disponible');
    expect(ward.readBy('@cardio1:test').at(-1)?.event.content['m.mentions']).toEqual({ user_ids: ['@cardio1:test'] });
    expect(last(ward, 'mt')).toContain('le délai court toujours');
    const room = ward.transport.rooms.get(ward.room(code));
    expect([...(room?.members.keys() ?? [])].sort()).toEqual(['@mt:test', '@relais:transcript']);
    await ward.types('cardio2', `repondre ${code} trop tard`);
    expect(last(ward, 'cardio2')).toContain('n’est prise par personne');
    await ward.types('cardio1', `prendre ${code}`);
    await ward.types('cardio1', 'repondre Sport autorisé');
    expect(ward.bodies('mt').join('\n')).toContain('Sport autorisé');
    await ward.close();
  });
});

describe('passing on', () => {
  it('to a colleague, who takes it; until then the first one keeps it and the clock goes on', async () => {
    const ward = await open();
    const code = await asks(ward, 'mt', 'avis cardio ECG douteux');
    await ward.types('cardio2', `prendre ${code}`);
    await ward.types('cardio2', 'passer la main au Dr inconnu');
    expect(last(ward, 'cardio2')).toContain('je ne trouve pas « Dr inconnu »');
    const due = await ward.store.timers.list('request-sla', code);
    await ward.types('cardio2', 'transmettre à cardio1');
    expect(last(ward, 'cardio1')).toContain('Dr cardio2 demande à Dr cardio1 de prendre la suite');
    expect((await ward.store.timers.list('request-sla', code)).map((t) => t.dueAt)).toEqual(due.map((t) => t.dueAt));
    await ward.types('cardio1', 'prendre');
    expect(ward.bodies('mt').join('\n')).toContain('Dr cardio1 prend votre demande');
    await ward.types('cardio2', `repondre ${code} moi`);
    expect(last(ward, 'cardio2')).toContain('suivie par Dr cardio1');
    await ward.close();
  });

  it('to another group: the history is kept, the answer clock counts from the first asking', async () => {
    const ward = await open();
    const code = await asks(ward, 'mt', 'avis cardio Tache sous une électrode');
    await ward.until(paris(2026, 11, 23, 15));
    await ward.types('cardio1', `reorienter ${code} vers dermato lésion cutanée`);
    const told = last(ward, 'mt');
    expect(told).toContain(`${code} : réorientée vers Téléexpertise dermatologie`);
    expect(told).toContain('lésion cutanée');
    expect(last(ward, 'dermato')).toContain('Tache sous une électrode');
    expect(last(ward, 'dermato')).toContain('À prendre avant mardi 24 novembre à 15h');
    expect(last(ward, 'cardio2')).toContain('réorientée vers Téléexpertise dermatologie');
    await ward.types('dermato', 'prendre');
    expect(ward.bodies('dermato').join('\n')).toContain(`Réorientée par Dr cardio1 (${code}). lésion cutanée`);
    expect(ward.bodies('dermato').join('\n')).toContain('À rendre avant mercredi 25 novembre à 9h');
    await ward.types('cardio2', `prendre ${code}`);
    expect(last(ward, 'cardio2')).toBe(`${code} est close.`);
    await ward.close();
  });

  it('declines with a reason that the asker reads, and the group does not', async () => {
    const ward = await open();
    const code = await asks(ward, 'mt', 'avis cardio ECG douteux');
    await ward.types('cardio1', `decliner ${code}`);
    expect(last(ward, 'cardio1')).toContain('Il manque la suite');
    await ward.types('idel', `decliner ${code} non`);
    expect(last(ward, 'idel')).toContain('seul(e)');
    await ward.types('cardio1', `decliner ${code} Adresser en consultation, souffle connu`);
    expect(last(ward, 'mt')).toContain('Adresser en consultation, souffle connu');
    expect(last(ward, 'cardio2')).toBe(`${code} : demande déclinée.`);
    expect(await ward.store.timers.next()).toBeUndefined();
    await ward.close();
  });
});

describe('who asks, and how', () => {
  it('an adverse event is told without the name of who tells it, to its handlers only', async () => {
    const ward = await open();
    const code = await asks(ward, 'idel', 'ei Chute au bloc du service');
    expect(last(ward, 'idel')).toContain('Votre nom n’est pas donné');
    expect(last(ward, 'ei1')).not.toMatch(/idel|Chute/);
    await ward.types('ei1', 'suivante');
    const room = ward.transport.rooms.get(ward.room(code));
    expect([...(room?.members.keys() ?? [])].sort()).toEqual(['@ei1:test', '@relais:transcript']);
    expect(ward.bodies('ei1').join('\n')).toContain('Récit : Chute au bloc');
    await ward.types('ei1', '!complement Quel étage ?', code);
    expect(last(ward, 'idel')).toContain('Quel étage ?');
    await ward.types('idel', `repondre ${code} Le deuxième`);
    expect(last(ward, 'ei1')).toContain('Le deuxième');
    await ward.types('ei1', '!repondre Rampe posée', code);
    expect(last(ward, 'idel')).toContain('Rampe posée');
    expect(ward.bodies('ei1').join('\n')).not.toMatch(/Dr idel\b/);
    expect(ward.bodies('coord')).toHaveLength(0);
    await ward.close();
  });

  it('says what is missing, who to call, when it is open, and where it is asked elsewhere', async () => {
    const ward = await open();
    await ward.types('mt', 'complet douleur thoracique');
    expect(last(ward, 'mt')).toContain('Appelez le 114. Les pompiers viennent.');
    await ward.types('mt', 'complet question');
    expect(last(ward, 'mt')).toContain('Le secrétariat ouvre mardi à 9h.');
    await ward.types('mt', 'avis pneumo question');
    expect(last(ward, 'mt')).toContain('Omnidoc');
    expect(last(ward, 'mt')).toContain('03 00 00 00 00');
    await ward.until(paris(2026, 11, 24, 10));
    await ward.types('mt', 'complet question');
    expect(last(ward, 'mt')).toContain('2/4'); // what is missing is asked, step by step
    await ward.types('mt', 'abandonner');
    await ward.types('mt', 'aide');
    expect(last(ward, 'mt')).toContain('polygraphie');
    expect(last(ward, 'mt')).not.toContain('orienter');
    await ward.types('mt', 'orienter plaie');
    expect(last(ward, 'mt')).toContain('réservé');
    await ward.close();
  });
});
