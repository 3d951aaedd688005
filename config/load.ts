/** Everything that an installation has decided, loaded and cross-checked before anything is connected to. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DutyPeriod, Person, Team } from '../care/people/person.ts';
import type { RepertoryEntry } from '../care/people/repertory.ts';
import type { Offer } from '../care/request/pathway.ts';
import type { DocumentHandling } from '../care/stay/document-policy.ts';
import type { SourcePolicy, UnitRule } from '../care/stay/verdict.ts';
import { readPeopleFile, readTeamsFile } from './load-people.ts';
import { offeredPathways } from './load-pathways.ts';
import { mllpOf, type MllpConfig } from './load-mllp.ts';
import { slotFeedsOf, type SlotFeedConfig } from './load-slot-feeds.ts';
import { readYaml } from './problem.ts';
import type { ConfigProblem, YamlFile } from './problem.ts';
import { readRepertory } from './schema/repertory.ts';
import { relaisSchema } from './schema/relais.ts';
import type { RelaisFile } from './schema/relais.ts';

export type { ConfigProblem } from './problem.ts';

export type SourceConfig = {
  id: string;
  /** How the hospital is called in a room; its id when nothing else is said. */
  name: string;
  format: 'hl7v2' | 'events' | 'fhir' | 'documents' | 'sas';
  facilities: string[];
  maxBytes: number;
  policy: SourcePolicy;
  /** Paths are absolute; undefined: HTTP alone. */
  mllp: MllpConfig | undefined;
  /** Unit labels of the table, by UF code. */
  labels: ReadonlyMap<string, string>;
};

/** relais.yaml with absolute paths and without secrets, so that it may be printed. */
type RelaisConfig = {
  environment: 'production' | 'test' | 'demo';
  account: {
    homeserver: string;
    directory: string;
    accessRule: 'restricted' | 'unrestricted' | undefined;
    allowedServers: string[] | undefined;
    roomVersion: string | undefined;
    callsPerSecond: number | undefined;
  };
  store: { path: string } | { url_env: string };
  listen: { host: string; port: number };
  sources: SourceConfig[];
  directory:
    | {
        rpps: string | undefined;
        finess: string | undefined;
        folder: string | undefined;
        communes: string | undefined;
        /** Share of rows, 0 to 1. */
        maxShrink: number;
        annuaireSante: { url: string } | undefined;
      }
    | undefined;
  slots: string | undefined;
  territories: { id: string; name: string; communes?: string[] | undefined }[];
  rooms: { closeAfterDays: number };
  timezone: 'Europe/Paris';
};

export type LoadedConfig = {
  config: RelaisConfig;
  people: Person[];
  teams: Team[];
  duty: DutyPeriod[];
  pathways: Offer[];
  repertory: RepertoryEntry[];
  slotFeeds: SlotFeedConfig[];
  secrets: {
    seal: string;
    /** Of the bot's account, to log in again after a soft logout. */
    password: string | undefined;
    /** By source id. */
    sources: ReadonlyMap<string, string>;
    /** Address of PostgreSQL, with its password; undefined for a file. */
    storeUrl: string | undefined;
    /** Key of the Annuaire Santé API. */
    annuaireSante: string | undefined;
  };
  /** Nothing that prevents from starting: pathways that come with Relais and that nobody here answers. */
  warnings: ConfigProblem[];
};

type Env = Readonly<Record<string, string | undefined>>;

/**
 * @param path relais.yaml; every relative path in it is relative to its folder
 * @param env where secrets are: `NAME`, or `NAME_FILE` with the path of a file that holds it
 * @param commandWords words that no family of pathways may take
 * @returns everything, or all the problems of all the files at once; what can only be compared between sound files
 *   (secrets, territories, facilities) is looked at once relais.yaml is sound
 */
export function loadConfig(
  path: string,
  env: Env,
  commandWords: readonly string[] = [],
): LoadedConfig | { problems: ConfigProblem[] } {
  const file = resolve(path);
  const at = (relative: string): string => resolve(dirname(file), relative);
  const main = readYaml(file, relaisSchema);
  const broken = 'problems' in main;
  const problems = broken ? [...main.problems] : [];
  // A broken relais.yaml may still name the other files: their problems are said too.
  const named = (key: string): string | undefined => {
    const value: unknown = broken
      ? (main.raw as Record<string, unknown> | null | undefined)?.[key]
      : (main.value as Record<string, unknown>)[key];
    return typeof value === 'string' && value !== '' ? at(value) : undefined;
  };
  const facilities = broken ? undefined : main.value.sources.flatMap((s) => s.facility);
  const peopleFile = named('people');
  const read = peopleFile === undefined ? undefined : readPeopleFile(peopleFile);
  if (read && 'problems' in read) problems.push(...read.problems);
  const equipeFile = named('equipe');
  const teams = equipeFile === undefined ? undefined : readTeamsFile(equipeFile, read?.persons, facilities);
  if (teams && 'problems' in teams) problems.push(...teams.problems);
  const pathways = offeredPathways(named('pathways'), read?.persons, commandWords);
  problems.push(...pathways.problems);
  const repertoryFile = named('repertory');
  const repertory = repertoryFile === undefined ? { entries: [] } : readRepertory(repertoryFile);
  if ('problems' in repertory) problems.push(...repertory.problems);
  if (broken) return { problems };
  const people = read !== undefined && !('problems' in read) ? read : undefined;
  if (people) problems.push(...unknownTerritories(people, main.value), ...unknownDesks(people.persons, main));
  if (people) problems.push(...emptySecretariats(main, people.persons));
  problems.push(...missingFiles(main, at));
  const fed = slotFeedsOf(main, env, people?.persons ?? [], at);
  if (people) problems.push(...fed.problems);
  const secrets = readSecrets(main, env, at);
  problems.push(...secrets.problems);
  if (
    problems.length > 0 ||
    'problems' in repertory ||
    people === undefined ||
    teams === undefined ||
    'problems' in teams
  )
    return { problems };
  return {
    config: configOf(main.value, at),
    people: people.persons,
    teams: teams.teams,
    duty: people.duty,
    pathways: pathways.offered,
    repertory: repertory.entries,
    slotFeeds: fed.feeds,
    secrets: {
      seal: secrets.seal,
      password: secrets.password,
      sources: secrets.sources,
      storeUrl: secrets.storeUrl,
      annuaireSante: secrets.annuaireSante,
    },
    warnings: pathways.warnings,
  };
}

function configOf(file: RelaisFile, at: (relative: string) => string): RelaisConfig {
  const { environment, account, store, listen, sources, directory, slots, territories, rooms, timezone } = file;
  return {
    environment,
    account: {
      homeserver: account.homeserver,
      directory: at(account.directory),
      accessRule: account.access_rule,
      allowedServers: account.allowed_servers,
      roomVersion: account.room_version,
      callsPerSecond: account.calls_per_second,
    },
    store: store.path === undefined ? { url_env: store.url_env ?? '' } : { path: at(store.path) },
    listen,
    sources: sources.map((source): SourceConfig => {
      const units =
        source.units === undefined
          ? undefined
          : new Map(source.units.map((u): [string, UnitRule] => [u.code, u.policy]));
      return {
        id: source.id,
        name: source.name ?? source.id,
        format: source.format,
        facilities: source.facility,
        maxBytes: source.max_bytes,
        labels: new Map(source.units?.map((u) => [u.code, u.label])),
        mllp: source.mllp && mllpOf(source.mllp, at),
        policy: {
          units,
          unknownUnit: source.unknown_unit ?? (units === undefined ? 'event' : 'hold'),
          acceptTraining: source.accept_training,
          acceptFictional: source.accept_fictional || environment !== 'production',
          production: environment === 'production',
          identityDesk: source.identity_desk,
          shadow: source.mode === 'shadow',
          documents: documentsOf(source),
          secretariats: source.secretariats?.map(({ units: of, group }) => ({ units: of, group })),
          tags: new Map(source.units?.map((u) => [u.code, u.tags])),
        },
      };
    }),
    directory: directory && {
      rpps: directory.rpps === undefined ? undefined : at(directory.rpps),
      finess: directory.finess === undefined ? undefined : at(directory.finess),
      folder: directory.folder === undefined ? undefined : at(directory.folder),
      communes: directory.communes === undefined ? undefined : at(directory.communes),
      maxShrink: Number.parseInt(directory.max_shrink, 10) / 100,
      annuaireSante: directory.annuaire_sante && { url: directory.annuaire_sante.url },
    },
    slots: slots === undefined ? undefined : at(slots),
    territories,
    rooms: { closeAfterDays: rooms.close_after_days },
    timezone,
  };
}

/** Without a `default`, a type that is not named is not said. */
function documentsOf({ documents }: RelaisFile['sources'][number]): SourcePolicy['documents'] {
  if (documents === undefined) return undefined;
  const { default: otherwise = 'none', ...types } = documents;
  const byType = Object.entries(types).flatMap(([type, handling]): [string, DocumentHandling][] =>
    handling === undefined ? [] : [[type, handling]],
  );
  return { default: otherwise, byType: new Map(byType) };
}

/** A letter that does not come must reach somebody. */
function emptySecretariats({ value, problem }: YamlFile<RelaisFile>, persons: readonly Person[]): ConfigProblem[] {
  return value.sources.flatMap((source, s) =>
    (source.secretariats ?? []).flatMap(({ group }, n) =>
      persons.some((person) => person.groups.includes(group))
        ? []
        : [
            problem(
              ['sources', s, 'secretariats', n, 'group'],
              `nobody is in the group "${group}"`,
              'add it to the groups of a person in people.yaml',
            ),
          ],
    ),
  );
}

function unknownTerritories(
  read: { persons: Person[]; problem: YamlFile<unknown>['problem'] },
  { territories }: RelaisFile,
): ConfigProblem[] {
  const known = territories.map((t) => t.id);
  return read.persons.flatMap((person, n) =>
    person.territory === undefined || known.includes(person.territory)
      ? []
      : [
          read.problem(
            ['persons', n, 'territory'],
            `"${person.territory}" is no territory of relais.yaml`,
            known.length === 0 ? 'add it to territories' : `write one of: ${known.join(', ')}`,
          ),
        ],
  );
}

/** A desk of nobody would let proposals wait for ever. */
function unknownDesks(persons: readonly Person[], { value, problem }: YamlFile<RelaisFile>): ConfigProblem[] {
  const groups = [...new Set(persons.flatMap((person) => person.groups))];
  return value.sources.flatMap(({ identity_desk: desk }, n) =>
    desk === undefined || groups.includes(desk)
      ? []
      : [
          problem(
            ['sources', n, 'identity_desk'],
            `nobody of people.yaml is in the group "${desk}"`,
            `add ${desk} to the groups of those who decide there, or correct the name`,
          ),
        ],
  );
}

function missingFiles({ value, problem }: YamlFile<RelaisFile>, at: (relative: string) => string): ConfigProblem[] {
  type Key = (string | number)[];
  const named: [path: Key, file: string | undefined][] = [
    ...(['rpps', 'finess', 'folder', 'communes'] as const).map((key): [Key, string | undefined] => [
      ['directory', key],
      value.directory?.[key],
    ]),
    [['slots'], value.slots],
    ...value.sources.flatMap(({ mllp }, n) =>
      (['cert', 'key', 'ca'] as const).map((what): [Key, string | undefined] => [
        ['sources', n, 'mllp', 'tls', what],
        mllp?.tls?.[what],
      ]),
    ),
  ];
  return named.flatMap(([key, file]) =>
    file === undefined || existsSync(at(file))
      ? []
      : [problem(key, `${at(file)} is not there`, 'put the file there, or remove this key')],
  );
}

function readSecrets(
  { value, problem }: YamlFile<RelaisFile>,
  env: Env,
  at: (relative: string) => string,
): LoadedConfig['secrets'] & { problems: ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const secret = (name: string, shortest: number, path: (string | number)[]): string => {
    const file = env[`${name}_FILE`];
    let found = env[name];
    if (found !== undefined && file !== undefined)
      problems.push(problem(path, `both ${name} and ${name}_FILE are set`, 'keep one of them'));
    if (found === undefined && file !== undefined) {
      try {
        found = readFileSync(at(file), 'utf8').trim();
      } catch {
        problems.push(
          problem(path, `the file of ${name}_FILE cannot be read`, 'correct its path, or the rights on it'),
        );
        return '';
      }
    }
    if (found === undefined || found === '')
      problems.push(
        problem(
          path,
          `${name} is not set`,
          `set the variable ${name}, or ${name}_FILE with the path of a file that holds the secret`,
        ),
      );
    else if (found.length < shortest)
      problems.push(
        problem(path, `${name} holds ${found.length} characters`, `at least ${shortest}: openssl rand -base64 48`),
      );
    return found ?? '';
  };
  const seal = secret(value.seal.key_env, 32, ['seal', 'key_env']);
  const sources = new Map(
    value.sources.flatMap(({ id, secret_env: variable }, n): [string, string][] =>
      variable === undefined ? [] : [[id, secret(variable, 16, ['sources', n, 'secret_env'])]],
    ),
  );
  const { password_env: name } = value.account;
  const password = name === undefined ? undefined : secret(name, 1, ['account', 'password_env']);
  const { url_env: variable } = value.store;
  const storeUrl = variable === undefined ? undefined : secret(variable, 1, ['store', 'url_env']);
  if (storeUrl && !/^postgres(?:ql)?:\/\//.test(storeUrl))
    problems.push(
      problem(
        ['store', 'url_env'],
        `${variable ?? ''} is no address of PostgreSQL`,
        'postgres://user:password@host/database',
      ),
    );
  const { key_env: keyName } = value.directory?.annuaire_sante ?? {};
  const annuaireSante =
    keyName === undefined ? undefined : secret(keyName, 1, ['directory', 'annuaire_sante', 'key_env']);
  return { seal, password, sources, storeUrl, annuaireSante, problems };
}
