/** Secrets, from the environment or from a file that it names: never in relais.yaml. */
import { readFileSync } from 'node:fs';
import type { ConfigProblem, YamlFile } from './problem.ts';
import type { RelaisFile } from './schema/relais.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export type Secrets = {
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

/** @returns what could be read, and a problem for each that is missing, too short or unreadable */
export function readSecrets(
  { value, problem }: YamlFile<RelaisFile>,
  env: Env,
  at: (relative: string) => string,
): Secrets & { problems: ConfigProblem[] } {
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
