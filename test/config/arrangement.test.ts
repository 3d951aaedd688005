/** Every key of a pathway that can be wrong, and what its writer is told. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR } from '../../care/relay/civil-time.ts';
import { loadPathways, offeredPathways } from '../../config/load-pathways.ts';
import type { ConfigProblem } from '../../config/problem.ts';
import { offer, pathway } from '../request/offers.ts';

const HEAD = `id: a
title: A
family: a
`;
const ASK = 'ask: { who: [medecin], consent: not-needed, urgent: accept }\n';
const TO = 'to: { group: g, dispatch: queue }\n';

function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'relais-arrangements-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}
const told = ({ key, problem, cure }: ConfigProblem): string => `${key}: ${problem} → ${cure}`;
function problems(text: string): string[] {
  const loaded = loadPathways([folder({ 'a.yaml': text })]);
  return 'problems' in loaded ? loaded.problems.map(told) : [];
}

describe('a pathway', () => {
  test('the least of it: one group, a free answer, closed after a week', () => {
    expect(pathway(HEAD + ASK + TO)).toMatchObject({
      about: 'patient',
      words: [],
      form: [],
      closes: 7 * DAY,
      stages: [{ id: 'demande', title: '', answer: { form: [{ key: 'answer', type: 'text', longest: 8000 }] } }],
    });
  });

  test('stages, the same taker going on, days that are waited for, triggers', () => {
    const found = pathway(`${HEAD}
on:
  - { discharge: { unit-tag: maternite, mode: [home, other] }, at: [J+1, J+30 14:30] }
  - { stage: retinographie.lecture, outcome: anormale }
  - { date: { days: ["01-15"], at: "08:30" } }
stages:
  - { id: un, title: Un, done: fait, to: { group: "sf-{territory}", dispatch: first-accept }, expires: 2h }
  - { id: deux, title: Deux, done: fait, to: same, starts: J+7 }
  - { id: trois, title: Trois, done: fait, to: { group: g, dispatch: everyone }, starts: { at: J+2 08:00, from: stage } }
`);
    expect(found.stages).toMatchObject([
      { to: { group: 'sf-{territory}' }, sameTaker: false, expires: 2 * HOUR },
      { to: { group: 'sf-{territory}' }, sameTaker: true, starts: { days: 7, hour: 9, minute: 0, from: 'opening' } },
      { to: { group: 'g' }, sameTaker: false, starts: { days: 2, hour: 8, from: 'stage' } },
    ]);
    // Going on with it is reading on; a third one reads what it does, and who came before does not.
    expect(found.stages.map((s) => s.readers)).toEqual([[], ['un'], []]);
    expect(found.on).toMatchObject([
      {
        event: 'discharge',
        tags: ['maternite'],
        modes: ['home', 'other'],
        at: [{ days: 1 }, { days: 30, minute: 30 }],
      },
      { event: 'stage', pathway: 'retinographie', stage: 'lecture', outcome: 'anormale' },
      { event: 'date', days: ['01-15'], hour: 8, minute: 30 },
    ]);
    expect(found.ask.who).toEqual([]);
  });

  test('who declines for whom, and what waits for a working day', () => {
    const to = (how: string): unknown => pathway(`${HEAD}${ASK}to: { group: g, dispatch: first-accept${how} }`);
    expect(to(', decline: each')).toMatchObject({ stages: [{ to: { decline: 'each' } }] });
    expect(to(', decline: group')).toEqual(to('')); // the group's no is what is meant when nothing is written
    const on = pathway(`${HEAD}${TO}on: { admission: {}, at: [J+3 10:00 or next working day, J+7] }`).on;
    expect(on).toMatchObject([
      {
        at: [
          { days: 3, hour: 10, orNextWorkingDay: true },
          { days: 7, hour: 9 },
        ],
      },
    ]);
    expect(on[0]?.at[1]).not.toHaveProperty('orNextWorkingDay');
  });

  test('a pointer says where', () => {
    expect(offer(`${HEAD}elsewhere: { name: Omnidoc, how: Par votre e-CPS. }`)).toMatchObject({
      elsewhere: { name: 'Omnidoc', how: 'Par votre e-CPS.', line: undefined },
    });
    expect(problems(`${HEAD}elsewhere: { name: Omnidoc }`)).toEqual([
      expect.stringMatching(/^elsewhere\.how: missing/),
    ]);
  });

  const field = (text: string): string => `${HEAD}${ASK}${TO}form: [${text}]`;
  const two = (first: string, second: string): string => `${HEAD}${ASK}stages:\n  - ${first}\n  - ${second}\n`;
  const STAGE = '{ id: un, title: Un, done: fait, to: { group: g, dispatch: queue } }';
  test.each<[string, string, RegExp]>([
    ['nobody asks', HEAD + TO, /^ask: nobody asks → write ask:/],
    ['nobody does it', HEAD + ASK, /^to: nobody does it/],
    ['to and stages', `${two(STAGE, STAGE.replace('un', 'b'))}${TO}`, /^to: both to and stages/],
    ['one stage', `${HEAD}${ASK}stages: [${STAGE}]`, /^stages: a single stage/],
    ['the same stage twice', two(STAGE, STAGE), /stages\[1\]\.id: "un" is already a stage/],
    ['same at the head', two('{ id: a, title: A, done: a, to: same }', STAGE), /stages\[0\]\.to: nobody did anything/],
    [
      'a reader who comes later',
      two(STAGE.replace(' }', ' }, readers: [b]').replace('] }', '] }'), STAGE.replace('un', 'b')),
      /"b" is no stage before this one/,
    ],
    [
      'a stage that is not there',
      two(
        STAGE.replace(' }', ' }, outcomes: [{ word: x, label: X, next: y }]').replace('] }', '] }'),
        STAGE.replace('un', 'b'),
      ),
      /"y" is no stage of this pathway/,
    ],
    [
      'a name before',
      field('{ key: nom, type: text, share: before }'),
      /form\[0\]\.share: the whole group would read who/,
    ],
    ['a name in a label', field('{ key: x, label: Date de naissance, type: date, share: before }'), /form\[0\]\.share/],
    ['the same key twice', field('{ key: x, type: text }, { key: x, type: text }'), /form\[1\]\.key: two fields/],
    ['a condition on what comes later', field('{ key: x, type: text, when: { field: y, is: z } }'), /no question "y"/],
    [
      'six required questions',
      field([1, 2, 3, 4, 5, 6].map((n) => `{ key: k${n}, type: text, required: true }`).join(', ')),
      /^form: more than five required questions/,
    ],
    ['one option', field('{ key: x, type: choice, options: [oui] }'), /fewer than two options/],
    ['a scale upside down', field('{ key: x, type: scale, from: 5, to: 1 }'), /not a scale/],
    ['a type of file', field('{ key: x, type: file, accept: [pdf] }'), /not a type of file → write image/],
    [
      'a restricted group that leaks',
      `${HEAD}${ASK}to: { group: g, dispatch: queue, restricted: true }\nsla: { clock: calendar, take: { within: 1h, escalate: [{ at: 100%, to: coordinator }] } }`,
      /^sla: an escalation out of a restricted group/,
    ],
    [
      'an event that consents',
      `${HEAD}${ASK.replace('not-needed', 'required')}${TO}on: { admission: {} }`,
      /cannot give/,
    ],
    ['two events in one', `${HEAD}${TO}on: { admission: {}, date: { days: ["15"] } }`, /not one event/],
    ['a day that is none', `${HEAD}${TO}on: { date: { days: ["32"] } }`, /not a day → write 2026-09-15/],
    ['J moins', `${HEAD}${TO}on: { admission: {}, at: [J-1] }`, /"J-1" is not a day counted from the event/],
    ['J and a half', `${HEAD}${TO}on: { admission: {}, at: [J+3 working] }`, /or J\+7 14:30 or next working day/],
    [
      'each declines a queue',
      `${HEAD}${ASK}to: { group: g, dispatch: queue, decline: each }`,
      /^to\.decline: each declines what nobody is rung for.*in a queue who cannot leaves it/,
    ],
    [
      'each declines what everybody answers',
      `${HEAD}${ASK}to: { group: g, dispatch: everyone, decline: each }`,
      /^to\.decline: each declines what nobody is rung for, or what everybody answers/,
    ],
    ['avis without a word', `${HEAD.replace('family: a', 'family: avis')}${ASK}${TO}`, /^words: no word after avis/],
    ['opens what is not there', `${HEAD}${ASK}${TO}outcomes: [{ word: x, label: X, opens: y }]`, /"y" is no pathway/],
    ['waits for what is not there', `${HEAD}${TO}on: { stage: y.z }`, /"y\.z" is no stage that can end so/],
    [
      'two territories',
      `${HEAD}${ASK}to: { group: "{territory}-{territory}", dispatch: queue }`,
      /\{territory\} twice/,
    ],
  ])('%s', (_name, text, expected) => {
    expect(problems(text)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  test('a family that is a command, and two of a family that no word tells apart', () => {
    const own = folder({
      'a.yaml': `${HEAD.replace('family: a', 'family: prendre')}${ASK}${TO}`,
      'b.yaml': `${HEAD.replace('id: a', 'id: b')}${ASK}${TO}`,
      'c.yaml': `${HEAD.replace('id: a', 'id: c')}words: [c]\n${ASK}${TO}`,
    });
    const person = { id: 'p', matrix: '@p:t', name: 'P', role: 'medecin' as const, groups: ['g'] };
    expect(offeredPathways(own, [person], ['prendre']).problems.map(told)).toEqual([
      expect.stringMatching(/^family: "prendre" is already a command/),
      expect.stringMatching(/^words: another pathway answers to "a" too/),
    ]);
  });
});
