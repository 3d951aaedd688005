/** `relais check-config`: every problem at once, or what this configuration amounts to, with the clock of each pathway drawn. */
import { basename } from 'node:path';
import type { Person } from '../care/people/person.ts';
import { isGroupOf, isPointer, type Offer } from '../care/request/pathway.ts';
import { COMMAND_WORDS } from '../commands/table.ts';
import { loadConfig } from '../config/load.ts';
import type { LoadedConfig, SourceConfig } from '../config/load.ts';
import { type ConfigProblem, sayProblems } from '../config/problem.ts';
import { saidOfOther } from './other-file.ts';
import { drawStage, sayCivil } from './sla.ts';

/**
 * Connects to nothing and writes nothing.
 * @param path relais.yaml
 * @param env where the secrets are
 * @param print one line at a time
 * @param now instant from which the clocks are drawn, epoch ms UTC
 * @returns 0, or 2 when there are problems
 */
export async function checkConfig(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  print: (line: string) => void,
  now: number = Date.now(),
): Promise<number> {
  const loaded = loadConfig(path, env, COMMAND_WORDS);
  if ('problems' in loaded) {
    for (const line of (saidOfOther(path, 'a configuration') ?? sayProblems(loaded.problems)).split('\n')) print(line);
    return 2;
  }
  for (const line of summary(loaded, now)) print(line);
  return 0;
}

function summary({ config, people, teams, duty, pathways, warnings, notOffered }: LoadedConfig, now: number): string[] {
  const roles = [...Map.groupBy(people, (p) => p.role)].map(([role, held]) => `${held.length} ${role}`);
  return [
    `The configuration is sound: ${config.environment}, ${config.account.homeserver}, listening on ${config.listen.host}:${config.listen.port}.`,
    '',
    `Sources (${config.sources.length})`,
    ...config.sources.map(sourceLine),
    '',
    `People (${people.length}): ${roles.join(', ')}`,
    `  ${teams.length} équipes de soins, ${duty.length} duty periods, ${duty.filter((d) => d.to > now).length} of them not over`,
    '',
    `Pathways (${pathways.length}), each as if asked now, ${sayCivil(now)}`,
    ...pathways.flatMap((pathway) => ['', ...pathwayLines(pathway, people, now)]),
    ...listed('Not offered in full:', warnings),
    ...listed('Not offered here, among those that come with Relais:', notOffered),
  ];
}

/** The cure that all share is said once. */
function listed(title: string, warnings: ConfigProblem[]): string[] {
  if (warnings.length === 0) return [];
  const [shared, ...others] = [...new Set(warnings.map((w) => w.cure))];
  const isShared = others.length === 0 && warnings.length > 1;
  const line = ({ file, key, problem, cure }: ConfigProblem): string =>
    `  ${basename(file)}  ${key && `${key}: `}${problem}${isShared ? '' : ` → ${cure}`}`;
  return ['', title, ...(isShared ? [`  → ${shared ?? ''}`] : []), ...warnings.map(line)];
}

function sourceLine({ id, name, format, facilities, labels, policy, maxBytes, mllp }: SourceConfig): string {
  const units =
    policy.units === undefined
      ? 'no unit table: events without units'
      : `${labels.size} units, another one ${policy.unknownUnit === 'hold' ? 'is held' : 'is said without its label'}`;
  const desk =
    policy.identityDesk === undefined
      ? 'NO identity desk (merged and moved patients wait in quarantine)'
      : `identity desk ${policy.identityDesk}`;
  const listener = mllp && `, MLLP${mllp.tls ? ' over TLS' : ''} on ${mllp.host}:${mllp.port}`;
  const shadow = policy.shadow === true ? ', in shadow: nothing is said' : '';
  return `  ${id} (${name}): ${format}${listener ?? ''}, facilities ${facilities.join(', ')}, ${units}, ${desk}, up to ${Math.round(maxBytes / 1024)} KiB${shadow}`;
}

function pathwayLines(offer: Offer, people: readonly Person[], now: number): string[] {
  const { id, title, family, words } = offer;
  const typed = `    !${[family, words.join(' | ')].join(' ').trim()}`;
  if (isPointer(offer)) return [`  ${title} [${id}]`, `${typed} → elsewhere: ${offer.elsewhere.name}`];
  const count = (group: string): string =>
    `${group} (${people.filter((p) => p.groups.some((one) => isGroupOf(group, one))).length})`;
  return [
    `  ${title} [${id}]`,
    ...(offer.stages.length > 1 ? [typed] : []),
    ...offer.stages.flatMap((one) => [
      `${one.title ? `    ${one.title}` : typed} → ${[one.to.group, ...one.to.backup].map(count).join(', then ')} (${one.to.dispatch})`,
      ...drawStage(one, now).map((line) => `    ${line}`),
    ]),
  ];
}
