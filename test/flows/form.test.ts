/** A form filled in by one thumb: asked question by question, corrected, confirmed; nothing leaves before. */
import { describe, expect, it } from 'vitest';
import { offer } from '../request/offers.ts';
import { openWard, paris, type Ward } from './stage.ts';

const DERMATO = offer(`
id: teleexpertise-dermatologie
title: Téléexpertise dermatologie
family: avis
words: [dermato]
ask: { who: [medecin-traitant], consent: ask, urgent: refuse-15 }
form:
  - { key: question, type: text, required: true, share: before }
  - { key: depuis, label: Depuis quand, type: date, bound: past, share: before }
  - { key: siege, label: Siège, type: choice, options: [visage, tronc, membres], required: true, share: before }
  - { key: taille, type: number, unit: mm, min: 1, max: 500, share: before }
  - { key: photos, type: photo, most: 2, required: true }
to: { group: avis-cardiologie, dispatch: first-accept }
sla: { clock: working-days, answer: { within: 72h } }
`);

const last = (ward: Ward, id: string): string => ward.bodies(id).at(-1) ?? '';
const open = (): Promise<Ward> => openWard({ offers: [DERMATO], start: [2026, 11, 23, 9, 0] });

const FILE = { url: 'mxc://test/abc', v: 'v2', key: { k: 'secret-key' }, iv: 'iv', hashes: { sha256: 'x' } };
async function photo(ward: Ward, id: string, over: Record<string, unknown> = {}): Promise<void> {
  const room = await ward.direct(`@${id}:test`);
  const info = { mimetype: 'image/jpeg', size: 1_200_000 };
  ward.transport.type(room, `@${id}:test`, { msgtype: 'm.image', body: 'lesion.jpg', file: FILE, info, ...over });
  await ward.settle();
}

async function says(ward: Ward, ...all: string[]): Promise<void> {
  for (const one of all) await ward.types('mt', one);
}

describe('a form', () => {
  it('is asked one question at a time, then read again before it leaves', async () => {
    const ward = await open();
    await says(ward, 'avis dermato');
    expect(last(ward, 'mt')).toContain('1/7 Question');
    await says(ward, 'Lésion pigmentée du dos', 'hier');
    expect(last(ward, 'mt')).toContain('3/7 Siège');
    expect(last(ward, 'mt')).toContain('2. tronc');
    await says(ward, '2', '8,5 cm');
    expect(last(ward, 'mt')).toContain('Je ne lis pas de nombre');
    await says(ward, '8');
    await photo(ward, 'mt');
    expect(last(ward, 'mt')).toContain('1 reçu');
    await says(ward, 'fini', 'MODELE Anne 15/03/1976 F', 'oui');
    const summary = last(ward, 'mt');
    expect(summary).toContain('1. Question : Lésion pigmentée du dos');
    expect(summary).toContain('2. Depuis quand : 22/11/2026');
    expect(summary).toContain('3. Siège : tronc');
    expect(summary).toContain('4. Taille : 8 mm');
    expect(summary).toContain('5. Photos : lesion.jpg');
    expect(summary).toContain('6. Patient : Mme Anne MODELE, née le 15/03/1976');
    expect(ward.bodies('cardio1')).toHaveLength(0);
    await says(ward, 'oui');
    const code = /D-\w+/.exec(last(ward, 'mt'))?.[0] ?? '';
    const group = ward.bodies('cardio1').join('\n');
    expect(group).toContain('Siège : tronc');
    expect(group).not.toContain('MODELE');
    expect(group).not.toContain('lesion.jpg');
    // At « prendre », the request room has the identity and the photo itself, the very same encrypted file.
    await ward.types('cardio1', `prendre ${code}`);
    const room = ward
      .readBy('@cardio1:test')
      .filter((h) => h.roomName === code)
      .map((h) => h.event.content);
    expect(room.some((c) => String(c['body']).includes('MODELE'))).toBe(true);
    expect(room.find((c) => c['msgtype'] === 'm.image')).toMatchObject({ body: 'lesion.jpg', file: FILE });
    expect(ward.readBy('@cardio2:test').some((h) => h.event.content['msgtype'] === 'm.image')).toBe(false);
    await ward.close();
  });

  it('goes back, passes what is optional, corrects from the summary, and is abandoned without a trace', async () => {
    const ward = await open();
    await says(ward, 'avis dermato tache du visage');
    expect(last(ward, 'mt')).toContain('2/7 Depuis quand');
    await says(ward, 'retour');
    expect(last(ward, 'mt')).toContain('1/7 Question');
    await says(ward, 'tache de la joue', 'passer', 'vis', 'passer', 'passer');
    expect(last(ward, 'mt')).toContain('Cette question attend une réponse');
    await photo(ward, 'mt');
    await photo(ward, 'mt');
    expect(last(ward, 'mt')).toContain('6/7 Le patient');
    await says(ward, 'passer', 'non');
    expect(last(ward, 'mt')).toContain('6. Patient : non donné');
    await says(ward, '3', 'membres');
    expect(last(ward, 'mt')).toContain('3. Siège : membres');
    await says(ward, 'oui');
    expect(last(ward, 'mt')).toMatch(/accord/i);
    await says(ward, 'abandonner');
    expect(last(ward, 'mt')).toContain('rien n’a été envoyé');
    expect(ward.bodies('cardio1')).toHaveLength(0);
    await says(ward, 'oui');
    expect(last(ward, 'mt')).toContain('Je ne sais plus');
    await ward.close();
  });

  it('takes a numbered list at once', async () => {
    const ward = await open();
    await says(ward, 'avis dermato', '1. tache\n2. 01/11/2026\n3. tronc\n4. 12');
    expect(last(ward, 'mt')).toContain('5/7 Photos');
    await ward.close();
  });

  it('a command with its sign is still a command; an urgent word stops it at once', async () => {
    const ward = await open();
    await says(ward, 'avis dermato', '!aide');
    expect(last(ward, 'mt')).toContain('annuaire');
    await says(ward, 'choc anaphylactique en cours');
    expect(last(ward, 'mt')).toContain('Appelez le 15.');
    await photo(ward, 'mt');
    expect(last(ward, 'mt')).toContain('Appelez le 15.');
    expect(ward.bodies('cardio1')).toHaveLength(0);
    await ward.close();
  });

  it('a file in clear, a film, a huge one are refused; a file where none is awaited too', async () => {
    const ward = await open();
    await says(ward, 'avis dermato');
    await photo(ward, 'mt');
    expect(last(ward, 'mt')).toContain('n’attend pas de fichier');
    await says(ward, 'tache', 'passer', '1', 'passer');
    await photo(ward, 'mt', { file: undefined, url: 'mxc://test/clear' });
    expect(last(ward, 'mt')).toContain('pas pu lire');
    await photo(ward, 'mt', { info: { mimetype: 'image/jpeg', size: 60_000_000 } });
    expect(last(ward, 'mt')).toContain('trop gros');
    await photo(ward, 'mt', { msgtype: 'm.file', info: { mimetype: 'application/zip', size: 100 } });
    expect(last(ward, 'mt')).toContain('n’est pas accepté');
    await ward.close();
  });

  it('is let go after a day, politely; another one cannot begin meanwhile', async () => {
    const ward = await open();
    await says(ward, 'avis dermato', '!avis dermato');
    expect(last(ward, 'mt')).toContain('Vous avez commencé');
    await ward.until(paris(2026, 11, 24, 9, 1));
    expect(last(ward, 'mt')).toContain('rien n’a été envoyé');
    await says(ward, 'avis dermato');
    expect(last(ward, 'mt')).toContain('1/7 Question');
    await ward.close();
  });

  it('who may not ask, or when it is urgent, is told before the first question', async () => {
    const ward = await open();
    await ward.types('idel', 'avis dermato');
    expect(last(ward, 'idel')).toContain('réservé à certains métiers (médecin traitant)');
    await says(ward, 'avis dermato urgent : douleur thoracique');
    expect(last(ward, 'mt')).toContain('15');
    await says(ward, 'avis cardio ECG douteux');
    expect(last(ward, 'mt')).toContain('envoyée');
    await ward.close();
  });
});

describe('signs that a pathway calls urgent', () => {
  it('are refused with its number; denied, they are not', async () => {
    const plaies = offer(`
id: plaies
title: Avis plaies
family: avis
words: [plaies]
ask: { who: [medecin-traitant], consent: required, urgent: { call: "15", say: "Fièvre ou rougeur : pas d’avis.", words: [fièvre] } }
form:
  - { key: question, type: text, required: true, share: before }
to: { group: avis-cardiologie, dispatch: first-accept }
sla: { clock: working-days, answer: { within: 72h } }
`);
    const ward = await openWard({ offers: [plaies], start: [2026, 11, 23, 9, 0] });
    await says(ward, 'avis plaies talon, fièvre à 39');
    expect(last(ward, 'mt')).toContain('Fièvre ou rougeur');
    expect(ward.bodies('cardio1')).toHaveLength(0);
    await says(ward, 'avis plaies talon, pas de fièvre');
    expect(ward.bodies('cardio1').join()).toContain('talon');
    await ward.close();
  });
});

const RETINO = offer(`
id: retinographie
title: Lecture de rétinographie
family: retinographie
ask: { who: [medecin-traitant], consent: not-needed, urgent: accept }
form: [{ key: question, type: text, required: true, share: before }]
to: { group: avis-cardiologie, dispatch: first-accept }
outcomes: [{ word: normale, label: Examen normal }, { word: anormale, label: Examen anormal }]
answer: { form: [{ key: oeil, label: Œil, type: choice, options: [droit, gauche, les deux], required: true }, { key: note, label: Commentaire, type: text }] }
`);

it('who answers is asked its questions too, and its conclusion', async () => {
  const ward = await openWard({ offers: [RETINO], start: [2026, 11, 23, 9, 0] });
  await ward.types('mt', 'retinographie images envoyées par messagerie sécurisée');
  const code = /D-\w+/.exec(last(ward, 'mt'))?.[0] ?? '';
  await ward.types('cardio1', `prendre ${code}`);
  await ward.types('cardio1', `repondre ${code}`);
  expect(last(ward, 'cardio1')).toContain('1/3 Votre conclusion');
  for (const said of ['2', 'les deux', 'rétinopathie débutante', 'oui']) await ward.types('cardio1', said);
  const read = ward.bodies('mt').join('\n');
  expect(read).toContain('Examen anormal');
  expect(read).toContain('rétinopathie débutante');
  expect(read).toContain('Œil : les deux');
  await ward.close();
});
