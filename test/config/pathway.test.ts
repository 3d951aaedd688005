import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runnable } from '../../care/request/pathway.ts';
import type { SlaPolicy } from '../../care/request/sla-policy.ts';
import { HOUR, MINUTE } from '../../care/relay/civil-time.ts';
import { loadPathways, loadShippedPathways, SHIPPED_PATHWAYS } from '../../config/load-pathways.ts';
import type { ConfigProblem } from '../../config/problem.ts';

const CARDIO = readFileSync(join(SHIPPED_PATHWAYS, 'teleexpertise-cardiologie.yaml'), 'utf8');

function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'relais-pathways-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}
/** `line key: problem → cure` of each problem of one file made from the cardiology one. */
function problems(change: (text: string) => string): string[] {
  const loaded = loadPathways([folder({ 'teleexpertise-cardiologie.yaml': change(CARDIO) })]);
  return 'problems' in loaded ? loaded.problems.map(told) : [];
}
const told = ({ line, key, problem, cure }: ConfigProblem): string => `${line ?? '-'} ${key}: ${problem} → ${cure}`;

describe('what could never happen is a mistake of the file', () => {
  const head = `id: transport\ntitle: Transport\nfamily: transport\nabout: nobody\nask: { who: [infirmier], consent: not-needed, urgent: accept }\n`;
  const said = (more: string): string[] => {
    const loaded = loadPathways([folder({ 'transport.yaml': `${head}${more}` })]);
    return 'problems' in loaded ? loaded.problems.map(told) : [];
  };
  const sla = (at: string, to: string): string =>
    `sla: { clock: calendar, take: { within: 2h, escalate: [{ ${at}, to: ${to} }] } }\n`;
  const TO = 'to: { group: ambulances, dispatch: first-accept';

  test('an escalation to a backup that is not named', () => {
    expect(said(`${TO} }\n${sla('at: 100%', 'backup')}`)).toEqual([
      '6 to: an escalation to a backup that is not named → add backup: [group] to to:, or escalate to group',
    ]);
    expect(said(`${TO}, backup: [renfort] }\n${sla('at: 100%', 'backup')}`)).toEqual([]);
  });

  test.each([
    ['2h', 'at: 100%', true],
    ['121min', 'at: 100%', false],
    ['2h', 'at: 50%', false],
    ['150min', 'after: 30min', true],
  ])('expires: %s beside an escalation %s', (expires, at, isFault) => {
    const faults = said(`${TO} }\n${sla(at, 'coordinator')}expires: ${expires}\n`);
    expect(faults).toEqual(
      isFault
        ? ['8 expires: it ends before anybody is told that it is late → write a longer span, or escalate earlier']
        : [],
    );
  });
});

function slaOf(loaded: ReturnType<typeof loadPathways>): SlaPolicy | undefined {
  return 'pathways' in loaded ? runnable(loaded.pathways)[0]?.stages[0]?.sla : undefined;
}

describe('pathways', () => {
  test('those that come with Relais say who has to check their questions, where they are about a patient', () => {
    const unchecked = runnable(loadShippedPathways()).filter(
      ({ id, about }) =>
        about === 'patient' &&
        !/(to be checked|doctor to check)/i.test(readFileSync(join(SHIPPED_PATHWAYS, `${id}.yaml`), 'utf8')),
    );
    expect(unchecked.map(({ id }) => id)).toEqual([]);
  });

  test('an advice is answered by a medical professional (CSP R6316-1)', () => {
    const advice = runnable(loadShippedPathways()).filter(({ trace }) => trace.report === 'teleexpertise');
    expect(advice).toHaveLength(7);
    for (const { id, stages } of advice)
      for (const { answer } of stages) expect(answer.who, id).toEqual(['specialiste', 'medecin']);
  });

  test('the shipped one, as care understands it', () => {
    const cardio = loadShippedPathways().find(({ id }) => id === 'teleexpertise-cardiologie');
    expect(cardio).toMatchObject({
      id: 'teleexpertise-cardiologie',
      family: 'avis',
      words: ['cardio', 'cardiologie', 'ecg'],
      form: expect.arrayContaining([
        expect.objectContaining({ key: 'question', type: 'text', required: true, share: 'before' }),
        expect.objectContaining({ key: 'ecg', type: 'file', required: false, share: 'after' }),
      ]) as unknown,
      stages: [
        {
          to: { group: 'avis-cardiologie', dispatch: 'on-duty-then-all', backup: ['avis-cardiologie-ght'] },
          answer: { form: [{ key: 'answer', type: 'text', required: true }] },
          sla: {
            clock: 'working-days',
            holidays: 'france',
            take: {
              within: 24 * HOUR,
              remind: [{ share: 0.5 }],
              escalate: [
                { at: { share: 1 }, to: 'on-duty' },
                { at: { after: 4 * HOUR }, to: 'backup' },
              ],
            },
            answer: { within: 48 * HOUR, remind: [{ share: 0.5 }, { share: 0.8 }] },
          },
        },
      ],
    });
  });

  test('the version follows what is said, not how it is commented', () => {
    const version = (text: string): string | undefined => {
      const loaded = loadPathways([folder({ 'teleexpertise-cardiologie.yaml': text })]);
      return 'pathways' in loaded ? loaded.pathways[0]?.version : undefined;
    };
    expect(version(CARDIO)).toMatch(/^[0-9a-f]{16}$/);
    expect(version(`# another comment\n${CARDIO}`)).toBe(version(CARDIO));
    expect(version(CARDIO.replace('within: 48h', 'within: 72h'))).not.toBe(version(CARDIO));
  });

  test('opening hours by day, several periods', () => {
    const opening = 'clock: opening-hours\n  opening: [{ days: [lun, mar], hours: [09:00-12:30, 14:00-24:00] }]';
    const loaded = loadPathways([
      folder({ 'teleexpertise-cardiologie.yaml': CARDIO.replace(/clock: working-days.*/, opening) }),
    ]);
    expect(slaOf(loaded)?.opening).toEqual([
      { day: 1, from: 540, to: 750 },
      { day: 1, from: 840, to: 1440 },
      { day: 2, from: 540, to: 750 },
      { day: 2, from: 840, to: 1440 },
    ]);
  });

  test('an outcome rings the équipe only where an event has asked', () => {
    const rings = (text: string): string => `${text}outcomes: [{ word: vu, label: Vu, rings: [medecin-traitant] }]\n`;
    expect(problems(rings)).toEqual([
      expect.stringMatching(/outcomes: rings: of an outcome that is not told in a patient’s room → .*remove it/),
    ]);
  });

  test('minutes and days are spans too', () => {
    const loaded = loadPathways([
      folder({
        'teleexpertise-cardiologie.yaml': CARDIO.replace('within: 24h', 'within: 90min').replace(
          'within: 48h',
          'within: 3d',
        ),
      }),
    ]);
    expect([slaOf(loaded)?.take?.within, slaOf(loaded)?.answer?.within]).toEqual([90 * MINUTE, 72 * HOUR]);
  });

  test('the clock beyond shares: absolute reminders, several told at once, a step said again, hours to ring', () => {
    const sla = (text: string): string =>
      text.replace(
        'escalate: [{ at: 100%, to: coordinator }] }',
        'escalate: [{ at: 100%, to: [coordinator, asker] }, { after: 2h, to: group, repeat: 2, ring: always }] }\n  ring: { opening: [{ days: [sam], hours: [08:00-12:00] }] }',
      );
    const loaded = loadPathways([
      folder({ 'teleexpertise-cardiologie.yaml': sla(CARDIO).replace('[50%, 80%]', '[4h, 50%, -2h]') }),
    ]);
    expect(slaOf(loaded)).toMatchObject({
      ring: { opening: [{ day: 6, from: 480, to: 720 }], holidays: 'france' },
      answer: {
        remind: [{ after: 4 * HOUR }, { share: 0.5 }, { before: 2 * HOUR }],
        escalate: [
          { at: { share: 1 }, to: 'coordinator' },
          { at: { share: 1 }, to: 'asker' },
          { at: { after: 2 * HOUR }, to: 'group', ring: 'always' },
          { at: { after: 2 * HOUR }, to: 'group', ring: 'always' },
        ],
      },
    });
  });

  test.each<[string, (text: string) => string, RegExp]>([
    [
      'a reminder after the end',
      (t) => t.replace('[50%, 80%]', '[72h]'),
      /sla\.answer\.remind: a reminder outside the delay → write a span shorter than within/,
    ],
    [
      'a step repeated without a span',
      (t) => t.replace('{ at: 100%, to: coordinator }', '{ at: 100%, to: coordinator, repeat: 3 }'),
      /nothing says when to repeat → write after: 4h/,
    ],
    [
      'a clock without a target',
      (t) => t.replace(/\n {2}take: .*\n {2}answer: .*/, ''),
      /sla\.answer: a clock without a target → add answer/,
    ],
    [
      'an unknown key',
      (t) => t.replace('consent:', 'consentement:'),
      /^\d+ ask\.consentement: unknown key consentement → remove it; the keys known here are who, territories, consent, urgent, hours, anonymous$/,
    ],
    [
      'a span without unit',
      (t) => t.replace('within: 24h', 'within: 24'),
      /sla\.take\.within: expected a string, found 24/,
    ],
    [
      'a span in words',
      (t) => t.replace('within: 24h', 'within: un jour'),
      /"un jour" is not a span of time → write a number and its unit/,
    ],
    [
      'a reminder beyond the delay',
      (t) => t.replace('[50%, 80%]', '[50%, 180%]'),
      /sla\.answer\.remind\[1\]: "180%" is not a moment to remind → write 50% of the delay/,
    ],
    [
      'reminders out of order',
      (t) => t.replace('[50%, 80%]', '[80%, 50%]'),
      /sla\.answer\.remind: reminders out of order/,
    ],
    [
      'two moments for one step',
      (t) => t.replace('{ after: 4h, to: backup }', '{ after: 4h, at: 100%, to: backup }'),
      /one moment → write either at: 100% or after: 4h/,
    ],
    [
      'a field of another type’s key',
      (t) => t.replace('type: text', 'type: file, unit: kg'),
      /form\[0\]\.unit: unknown key unit → remove it; the keys known here are key, label, help, required, share, when, type, accept, most/,
    ],
    ['a type of field unknown', (t) => t.replace('type: text', 'type: txt'), /form\[0\]\.type: not a type of field/],
    [
      'a word with a space',
      (t) => t.replace('[cardio,', '[cardio urgence,'),
      /words\[0\]: not a word that can be typed/,
    ],
    ['a word twice, but for its accents', (t) => t.replace('[cardio,', '[écg,'), /words: the same word twice/],
    [
      'opening hours without hours',
      (t) => t.replace('clock: working-days', 'clock: opening-hours'),
      /sla\.opening: an opening-hours clock without hours/,
    ],
    [
      'hours that nobody looks at',
      (t) => t.replace('  holidays:', '  opening: [{ days: [lun], hours: [09:00-12:00] }]\n  holidays:'),
      /sla\.opening: hours that this clock does not look at/,
    ],
    [
      'a night in one period',
      (t) =>
        t.replace(/clock: working-days.*/, 'clock: opening-hours\n  opening: [{ days: [lun], hours: [20:00-08:00] }]'),
      /a night is two lines/,
    ],
    ['a missing key', (t) => t.replace(/^title.*\n/m, ''), /title: missing → add the key title/],
    [
      'an id that is not the file',
      (t) => t.replace('id: tele', 'id: autre-tele'),
      /id: "autre-teleexpertise-cardiologie" is not the name of its file/,
    ],
    ['a tab, as some editors write', (t) => t.replace('  consent:', '\tconsent:'), /not YAML/],
  ])('%s', (_name, change, expected) => {
    expect(problems(change)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  test('every problem at once, each at its line', () => {
    const found = problems((t) =>
      t
        .replace('within: 24h', 'within: x')
        .replace('type: text', 'type: fichier')
        .replace('family: avis', 'family: Avis'),
    );
    const lineOf = (word: string): number => CARDIO.split('\n').findIndex((line) => line.includes(word)) + 1;
    expect(found).toHaveLength(3);
    expect(found.map((p) => Number(p.split(' ')[0])).sort((a, b) => a - b)).toEqual([
      lineOf('family:'),
      lineOf('type: text'),
      lineOf('within: 24h'),
    ]);
  });

  test('a word that two files claim, whatever its accents and capitals', () => {
    const other = CARDIO.replace('id: teleexpertise-cardiologie', 'id: autre').replace(
      '[cardio, cardiologie, ecg]',
      '[autre, ecg]',
    );
    const loaded = loadPathways([folder({ 'autre.yaml': other, 'teleexpertise-cardiologie.yaml': CARDIO })]);
    expect('problems' in loaded && loaded.problems.map(told)).toEqual([
      expect.stringMatching(
        /^\d+ words\[2\]: "ecg" is already a word of .*autre\.yaml → keep it in one of the two files$/,
      ),
    ]);
  });

  test('one broken file does not hide the problems of another', () => {
    const loaded = loadPathways([folder({ 'a.yaml': 'id: a\n', 'b.yaml': ': : :\n\t' })]);
    const files = 'problems' in loaded ? new Set(loaded.problems.map((p) => p.file.slice(-6))) : new Set();
    expect(files).toEqual(new Set(['a.yaml', 'b.yaml'].map((name) => name.slice(-6))));
  });

  test('a folder that is not there', () => {
    expect(loadPathways(['/nowhere/at/all'])).toMatchObject({
      problems: [{ problem: 'the folder of pathways cannot be read' }],
    });
  });
});
