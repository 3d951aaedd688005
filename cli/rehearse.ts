/**
 * `relais rehearse`: plays a file or a folder of messages, or a scenario, through the same composition as the server (memory, a
 * transcript instead of Matrix), and prints what each room would read. It needs no configuration: without people of its
 * own, every patient has the demo's équipe.
 */
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { MINUTE } from '../care/relay/civil-time.ts';
import { type People, type Person, peopleFrom } from '../care/people/person.ts';
import { readHl7v2, splitHl7v2 } from '../bridge/formats/hl7v2/pam-fr.ts';
import { readFhir } from '../bridge/formats/fhir/fhir.ts';
import { readEvent } from '../bridge/formats/events.ts';
import { offeredPathways } from '../config/load-pathways.ts';
import { readPeopleFile, readTeamsFile } from '../config/load-people.ts';
import { sayProblems } from '../config/problem.ts';
import { parseParis } from '../config/paris-text.ts';
import type { Scenario } from '../config/schema/scenario.ts';
import { sayDateTime } from '../config/texts/dates.ts';
import type { Offer } from '../care/request/pathway.ts';
import { LETTER } from '../care/stay/document-policy.ts';
import type { SourcePolicy } from '../care/stay/verdict.ts';
import { COMMAND_WORDS } from '../commands/table.ts';
import { demoDirectory, demoRepertory, demoSlots } from './demo-data.ts';
import { openStage, type Stage } from './rehearsal.ts';
import { readScript, type Script, unknownPersons } from './rehearse-file.ts';
import { act, type Around, type Piece } from './rehearse-step.ts';

type Print = (line: string) => void;

const DAY = resolve(import.meta.dirname, '..', 'demo', 'day');

/** @returns 0 when everything expected was read; 1 when an expectation did not hold or a file could not be read */
export async function rehearse(path: string, print: Print): Promise<number> {
  try {
    return await perform(await readScript(path), print);
  } catch (error) {
    console.error(`relais rehearse ${path}: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

async function perform(script: Script, print: Print): Promise<number> {
  const { scenario, folder } = script;
  const { people, persons } = await peopleOf(scenario, folder);
  const unknown = unknownPersons(script, people);
  if (unknown.length > 0) throw new Error(`\n${sayProblems(unknown, 'this scenario')}`);
  const messages = new Map(
    await Promise.all(scenario.steps.flatMap((step) => ('post' in step ? [readPieces(folder, step.post)] : []))),
  );
  const firstSent = [...messages.values()].flat().flatMap((m) => m.at ?? [])[0];
  const start = scenario.start === '' ? (firstSent ?? Date.UTC(2026, 0, 5, 8)) - MINUTE : parseParis(scenario.start);
  const facilities = scenario.source
    ? [scenario.source.facility]
    : [...new Set([...messages.values()].flat().flatMap((m) => m.facility ?? []))];
  const units = scenario.source?.units;
  const policy: SourcePolicy = {
    units: units && new Map(units.map(({ code }) => [code, 'event'])),
    ...(units && { tags: new Map(units.map(({ code, tags }) => [code, tags])) }),
    unknownUnit: 'event',
    acceptTraining: true,
    acceptFictional: true,
    production: false,
    name: scenario.source?.name,
    documents: { default: 'pointer', byType: new Map([[LETTER, 'attachment']]) },
    secretariats: [{ units: undefined, group: 'secretariat-hospitalisation' }], // the demo's people have one
  };
  const stage = await openStage({
    start,
    source: { id: scenario.source?.id ?? 'rehearsal', facilities, policy },
    people,
    pathways: offers(scenario, folder, persons),
    directory: await demoDirectory(),
    slots: demoSlots(),
    repertory: demoRepertory(),
    late: scenario.late.flatMap((id) => people.byId(id)?.matrix ?? []),
  });
  const around: Around = { stage, people, facility: facilities[0] ?? '', messages, print };
  const said = new Set<string>();
  const tell = (): boolean => flush(stage, persons, said, print);
  let failed = 0;
  print(`# ${scenario.title}\n`);
  for (const [index, step] of scenario.steps.entries()) {
    if (step.at !== undefined) await stage.until(parseParis(step.at));
    tell();
    const failure = await act(around, step, index);
    const isAnswered = tell();
    // In the wrong room, a file or a word is nobody's: a rehearsal shows it where it happens.
    if (failure === undefined && !isAnswered && ('says' in step || 'attaches' in step || 'reacts' in step))
      print('    (nothing new is read)');
    if (failure === undefined) continue;
    failed += 1;
    print(`✗ ${placeOf(script, index)}step ${String(index + 1)}: ${failure}`);
  }
  if (scenario.start === '') await stage.until(stage.now() + 7 * 24 * 60 * MINUTE);
  tell();
  print('\nWhat became of each message, line and deadline:');
  for (const { outcome, reason, n } of await stage.store.counts())
    print(`${String(n).padStart(4)}  ${outcome}  ${reason}`);
  await stage.close();
  print(`\n${verdict(scenario, failed)}`);
  return failed === 0 ? 0 : 1;
}

/** The last line, for who looks at nothing else. */
function verdict({ start, steps }: Scenario, failed: number): string {
  const plural = (n: number, what: string): string => `${String(n)} ${what}${n === 1 ? '' : 's'}`;
  if (failed > 0) return `NOT as written: ${String(failed)} of ${plural(steps.length, 'step')}, marked ✗ above.`;
  if (start === '') return 'Played to the end, and a week after the last message.';
  const expected = steps.filter((step) => 'reads' in step || 'never' in step).length;
  const what = expected > 0 ? plural(expected, 'expectation') : 'nothing was expected: no step has reads or never';
  return `Everything went as written: ${plural(steps.length, 'step')}, ${what}.`;
}

/** `scenario.yaml:24  `, as an editor opens it. */
function placeOf({ file }: Script, step: number): string {
  const line = file?.problem(['steps', step], '', '').line;
  return file && line !== undefined ? `${basename(file.file)}:${String(line)}  ` : '';
}

async function readPieces(folder: string, name: string): Promise<[string, Piece[]]> {
  const bytes = new Uint8Array(await readFile(join(folder, name)));
  if (name.toLowerCase().endsWith('.json')) {
    const json = parsed(bytes);
    const isFhir = typeof json === 'object' && json !== null && 'resourceType' in json;
    const read = isFhir ? readFhir(bytes, { receivedAt: 0, facilities: [] }) : readEvent(json);
    const known = !('problems' in read) && read.readable;
    const at = known ? (read.intents[0]?.recordedAt ?? read.intents[0]?.occurredAt) : undefined;
    return [
      name,
      [
        {
          bytes,
          format: isFhir ? 'fhir' : 'events',
          at: at === 0 ? undefined : at,
          facility: known ? read.facility : undefined,
        },
      ],
    ];
  }
  const pieces = splitHl7v2(bytes).map((piece): Piece => {
    const read = readHl7v2(piece);
    const at = read.readable ? (read.intents[0]?.recordedAt ?? read.intents[0]?.occurredAt) : undefined;
    return { bytes: piece, format: 'hl7v2', at, facility: read.readable ? read.facility : undefined };
  });
  return [name, pieces];
}

/** @returns undefined for what is not JSON: it is posted all the same, and refused as it would be */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Prints what Relais has said since, with the names of those who can read it; an edited card is not said again.
 * @returns whether there was anything
 */
function flush(stage: Stage, persons: readonly Person[], said: Set<string>, print: Print): boolean {
  const lines = new Map<string, { room: string; body: string; rung: string[]; readers: string[]; at: number }>();
  for (const person of persons) {
    for (const { roomName, event } of stage.readBy(person.matrix)) {
      if (said.has(event.event_id)) continue;
      const relates = event.content['m.relates_to'] as { rel_type?: string } | undefined;
      if (relates?.rel_type === 'm.replace') continue;
      const rung = (event.content['m.mentions'] as { user_ids?: string[] } | undefined)?.user_ids ?? [];
      const entry = lines.get(event.event_id) ?? {
        room: roomName || 'direct',
        body: String(event.content['body']),
        rung,
        readers: [],
        at: event.origin_server_ts,
      };
      entry.readers.push(`${rung.includes(person.matrix) ? '🔔' : ''}${person.name}`);
      lines.set(event.event_id, entry);
    }
  }
  for (const [id, line] of [...lines].sort(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)))) {
    said.add(id);
    print(`${sayDateTime(line.at, line.at)}  [${line.room}] ${line.readers.join(', ')}`);
    for (const text of line.body.split('\n')) print(`    ${text}`);
  }
  return lines.size > 0;
}

/** What these people would be offered by `relais serve`. @throws Error that says every problem of the scenario's own pathways */
function offers({ pathways }: Scenario, folder: string, persons: readonly Person[]): Offer[] {
  const { offered, problems } = offeredPathways(pathways && join(folder, pathways), persons, COMMAND_WORDS);
  if (problems.length > 0) throw new Error(`\n${sayProblems(problems, 'its pathways')}`);
  return offered;
}

async function peopleOf(scenario: Scenario, folder: string): Promise<{ people: People; persons: readonly Person[] }> {
  const read = readPeopleFile(scenario.people ? join(folder, scenario.people) : join(DAY, 'people.yaml'));
  if ('problems' in read) throw new Error(`\n${sayProblems(read.problems, 'its people')}`);
  const { persons, duty } = read;
  const teams = scenario.equipe ? readTeamsFile(join(folder, scenario.equipe), persons) : { teams: [] };
  if ('problems' in teams) throw new Error(`\n${sayProblems(teams.problems, 'its équipes de soins')}`);
  const people = peopleFrom(persons, teams.teams, duty);
  if (scenario.equipe) return { people, persons };
  // Without an équipe of its own, every patient has the demo's: the reader sees what would be said.
  const everybody = persons.filter((p) => ['medecin-traitant', 'infirmier', 'pharmacien'].includes(p.role));
  return { people: { ...people, team: () => everybody }, persons };
}
