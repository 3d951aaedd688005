/**
 * `relais rehearse`: plays a file or a folder of messages, or a scenario, through the same composition as the server (memory, a
 * transcript instead of Matrix), and prints what each room would read. It needs no configuration: without people of its
 * own, every patient has the demo's équipe.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MINUTE } from '../care/relay/civil-time.ts';
import { type People, type Person, peopleFrom } from '../care/people/person.ts';
import { readHl7v2, splitHl7v2 } from '../bridge/formats/hl7v2/pam-fr.ts';
import { readFhir } from '../bridge/formats/fhir/fhir.ts';
import { readEvent } from '../bridge/formats/events.ts';
import { loadShippedPathways } from '../config/load-pathways.ts';
import { readPeopleFile, readTeamsFile } from '../config/load-people.ts';
import { readYaml, sayProblems } from '../config/problem.ts';
import { parseParis } from '../config/paris-text.ts';
import { type Scenario, scenarioSchema, type ScenarioStep } from '../config/schema/scenario.ts';
import { sayDateTime } from '../config/texts/dates.ts';
import { LETTER } from '../care/stay/document-policy.ts';
import type { SourcePolicy } from '../care/stay/verdict.ts';
import { demoDirectory, demoRepertory, demoSlots } from './demo-data.ts';
import { openStage, type Stage } from './rehearsal.ts';

/** In a folder; a single file may bear any name. */
const MESSAGES = /\.(?:hl7|er7|mllp|json)$/i;
const SCENARIO = /\.ya?ml$/i;

type Print = (line: string) => void;

const DAY = resolve(import.meta.dirname, '..', 'demo', 'day');

/** @returns 0 when everything expected was read; 1 when an expectation did not hold or a file could not be read */
export async function rehearse(path: string, print: Print): Promise<number> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    const folder = isFolder ? path : dirname(path);
    const scenario = isFolder ? await folderScenario(path) : await fileScenario(path);
    return await perform(scenario, folder, print);
  } catch (error) {
    console.error(`relais rehearse ${path}: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

/** A folder of messages: each at its own MSH-7, in the order of the file names; deadlines run for a week afterwards. */
async function folderScenario(folder: string): Promise<Scenario> {
  const names = (await readdir(folder)).filter((name) => MESSAGES.test(name)).sort();
  if (names.length === 0) throw new Error('no .hl7, .er7, .mllp or .json file in this folder');
  return { title: folder, start: '', late: [], steps: names.map((post) => ({ post })) };
}

/** A scenario, or one file of messages. @throws Error that says every problem at once, with its line */
async function fileScenario(path: string): Promise<Scenario> {
  if (!SCENARIO.test(path)) return { title: path, start: '', late: [], steps: [{ post: basename(path) }] };
  const read = readYaml(path, scenarioSchema);
  if ('problems' in read) throw new Error(`\n${sayProblems(read.problems.slice(0, 10))}`);
  return read.value;
}

async function perform(scenario: Scenario, folder: string, print: Print): Promise<number> {
  const { people, persons } = await peopleOf(scenario, folder);
  const messages = new Map(
    await Promise.all(scenario.steps.flatMap((step) => ('post' in step ? [readPieces(folder, step.post)] : []))),
  );
  const firstSent = [...messages.values()].flat().flatMap((m) => m.at ?? [])[0];
  const start = scenario.start === '' ? (firstSent ?? Date.UTC(2026, 0, 5, 8)) - MINUTE : parseParis(scenario.start);
  const facilities = scenario.source
    ? [scenario.source.facility]
    : [...new Set([...messages.values()].flat().flatMap((m) => m.facility ?? []))];
  const policy: SourcePolicy = {
    units: undefined,
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
    pathways: loadShippedPathways(),
    directory: await demoDirectory(),
    slots: demoSlots(),
    repertory: demoRepertory(),
    late: scenario.late.flatMap((id) => people.byId(id)?.matrix ?? []),
  });
  const said = new Set<string>();
  const tell = (): void => flush(stage, persons, said, print);
  let held = true;
  print(`# ${scenario.title}\n`);
  for (const [index, step] of scenario.steps.entries()) {
    if (step.at !== undefined) await stage.until(parseParis(step.at));
    tell();
    const failure = await act(stage, people, step, messages, print);
    tell();
    if (failure === undefined) continue;
    held = false;
    print(`✗ step ${String(index + 1)}: ${failure}`);
  }
  if (scenario.start === '') await stage.until(stage.now() + 7 * 24 * 60 * MINUTE);
  tell();
  print('');
  for (const { outcome, reason, n } of await stage.store.counts())
    print(`${String(n).padStart(4)}  ${outcome}  ${reason}`);
  await stage.close();
  return held ? 0 : 1;
}

type Piece = {
  bytes: Uint8Array;
  format: 'hl7v2' | 'events' | 'fhir';
  at: number | undefined;
  facility: string | undefined;
};

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

/** @returns why the step did not hold; undefined when it did */
async function act(
  stage: Stage,
  people: People,
  step: ScenarioStep,
  messages: Map<string, Piece[]>,
  print: Print,
): Promise<string | undefined> {
  const when = (): string => sayDateTime(stage.now(), stage.now());
  if ('post' in step) {
    for (const [n, piece] of (messages.get(step.post) ?? []).entries()) {
      if (step.at === undefined && piece.at !== undefined) await stage.until(piece.at);
      const answer = await stage.post(piece.bytes, piece.format);
      const code = /MSA\|(\w\w)/.exec(answer.body)?.[1] ?? String(answer.status);
      print(`${when()}  ⇦ ${step.post}${n > 0 ? ` (${String(n + 1)})` : ''}  ${code}`);
    }
    return undefined;
  }
  if (!('who' in step)) return undefined;
  const person = people.byId(step.who);
  if (!person) return `nobody is called ${step.who}`;
  const read = stage.readBy(person.matrix).map((h) => String(h.event.content['body']));
  const code = (await everyCode(stage)).at(-1);
  const fill = (text: string): string => text.replaceAll('{code}', code ?? '{code}');
  if ('reads' in step)
    return read.some((body) => body.includes(fill(step.reads)))
      ? undefined
      : `${step.who} has not read « ${fill(step.reads)} »`;
  if ('never' in step)
    return read.some((body) => body.includes(fill(step.never)))
      ? `${step.who} has read « ${fill(step.never)} »`
      : undefined;
  if ('joins' in step) {
    print(`${when()}  ${person.name} se connecte`);
    for (const room of stage.transport.rooms.values()) {
      if (room.members.get(person.matrix) === 'invite') await stage.joins(room.id, person.matrix);
    }
    return undefined;
  }
  const roomId = await roomOf(stage, person, step.where, code);
  if (roomId === undefined) return `there is no room ${step.where}`;
  if ('says' in step) {
    print(`${when()}  ${person.name} ⇨ ${fill(step.says)}`);
    await stage.says(roomId, person.matrix, fill(step.says));
    return undefined;
  }
  const offers = stage.readBy(person.matrix).filter((h) => h.roomId === roomId);
  const relation = (h: (typeof offers)[number]): unknown =>
    (h.event.content['m.relates_to'] as { rel_type?: string } | undefined)?.rel_type;
  const offer = offers.filter((h) => !step.thread || relation(h) !== 'm.thread').at(-1);
  if (!offer) return 'there is nothing to react to';
  print(`${when()}  ${person.name} réagit ${step.reacts}`);
  await stage.reacts(roomId, person.matrix, offer.event.event_id, step.reacts);
  return undefined;
}

async function everyCode(stage: Stage): Promise<string[]> {
  const rooms = [...stage.transport.rooms.values()];
  return rooms
    .flatMap((room) => room.events)
    .sort((a, b) => Number(a.event_id.slice(1)) - Number(b.event_id.slice(1)))
    .flatMap((e) => /\bD-[A-Z0-9]{3}\b/.exec(textOf(e))?.[0] ?? []);
}

function textOf(event: { content: Record<string, unknown> }): string {
  const body = event.content['body'];
  return typeof body === 'string' ? body : '';
}

async function roomOf(
  stage: Stage,
  person: Person,
  where: string,
  code: string | undefined,
): Promise<string | undefined> {
  if (where === 'direct') return stage.direct(person.matrix);
  const ref = where === 'request' ? `request:${code ?? ''}` : where;
  return (await stage.store.rooms.get(ref))?.matrixId ?? undefined;
}

/** Prints what Relais has said since, with the names of those who can read it; an edited card is not said again. */
function flush(stage: Stage, persons: readonly Person[], said: Set<string>, print: Print): void {
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
}

async function peopleOf(scenario: Scenario, folder: string): Promise<{ people: People; persons: readonly Person[] }> {
  const read = readPeopleFile(scenario.people ? join(folder, scenario.people) : join(DAY, 'people.yaml'));
  if ('problems' in read) throw new Error(`\n${sayProblems(read.problems)}`);
  const { persons, duty } = read;
  const teams = scenario.equipe ? readTeamsFile(join(folder, scenario.equipe), persons) : { teams: [] };
  if ('problems' in teams) throw new Error(`\n${sayProblems(teams.problems)}`);
  const people = peopleFrom(persons, teams.teams, duty);
  if (scenario.equipe) return { people, persons };
  // Without an équipe of its own, every patient has the demo's: the reader sees what would be said.
  const everybody = persons.filter((p) => ['medecin-traitant', 'infirmier', 'pharmacien'].includes(p.role));
  return { people: { ...people, team: () => everybody }, persons };
}
