/** Everything that an installation has decided, loaded and cross-checked before anything is connected to. */
import { dirname, resolve } from 'node:path';
import type { DutyPeriod, Person, Team } from '../care/people/person.ts';
import { DAY } from '../care/relay/civil-time.ts';
import type { RetentionPeriods } from '../care/relay/retention.ts';
import type { RepertoryEntry } from '../care/people/repertory.ts';
import type { Offer } from '../care/request/pathway.ts';
import type { DocumentHandling } from '../care/stay/document-policy.ts';
import type { SourcePolicy, UnitRule } from '../care/stay/verdict.ts';
import { readPeopleFile, readTeamsFile } from './load-people.ts';
import { offeredPathways } from './load-pathways.ts';
import { mllpOf, type MllpConfig } from './load-mllp.ts';
import { emptySecretariats, missingFiles, neverOpened, unknownDesks, unknownTerritories } from './load-checks.ts';
import { type Env, readSecrets, type Secrets } from './load-secrets.ts';
import { slotFeedsOf, type SlotFeedConfig } from './load-slot-feeds.ts';
import { readYaml } from './problem.ts';
import type { ConfigProblem } from './problem.ts';
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
  retention: RetentionPeriods;
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
  secrets: Secrets;
  /** people.yaml and equipe.yaml; a running server looks there again. */
  peopleFile: string;
  equipeFile: string;
  /** Of the installation's own pathways; looked at again too. */
  pathwaysFolder: string | undefined;
  /** Nothing that prevents from starting: a backup of a shipped pathway that is empty. */
  warnings: ConfigProblem[];
  /** Pathways that come with Relais and that nobody here answers. */
  notOffered: ConfigProblem[];
};

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
    peopleFile: at(main.value.people),
    equipeFile: at(main.value.equipe),
    pathwaysFolder: named('pathways'),
    warnings: [...pathways.warnings, ...neverOpened(main, pathways.offered)],
    notOffered: pathways.notOffered,
  };
}

function configOf(file: RelaisFile, at: (relative: string) => string): RelaisConfig {
  const { environment, account, store, listen, sources, directory, slots, territories, rooms, retention, timezone } =
    file;
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
    retention: {
      messages: retention.messages * DAY,
      announcements: retention.announcements * DAY,
      requests: retention.requests * DAY,
      patients: retention.patients * DAY,
      audit: retention.audit * DAY,
    },
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
