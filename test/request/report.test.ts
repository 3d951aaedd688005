/** The report as data, as text and as a PDF: what CSP R6316-4 wants is in it, and nothing is lost on the way. */
import { describe, expect, it } from 'vitest';
import { reportPdf } from '../../bot/report-pdf.ts';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import type { RequestMove } from '../../care/request/moves.ts';
import { step } from '../../care/request/moves.ts';
import { reportOf } from '../../care/request/report.ts';
import { newRequest, type Request } from '../../care/request/request.ts';
import { loadTariffs } from '../../config/load-tariffs.ts';
import { reportText } from '../../config/texts/report.ts';
import { paris } from '../flows/stage.ts';
import { pdfText } from '../support/pdf-text.ts';
import { pathway } from './offers.ts';

const MT: Person = {
  id: 'mt',
  matrix: '@mt:test',
  name: 'Dr Alice Essai',
  role: 'medecin-traitant',
  rpps: '99900000011',
  groups: ['p'],
};
const CARDIO: Person = { id: 'c', matrix: '@c:test', name: 'Dr Karim Modèle', role: 'specialiste', groups: ['cardio'] };
const PEOPLE = peopleFrom([MT, CARDIO], [], []);
const IDENTITY = {
  usedName: 'FICTIVE',
  birthName: 'INVENTEE',
  givenName: 'Ștefania',
  birthDate: '1961-03-05',
  sex: 'F',
} as const;
const CARDIOLOGY = pathway(`
id: teleexpertise-cardiologie
title: Téléexpertise cardiologie (ECG)
family: avis
words: [cardio]
ask: { who: [p], consent: required, urgent: refuse-15 }
form:
  - { key: question, label: Question, type: text, required: true, share: before }
  - { key: ecg, label: ECG, type: file }
to: { group: cardio, dispatch: first-accept }
sla:
  clock: working-days
  take: { within: 24h, escalate: [{ at: 100%, to: group }] }
  answer: { within: 48h }
  pause: [info-requested]
trace: { report: teleexpertise, billing: [TE2, RQD], to: [asker] }
`);

const MONDAY = paris(2026, 11, 23, 9, 5);

function moved(request: Request, by: Person, move: RequestMove, now: number): Request {
  const result = step(request, by, move, { now, nameOf: (id) => id, called: () => [], group: () => [] });
  if ('data' in result) throw new Error(result.code);
  return result.request;
}

/** Asked on Monday, taken three hours later, a question back, answered. */
function answered(at: number, over: Partial<Request> = {}): Request {
  let request: Request = newRequest(
    {
      code: 'D-4K7',
      pathway: CARDIOLOGY,
      opened: { by: 'person' },
      asker: 'mt',
      askedAt: MONDAY,
      consent: { by: 'mt', at: MONDAY },
      answers: [
        { key: 'question', type: 'text', value: 'ECG douteux, 17 ans' },
        { key: 'ecg', type: 'file', value: [{ id: 'f1', name: 'ecg.pdf', mime: 'application/pdf', size: 12 }] },
      ],
    },
    MONDAY,
  );
  request = { ...request, ...over };
  const hour = 3_600_000;
  request = moved(request, CARDIO, { do: 'take' }, MONDAY + 3 * hour);
  request = moved(request, CARDIO, { do: 'ask-info', text: 'Antécédents ?' }, MONDAY + 4 * hour);
  request = moved(request, MT, { do: 'give-info', text: 'Aucun.' }, MONDAY + 6 * hour);
  return moved(request, CARDIO, { do: 'answer', text: 'Sport autorisé\nContrôle dans deux ans' }, at);
}

const TARIFFS = loadTariffs();
const report = (request: Request, at: number) => reportOf(PEOPLE, TARIFFS, request, IDENTITY, at);

describe('the report', () => {
  it('says who, when, what was asked and answered, the documents, the steps, the acts', () => {
    const at = paris(2026, 11, 24, 15, 5);
    expect(reportText(report(answered(at), at)).plain).toBe(
      [
        'Compte rendu de téléexpertise D-4K7',
        'Téléexpertise cardiologie (ECG)',
        'Patient',
        '• Identité : Mme Ștefania FICTIVE (née INVENTEE), née le 05/03/1961',
        '• Accord : recueilli par Dr Alice Essai, lundi 23 novembre 2026 à 9h05',
        'Professionnels',
        '• Demandé par : Dr Alice Essai, médecin traitant, RPPS 99900000011',
        '• Répondu par : Dr Karim Modèle, médecin spécialiste, RPPS non renseigné',
        'Question',
        '• Question : ECG douteux, 17 ans',
        'Réponse',
        '• Rendue par : Dr Karim Modèle, mardi 24 novembre 2026 à 15h05',
        '• Réponse : Sport autorisé\nContrôle dans deux ans',
        'Documents',
        '• ECG : ecg.pdf',
        'Déroulé',
        '• 23/11/2026 à 9h05 : Demande envoyée, Dr Alice Essai',
        '• 23/11/2026 à 12h05 : Prise en charge, Dr Karim Modèle',
        '• 23/11/2026 à 13h05 : Précision demandée, Dr Karim Modèle : Antécédents ?',
        '• 23/11/2026 à 15h05 : Précision donnée, Dr Alice Essai : Aucun.',
        '• 24/11/2026 à 15h05 : Réponse rendue, Dr Karim Modèle',
        'Incidents techniques',
        '• Aucun.',
        'Actes',
        '• TE2 : Dr Karim Modèle',
        '• RQD : Dr Alice Essai',
        'Établi le mardi 24 novembre 2026 à 15h05, heure de Paris. Article R6316-4 du code de la santé publique.',
      ].join('\n'),
    );
  });

  it('owns up to a delay, the precision not counted, and to a reminder that could not leave in time', () => {
    const at = paris(2026, 11, 25, 12, 5);
    const late = answered(at);
    // 48 h and the two hours of the precision: until Wednesday 11:05.
    expect(report(late, at).incidents).toEqual([
      { what: 'late', target: 'answer', stage: '', due: paris(2026, 11, 25, 11, 5), at },
    ]);
    const history = [
      ...late.history,
      { at: paris(2026, 11, 24, 11, 0), by: 'clock', step: 'escalated' as const, text: 'group' },
    ];
    expect(report({ ...late, history }, at).incidents).toContainEqual({
      what: 'outage',
      due: paris(2026, 11, 24, 9, 5),
      at: paris(2026, 11, 24, 11, 0),
    });
    expect(reportText(report(late, at)).plain).toContain('faite mercredi 25 novembre 2026 à 12h05 : 1 h après');
  });

  it('names nobody who asked not to be named', () => {
    const at = paris(2026, 11, 24, 15, 5);
    const text = reportText(report(answered(at, { anonymous: true }), at)).plain;
    expect(text).not.toContain('Alice');
    expect(text).not.toContain('99900000011');
    expect(text).toContain('un professionnel qui ne souhaite pas être nommé');
  });
});

describe('the PDF', () => {
  it('opens, has every word of the text, letters of other languages too, and is the same each time', async () => {
    const at = paris(2026, 11, 24, 15, 5);
    const data = report(answered(at), at);
    const bytes = await reportPdf(data);
    expect(Buffer.from(bytes).subarray(0, 7).toString()).toMatch(/^%PDF-1/);
    const read = pdfText(bytes);
    expect(read.pages).toBe(1);
    const words = (text: string): string[] => text.split(/\s+/).filter((word) => /\p{L}{2}/u.test(word));
    const written = read.text.replaceAll(/\s+/g, '');
    for (const word of words(reportText(data).plain)) expect(written).toContain(word);
    expect(read.text).toContain('page 1 sur 1');
    expect(Buffer.compare(Buffer.from(bytes), Buffer.from(await reportPdf(data)))).toBe(0);
  });

  it('goes on over pages, each one numbered', async () => {
    const at = paris(2026, 11, 24, 15, 5);
    const data = report(answered(at), at);
    const [reply] = data.replies;
    if (!reply) throw new Error('no reply');
    const long = 'Repolarisation précoce, variante de la normale. '.repeat(160);
    const read = pdfText(
      await reportPdf({ ...data, replies: [{ ...reply, shown: [{ label: 'Réponse', value: long }] }] }),
    );
    expect(read.pages).toBeGreaterThan(1);
    for (let n = 1; n <= read.pages; n += 1) expect(read.text).toContain(`page ${n} sur ${read.pages}`);
    expect(read.text.match(/Repolarisation/g)).toHaveLength(160);
  });
});
