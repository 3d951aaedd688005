import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromParis } from '../../care/relay/civil-time.ts';
import { runnable } from '../../care/request/pathway.ts';
import { ENV, EQUIPE, good, installation, PEOPLE, problems, RELAIS } from './installation.ts';

describe('loadConfig', () => {
  test('a sound installation', () => {
    const path = installation();
    const { config, people, teams, duty, pathways, secrets, warnings } = good(path);
    expect(config.store).toEqual({ path: path.replace('relais.yaml', 'var/relais.sqlite') });
    expect(config.listen).toEqual({ host: '127.0.0.1', port: 8080 });
    expect(config.sources[0]).toMatchObject({
      facilities: ['CH_MODELE', '0590000000'],
      maxBytes: 1_048_576,
      policy: { unknownUnit: 'hold', production: false },
    });
    expect([...(config.sources[0]?.labels ?? [])]).toEqual([
      ['0450', 'Urgences'],
      ['12e4', 'Médecine A'],
    ]);
    expect(people.map((p) => p.rpps)).toEqual(['99900000052', undefined]);
    expect(teams).toEqual([{ facility: 'CH_MODELE', ipp: '0010001', members: ['claire'] }]);
    expect(duty[0]?.from).toBe(fromParis({ year: 2026, month: 11, day: 27, hour: 8, minute: 0 }));
    expect(pathways.map((p) => p.id)).toEqual(['teleexpertise-cardiologie']);
    expect([secrets.seal, secrets.sources.get('ch-modele')]).toEqual([ENV.SEAL, ENV.SOURCE]);
    expect(warnings).toEqual([]);
  });

  test('a configuration that is printed shows no secret', () => {
    const { config } = good(installation());
    expect(JSON.stringify(config)).not.toContain(ENV.SEAL);
    expect(JSON.stringify(config)).not.toContain(ENV.SOURCE);
  });

  test('the store is a file or PostgreSQL, whose address is a secret', () => {
    const withStore = (store: string): string =>
      installation({ 'relais.yaml': RELAIS.replace('path: var/relais.sqlite', store) });
    const url = 'postgres://relais:p%40ss@db/relais';
    const { config, secrets } = good(withStore('url_env: STORE'), { ...ENV, STORE: url });
    expect([config.store, secrets.storeUrl]).toEqual([{ url_env: 'STORE' }, url]);
    expect(good(installation()).secrets.storeUrl).toBeUndefined();
    expect(problems(withStore('url_env: STORE'), { ...ENV, STORE: 'mysql://x' })).toEqual([
      expect.stringMatching(/store\.url_env: STORE is no address of PostgreSQL → postgres:/),
    ]);
    expect(problems(withStore('url_env: STORE'))).toEqual([expect.stringMatching(/store\.url_env: STORE is not set/)]);
    expect(problems(withStore('path: a, url_env: STORE'))).toEqual([
      expect.stringMatching(/store: both path and url_env → write one of them/),
    ]);
    expect(problems(withStore(''))).toEqual([expect.stringMatching(/store: neither path nor url_env/)]);
  });

  test('a secret in a file, relative to relais.yaml, without its last line end', () => {
    const { secrets } = good(installation({ 'seal.txt': `${ENV.SEAL}\n` }), {
      SEAL_FILE: 'seal.txt',
      SOURCE: ENV.SOURCE,
    });
    expect(secrets.seal).toBe(ENV.SEAL);
  });

  test('a source without units says events without units', () => {
    const { config } = good(installation({ 'relais.yaml': RELAIS.replace(/ {4}units:\n( {6}.*\n)+/, '') }));
    expect(config.sources[0]?.policy).toMatchObject({ units: undefined, unknownUnit: 'event' });
  });

  test('secrets: missing, too short, twice, unreadable', () => {
    expect(problems(installation(), {})).toEqual([
      expect.stringMatching(/^relais\.yaml:5 seal\.key_env: SEAL is not set → set the variable SEAL, or SEAL_FILE/),
      expect.stringMatching(/^relais\.yaml:11 sources\[0\]\.secret_env: SOURCE is not set/),
    ]);
    expect(problems(installation(), { ...ENV, SEAL: 'short' })).toEqual([
      expect.stringMatching(/SEAL holds 5 characters → at least 32/),
    ]);
    expect(problems(installation(), { ...ENV, SEAL_FILE: 'x' })).toEqual([
      expect.stringMatching(/both SEAL and SEAL_FILE/),
    ]);
    expect(problems(installation(), { SOURCE: ENV.SOURCE, SEAL_FILE: 'nowhere' })).toEqual([
      expect.stringMatching(/the file of SEAL_FILE cannot be read/),
    ]);
  });

  test('everything that is wrong in every file, at once', () => {
    const found = problems(
      installation({
        'relais.yaml': RELAIS.replace('port: 8080', 'port: 80800').replace('policy: event }', 'policy: evnt }'),
        'people.yaml': PEOPLE.replace('"@bruno:example.fr"', '"@claire:example.fr"').replace(
          'person: bruno',
          'person: brunno',
        ),
        'equipe.yaml': EQUIPE.replace('[claire]', '[clair]'),
      }),
    );
    expect(found).toEqual([
      expect.stringMatching(/^relais\.yaml:4 listen\.port: .* → at most 65535/),
      expect.stringMatching(
        /^relais\.yaml:13 sources\[0\]\.units\[0\]\.policy: "evnt" is not accepted → write one of: event\+label, event, block/,
      ),
      expect.stringMatching(/^people\.yaml:3 persons\[1\]\.matrix: @claire:example\.fr is already bound/),
      expect.stringMatching(/^people\.yaml:5 duty\[0\]\.person: nobody has the id "brunno" → did you mean bruno\?/),
      expect.stringMatching(/^equipe\.yaml:1 \[0\]\.members\[0\]: nobody has the id "clair" → did you mean claire\?/),
    ]);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'clear text in production',
      { 'relais.yaml': RELAIS.replace('environment: test', 'environment: production').replace('https:', 'http:') },
      /account\.homeserver: clear text in production/,
    ],
    [
      'a unit with two policies',
      { 'relais.yaml': RELAIS.replace('12e4', '0450') },
      /units\[1\]\.code: "0450" is already in the list/,
    ],
    [
      'a source twice',
      {
        'relais.yaml': RELAIS.replace(
          'people:',
          `  - { id: ch-modele, format: events, facility: [X], secret_env: SOURCE }\npeople:`,
        ),
      },
      /sources\[1\]\.id: "ch-modele" is already above/,
    ],
    [
      'a directory file that is not there',
      { 'relais.yaml': `${RELAIS}directory: { rpps: rpps.txt }\n` },
      /directory\.rpps: .*rpps\.txt is not there/,
    ],
    ['another time zone', { 'relais.yaml': `${RELAIS}timezone: Europe/Brussels\n` }, /timezone: another time zone/],
    [
      'an identity desk of nobody',
      { 'relais.yaml': RELAIS.replace('format: hl7v2', 'format: hl7v2\n    identity_desk: cellule') },
      /sources\[0\]\.identity_desk: nobody of people\.yaml is in the group "cellule" → add cellule to the groups/,
    ],
    [
      'an unknown territory',
      { 'people.yaml': PEOPLE.replace('territory: demo', 'territory: dmo') },
      /persons\[0\]\.territory: "dmo" is no territory of relais\.yaml → write one of: demo/,
    ],
    [
      'a role unknown',
      { 'people.yaml': PEOPLE.replace('role: specialiste', 'role: cardiologue') },
      /persons\[1\]\.role: "cardiologue" is not accepted/,
    ],
    [
      'an id that is not of Matrix',
      { 'people.yaml': PEOPLE.replace('@bruno:example.fr', 'bruno@example.fr') },
      /persons\[1\]\.matrix: not a Matrix id/,
    ],
    [
      'an RPPS too short',
      { 'people.yaml': PEOPLE.replace('99900000052', '9990000005') },
      /persons\[0\]\.rpps: not an RPPS number/,
    ],
    [
      'a duty outside the group',
      { 'people.yaml': PEOPLE.replace('person: bruno', 'person: claire') },
      /duty\[0\]\.group: claire is on duty for "avis-cardiologie" without being in that group/,
    ],
    [
      'an hour that does not come',
      { 'people.yaml': PEOPLE.replace('2026-11-27 08:00', '2026-03-29 02:30') },
      /duty\[0\]\.from: "2026-03-29 02:30" does not exist in Paris/,
    ],
    [
      'a duty backwards',
      { 'people.yaml': PEOPLE.replace('2026-12-04', '2026-11-04') },
      /duty\[0\]\.to: the duty ends before it begins/,
    ],
    [
      'a facility that nobody sends',
      { 'equipe.yaml': EQUIPE.replace('CH_MODELE', 'CHU') },
      /\[0\]\.facility: no source speaks for the facility "CHU" → write one of: CH_MODELE/,
    ],
    [
      'a patient twice',
      { 'equipe.yaml': EQUIPE + EQUIPE },
      /\[1\]\.ipp: this patient of this facility is already above/,
    ],
    [
      'people that are not there',
      { 'relais.yaml': RELAIS.replace('people.yaml', 'peuple.yaml') },
      /peuple\.yaml:- : the file cannot be read \(ENOENT\) → create it/,
    ],
    ['an empty file', { 'relais.yaml': '' }, /relais\.yaml:- : expected keys with values, found nothing/],
  ])('%s', (_name, files, expected) => {
    expect(problems(installation(files))).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  test('no problem repeats a patient identifier', () => {
    expect(
      problems(installation({ 'equipe.yaml': EQUIPE + EQUIPE.replace('[claire]', '[nobody]') })).join(),
    ).not.toContain('0010001');
  });

  test('a shipped pathway that nobody answers is not offered; one’s own is a mistake', () => {
    const cardio = readFileSync(
      new URL('../../config/pathways/teleexpertise-cardiologie.yaml', import.meta.url),
      'utf8',
    );
    const nobody = PEOPLE.replace('[avis-cardiologie, avis-cardiologie-ght]', '[]').replace(/duty:\n.*\n/, '');
    const { pathways, warnings, notOffered } = good(installation({ 'people.yaml': nobody }));
    expect(warnings).toEqual([]);
    expect(pathways).toEqual([]);
    expect(notOffered.find((w) => w.file.includes('teleexpertise-cardiologie'))?.problem).toBe(
      'nobody in avis-cardiologie',
    );
    expect(notOffered.find((w) => w.file.includes('polygraphie'))?.problem).toBe(
      'nobody in polygraphie-secretariat, polygraphie-pose, polygraphie-lecture',
    );
    const own = installation({
      'people.yaml': nobody,
      'relais.yaml': `${RELAIS}pathways: pathways\n`,
      'pathways/teleexpertise-cardiologie.yaml': cardio,
    });
    expect(problems(own)).toEqual([
      expect.stringMatching(/to\.group: nobody answers/),
      expect.stringMatching(/to\.backup\[0\]/),
    ]);
  });

  test('a group whose members may not answer is as good as empty', () => {
    const nurses = PEOPLE.replace('role: specialiste', 'role: infirmier');
    const own = (people: string): string[] =>
      problems(
        installation({
          'people.yaml': people,
          'relais.yaml': `${RELAIS}pathways: pathways\n`,
          'pathways/ecg.yaml': `id: ecg\ntitle: ECG\nfamily: ecg\nask: { who: [medecin-traitant], consent: required, urgent: accept }
to: { group: avis-cardiologie, dispatch: first-accept }\nanswer: { who: [medecin, specialiste] }\n`,
        }),
      );
    expect(own(PEOPLE)).toEqual([]);
    expect(own(nurses)).toEqual([
      'ecg.yaml:6 answer.who: nobody of "avis-cardiologie" may answer: they are infirmier → add their role here, or somebody of these roles to the group',
    ]);
  });

  test('a pathway that waits for a tag of no unit is offered, with a warning that nothing opens it', () => {
    const people = PEOPLE.replace('[participants-tle-cardio]', '[participants-tle-cardio, plaies]');
    const said = (tags: string): string[] =>
      good(
        installation({
          'people.yaml': people,
          'relais.yaml': `${RELAIS.replace('label: Urgences,', `label: Urgences, tags: ${tags},`)}pathways: pathways\n`,
          'pathways/plaies.yaml': `id: plaies\ntitle: Plaies\nfamily: plaies\non: { discharge: { unit-tag: plaie }, at: [J+3] }
to: { group: plaies, dispatch: queue }\n`,
        }),
      ).warnings.map((w) => w.problem);
    expect(said('[plaie]')).toEqual([]);
    expect(said('[plaies]')).toEqual(['nothing opens plaies: no unit has the tag plaie']);
  });

  test('a pointer of the same id takes the place of the shipped pathway: one word, one inbox', () => {
    const omnidoc = readFileSync(
      new URL('../../config/pathways/pointers/teleexpertise-pneumologie.yaml', import.meta.url),
      'utf8',
    );
    const pneumo = PEOPLE.replace('avis-cardiologie-ght]', 'avis-cardiologie-ght, avis-pneumologie]');
    const relais = `${RELAIS}pathways: pathways\n`;
    const offered = (files: Record<string, string>): unknown =>
      good(installation({ 'people.yaml': pneumo, 'relais.yaml': relais, ...files }))
        .pathways.filter((p) => p.words.includes('pneumo'))
        .map((p) => ('elsewhere' in p ? p.elsewhere.name : p.title));
    expect(offered({})).toEqual(['Téléexpertise pneumologie']);
    expect(offered({ 'pathways/teleexpertise-pneumologie.yaml': omnidoc })).toEqual(['Omnidoc']);
  });

  test('one’s own pathway of the same id replaces the shipped one; the same word under another id is refused', () => {
    const cardio = readFileSync(
      new URL('../../config/pathways/teleexpertise-cardiologie.yaml', import.meta.url),
      'utf8',
    );
    const relais = `${RELAIS}pathways: pathways\n`;
    const { pathways } = good(
      installation({
        'relais.yaml': relais,
        'pathways/teleexpertise-cardiologie.yaml': cardio.replace('within: 48h', 'within: 72h'),
      }),
    );
    expect(runnable(pathways).map((p) => (p.stages[0]?.sla?.answer?.within ?? 0) / 3_600_000)).toEqual([72]);
    const other = installation({
      'relais.yaml': relais,
      'pathways/cardio.yaml': cardio.replace('id: teleexpertise-cardiologie', 'id: cardio'),
    });
    expect(problems(other)).toHaveLength(3);
  });
});
