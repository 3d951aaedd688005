/** What a form stops at once, where it was typed: an urgent sign, and what would tell the whole group who the patient is. */
import { describe, expect, it } from 'vitest';
import { offer } from '../request/offers.ts';
import { admitted, PATIENT } from './patient-room.ts';
import { openWard, type Ward } from './stage.ts';

const DERMATO = offer(`
id: teleexpertise-dermatologie
title: Téléexpertise dermatologie
family: avis
words: [dermato]
ask: { who: [medecin-traitant], consent: required, urgent: { call: "15", say: "Fièvre ou rougeur : pas d’avis.", words: [fièvre] } }
form:
  - { key: question, type: text, required: true, share: before }
  - { key: siege, label: Siège, type: choice, options: [visage, fièvre, urgent], required: true, share: before }
  - { key: taille, type: number, unit: mm, share: before }
  - { key: prive, label: Mot pour le confrère, type: text }
to: { group: avis-cardiologie, dispatch: first-accept }
`);
const OUTSIDE = offer(`
id: orienter
title: Orientation
family: orienter
ask: { who: [medecin-traitant], consent: not-needed, urgent: accept }
form: [{ key: motif, type: text, required: true, share: before }, { key: age, type: number, share: before }]
stages:
  - id: rendez-vous
    title: Rendez-vous
    done: fixé
    to: { group: avis-cardiologie, dispatch: first-accept }
    answer: { form: [{ key: rdv, label: Rendez-vous, type: text, required: true, share: before }] }
  - { id: suite, title: Suite, done: faite, to: { group: avis-cardiologie-ght, dispatch: first-accept } }
`);

const last = (ward: Ward, id = 'mt'): string => ward.bodies(id).at(-1) ?? '';
const open = (): Promise<Ward> => openWard({ offers: [DERMATO, OUTSIDE], start: [2026, 11, 23, 9, 0] });
async function says(ward: Ward, ...all: string[]): Promise<void> {
  for (const one of all) await ward.types('mt', one);
}
const group = (ward: Ward): string => ward.bodies('cardio1').join('\n');
const audit = async (ward: Ward): Promise<string[]> => (await ward.store.audit(500)).map((row) => row.action);

describe('an urgent sign', () => {
  it('is answered at the very answer, with whom to call; « non urgent » goes on, and it may be sent', async () => {
    const ward = await open();
    await says(ward, 'avis dermato', 'jambe rouge et douleur thoracique');
    expect(last(ward)).toContain('Appelez le 15. Fièvre ou rougeur : pas d’avis. Rien n’a été envoyé.');
    expect(last(ward)).toContain('non urgent');
    expect(last(ward)).not.toContain('2/');
    // What goes on with the sentence does not take its place, and nothing is passed over.
    for (const typed of ['depuis ce matin', 'oui', 'passer', '2', 'ok', '?']) {
      await says(ward, typed);
      expect(last(ward), typed).toContain('Appelez le 15.');
    }
    await says(ward, 'Non urgent.');
    expect(last(ward)).toContain('2/5 Siège');
    await says(ward, '1', 'passer', 'passer', 'passer', 'oui');
    expect(group(ward)).toContain('jambe rouge et douleur thoracique');
    expect(await audit(ward)).toContain('form:meant-urgent');
    await ward.close();
  });

  it('is lifted by writing the answer again; a new one stops again', async () => {
    const ward = await open();
    await says(ward, 'avis dermato', 'syncope', 'retour');
    expect(last(ward)).toContain('1/5 Question');
    await says(ward, 'tache du dos');
    expect(last(ward)).toContain('2/5 Siège');
    await says(ward, 'retour', 'syncope ancienne, non urgent');
    expect(last(ward)).toContain('2/5 Siège');
    await says(ward, '1', 'passer', 'fièvre à 39');
    expect(last(ward)).toContain('Appelez le 15.');
    await says(ward, 'retour', 'pas de fièvre', 'passer', 'oui');
    expect(group(ward)).toContain('syncope ancienne');
    await ward.close();
  });

  it('« non urgent » is said of one answer: what replaces it is looked at again', async () => {
    const ward = await open();
    await says(ward, 'avis dermato', 'syncope', 'non urgent', 'retour', 'douleur thoracique');
    expect(last(ward)).toContain('Appelez le 15.');
    await says(ward, 'abandonner');
    expect(last(ward)).toContain('abandonné');
    expect(group(ward)).toBe('');
    await ward.close();
  });

  it('is no choice that the form itself offers, no name, no file; said in place of a number it is heard', async () => {
    const ward = await open();
    await says(ward, 'avis dermato', 'tache', 'urgent');
    expect(last(ward)).toContain('3/5 Taille');
    await says(ward, 'douleur thoracique');
    expect(last(ward)).toContain('Appelez le 15.');
    expect(last(ward)).toContain('3/5 Taille');
    await says(ward, '8', 'passer', 'AVC Anne 15/03/1976 F');
    expect(last(ward)).toContain('relisez');
    await says(ward, 'il fait une syncope');
    expect(last(ward)).toContain('Appelez le 15.');
    await says(ward, 'oui');
    expect(group(ward)).toContain('tache');
    await ward.close();
  });

  it('stops a numbered list too', async () => {
    const ward = await open();
    await says(ward, 'avis dermato', '1. syncope\n2. visage\n3. 8');
    expect(last(ward)).toContain('Appelez le 15.');
    await says(ward, 'retour', 'tache');
    expect(last(ward)).toContain('4/5');
    await ward.close();
  });

  it('in a list that answers a question again, takes the place of what was said before', async () => {
    const ward = await open();
    await says(ward, 'avis dermato', 'syncope', 'non urgent', '1. douleur thoracique\n2. visage');
    expect(last(ward)).toContain('non urgent');
    await says(ward, 'retour');
    expect(last(ward)).toContain('1/5 Question');
    await ward.close();
  });

  it('where urgent cases are welcome stops nothing', async () => {
    const ward = await open();
    await says(ward, 'orienter', 'urgent : douleur thoracique');
    expect(last(ward)).toContain('2/3');
    await ward.close();
  });
});

describe('who the patient is, in what the whole group reads', () => {
  it('typed where the patient is known is asked again without it, at once', async () => {
    const { ward, roomId } = await admitted({ offers: [DERMATO], start: [2026, 11, 23, 9, 0] });
    await ward.says(roomId, '@mt:test', '!avis dermato');
    await says(ward, 'inventée, dossier 700123, tache du dos');
    expect(last(ward)).toContain(
      'Question — tout le groupe lirait un nom (« inventée »), un numéro de dossier (« 700123 »).',
    );
    expect(last(ward)).toContain('garder');
    await says(ward, 'tache du dos', '1', 'passer', 'Mme INVENTEE');
    expect(last(ward)).toContain('relisez'); // the last question is read by the taker alone
    await says(ward, 'oui');
    expect(group(ward)).toContain('tache du dos');
    expect(group(ward)).not.toMatch(PATIENT);
    await ward.close();
  });

  it('typed before the identity is found at the summary, and corrected there', async () => {
    const ward = await open();
    await says(ward, 'avis dermato', 'le dos de modelle', '1', 'passer', 'passer', 'MODELE Anne 15/03/1976 F');
    expect(last(ward)).toContain('Réponse 1 : tout le groupe lirait un nom (« modelle »)');
    await says(ward, 'oui');
    expect(group(ward)).toBe('');
    expect(last(ward)).toContain('1 pour corriger, envoyer quand même');
    await says(ward, '1', 'le dos', 'oui');
    expect(group(ward)).toContain('le dos');
    expect(group(ward)).not.toContain('modelle');
    await ward.close();
  });

  it('in an answer whose question a correction has closed is not sent at all', async () => {
    const chute = offer(`
id: chute
title: Chute
family: chute
ask: { who: [medecin-traitant], consent: not-needed, urgent: accept }
form:
  - { key: cause, type: choice, options: [maison, dehors], required: true, share: before }
  - { key: detail, type: text, share: before, when: { field: cause, is: maison } }
to: { group: avis-cardiologie, dispatch: first-accept }
`);
    const ward = await openWard({ offers: [chute], start: [2026, 11, 23, 9, 0] });
    await says(ward, 'chute', 'maison', 'escalier de modelle', 'MODELE Anne 15/03/1976 F');
    expect(last(ward)).toContain('Réponse 2 : tout le groupe lirait un nom');
    await says(ward, '1', 'dehors', 'oui');
    expect(group(ward)).toContain('Cause : dehors');
    expect(group(ward)).not.toContain('modelle');
    await ward.close();
  });

  it('a name that is a common word: who wrote it keeps it, here or at the summary, and the audit says so', async () => {
    const ward = await open();
    await says(ward, 'avis dermato', 'petit ulcère', '1', 'passer', 'passer', 'PETIT Rose 15/03/1976 F');
    expect(last(ward)).toContain('un nom (« petit »)');
    await says(ward, 'envoyer quand même');
    expect(group(ward)).toContain('petit ulcère');
    expect(await audit(ward)).toEqual(expect.arrayContaining(['form:meant-named', 'request:named-as-is']));
    await says(ward, 'avis dermato', 'appeler le 06 12 34 56 78');
    expect(last(ward)).toContain('un numéro de téléphone');
    await says(ward, 'oui');
    expect(last(ward)).toContain('un numéro de téléphone');
    await says(ward, 'garder');
    expect(last(ward)).toContain('2/5 Siège');
    await ward.close();
  });

  it('on one line: nothing is sent, one question is asked again', async () => {
    const ward = await open();
    await says(ward, 'orienter Mme Modèle, 2 48 03 59 350 123 45');
    expect(group(ward)).toBe('');
    expect(last(ward)).toContain('un nom (« Mme Modèle »), un numéro de sécurité sociale');
    await says(ward, 'chute de 76 ans');
    expect(last(ward)).toContain('1. Motif : chute de 76 ans');
    await says(ward, 'oui');
    expect(group(ward)).toContain('chute de 76 ans');
    // With another form open, why it was not sent is said all the same.
    await says(ward, 'avis dermato', '!orienter Mme Modèle');
    expect(last(ward)).toContain('Tout le groupe lirait un nom. Rien n’a été envoyé.');
    await ward.close();
  });

  it('on one line in the patient’s room, without a capital or a civility', async () => {
    const { ward, roomId } = await admitted({ offers: [OUTSIDE] });
    await ward.says(roomId, '@mt:test', '!orienter inventee a chuté');
    expect(group(ward)).toBe('');
    expect(last(ward)).toContain('un nom (« inventee »)');
    await says(ward, 'garder', 'oui');
    expect(group(ward)).toContain('inventee a chuté');
    expect(await audit(ward)).toContain('request:named-as-is');
    await ward.close();
  });

  it('in the name of a file: the group reads that there is one, who takes it reads its name', async () => {
    const photos = offer(`
id: plaies
title: Plaies
family: plaies
ask: { who: [medecin-traitant], consent: not-needed, urgent: accept }
form: [{ key: photos, type: photo, required: true, share: before }]
to: { group: avis-cardiologie, dispatch: first-accept }
`);
    const ward = await openWard({ offers: [photos], start: [2026, 11, 23, 9, 0] });
    await says(ward, 'plaies');
    const file = { url: 'mxc://test/abc', v: 'v2', key: { k: 'k' }, iv: 'iv', hashes: { sha256: 'x' } };
    const info = { mimetype: 'image/jpeg', size: 1200 };
    const content = { msgtype: 'm.image', body: 'MODELE_Anne.jpg', file, info };
    ward.transport.type(await ward.direct('@mt:test'), '@mt:test', content);
    await ward.settle();
    await says(ward, 'fini', 'MODELE Anne 15/03/1976 F', 'oui');
    const code = /D-\w+/.exec(last(ward))?.[0] ?? '';
    await ward.types('cardio2', 'demandes');
    await ward.types('cardio2', '1');
    expect(ward.bodies('cardio2').filter((body) => body.includes('photo-1.jpg'))).toHaveLength(2);
    expect(ward.bodies('cardio2').join()).not.toContain('MODELE');
    await ward.types('cardio1', `prendre ${code}`);
    expect(ward.bodies('cardio1').join()).toContain('MODELE_Anne.jpg');
    await ward.close();
  });

  it('in an answer that the next group reads, typed on one line in the request room', async () => {
    const ward = await open();
    await says(ward, 'orienter', 'chute', 'passer', 'MODELE Anne 15/03/1976 F', 'oui');
    const code = /D-\w+/.exec(last(ward))?.[0] ?? '';
    await ward.types('cardio1', `prendre ${code}`);
    await ward.types('cardio1', '!repondre mardi 9h, Mme MODELE', code);
    expect(last(ward, 'cardio1')).toContain('un nom (« MODELE »)');
    expect(ward.bodies('backup').join()).not.toContain('MODELE');
    await ward.types('cardio1', 'mardi 9h');
    await ward.types('cardio1', 'oui');
    expect(ward.bodies('backup').join()).toContain('Rendez-vous : mardi 9h');
    await ward.close();
  });
});
