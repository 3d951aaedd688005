/** What a source declares of its documents, and who is told of a letter that does not come. */
import { expect, test } from 'vitest';
import { handlingOf } from '../../care/stay/document-policy.ts';
import { good, installation, PEOPLE, problems, RELAIS } from './installation.ts';

const source = (lines: string): string => RELAIS.replace('    units:\n', `${lines}\n    units:\n`);

test('documents by LOINC type: what is not named is not said, unless a default is', () => {
  const load = (lines: string): ReturnType<typeof good> => good(installation({ 'relais.yaml': source(lines) }));
  const policy = (lines: string) => load(lines).config.sources[0]?.policy.documents;
  expect(policy('    max_bytes: 4194304')).toBeUndefined();
  const named = policy("    documents: { '11490-0': attachment }");
  expect([handlingOf(named, '11490-0'), handlingOf(named, '34112-3')]).toEqual(['attachment', 'none']);
  const rest = policy("    documents: { default: pointer, '11502-2': none }");
  expect([handlingOf(rest, '34112-3'), handlingOf(rest, '11502-2'), handlingOf(rest, undefined)]).toEqual([
    'pointer',
    'none',
    'pointer',
  ]);
});

test('a type that is no LOINC code, a handling that is none: said with line and cure', () => {
  const wrong = problems(installation({ 'relais.yaml': source('    documents: { CRH: pointer, 34112-3: joint }') }));
  expect(wrong.join('\n')).toMatch(/documents/);
  expect(wrong.length).toBeGreaterThan(0);
});

test('a secretariat is a group in which somebody is', () => {
  const yaml = source('    secretariats: [{ units: [0450], group: secretariat-a }, { group: secretariat-b }]');
  expect(problems(installation({ 'relais.yaml': yaml }))).toEqual([
    expect.stringMatching(/sources\[0\]\.secretariats\[0\]\.group: nobody is in the group "secretariat-a" → add it/),
    expect.stringMatching(/secretariats\[1\]\.group: nobody is in the group "secretariat-b"/),
  ]);
  const people = PEOPLE.replace('[participants-tle-cardio]', '[participants-tle-cardio, secretariat-a, secretariat-b]');
  const { config } = good(installation({ 'relais.yaml': yaml, 'people.yaml': people }));
  expect(config.sources[0]?.policy.secretariats).toEqual([
    { units: ['0450'], group: 'secretariat-a' },
    { units: undefined, group: 'secretariat-b' },
  ]);
});
