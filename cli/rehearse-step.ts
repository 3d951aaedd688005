/** One step of a scenario on the stage in memory: what is posted, typed, attached, and what each person must have read. */
import { Readable } from 'node:stream';
import type { People, Person } from '../care/people/person.ts';
import { codeIn, type CodeLetter, eventBody, filled, holds, type ScenarioStep } from '../config/schema/scenario.ts';
import { sayDateTime } from '../config/texts/dates.ts';
import type { Stage } from './rehearsal.ts';

/** What is attached, whatever its name: one grey pixel (PNG). */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);

/** One message of a file, with its own instant. */
export type Piece = {
  bytes: Uint8Array;
  format: 'hl7v2' | 'events' | 'fhir';
  at: number | undefined;
  facility: string | undefined;
};

export type Around = {
  stage: Stage;
  people: People;
  /** Whose patients the scenario is about. */
  facility: string;
  /** What is posted, by file name. */
  messages: ReadonlyMap<string, Piece[]>;
  print: (line: string) => void;
};

/** @param n of the step, from 0. @returns why the step did not hold; undefined when it did */
export async function act(around: Around, step: ScenarioStep, n: number): Promise<string | undefined> {
  const { stage, people, facility, messages, print } = around;
  const when = (): string => sayDateTime(stage.now(), stage.now());
  if ('post' in step) {
    for (const [m, piece] of (messages.get(step.post) ?? []).entries()) {
      if (step.at === undefined && piece.at !== undefined) await stage.until(piece.at);
      const answer = await stage.post(piece.bytes, piece.format);
      const code = /MSA\|(\w\w)/.exec(answer.body)?.[1] ?? String(answer.status);
      print(`${when()}  ⇦ ${step.post}${m > 0 ? ` (${String(m + 1)})` : ''}  ${code}`);
    }
    return undefined;
  }
  if ('event' in step) {
    const answer = await stage.post(encode(eventBody(step.event, facility, n, stage.now())), 'events');
    print(`${when()}  ⇦ ${step.event.type}  ${String(answer.status)}`);
    return answer.status < 300
      ? undefined
      : `the ${step.event.type} was answered ${String(answer.status)}: ${answer.body}`;
  }
  if (!('who' in step)) return undefined;
  const person = people.byId(step.who);
  if (!person) return `nobody is called ${step.who}`;
  const code = lastCode(stage, 'D');
  const fill = (text: string): string => filled(text, (letter) => lastCode(stage, letter));
  if ('reads' in step || 'never' in step) {
    const roomId = step.where === undefined ? undefined : await roomOf(around, person, step.where, code);
    const read = stage.readBy(person.matrix).filter((h) => step.where === undefined || h.roomId === roomId);
    const has = (text: string): typeof read => read.filter((h) => holds(textOf(h.event), fill(text)));
    const there = step.where === undefined ? '' : ` in ${step.where}`;
    if ('never' in step)
      return has(step.never).length > 0 ? `${step.who} has read « ${fill(step.never)} »${there}` : undefined;
    const found = has(step.reads);
    if (found.length === 0) return `${step.who} has not read « ${fill(step.reads)} »${there}`;
    const rung = found.some((h) => mentions(h.event).includes(person.matrix));
    if (step.rung === undefined || step.rung === rung) return undefined;
    return `« ${fill(step.reads)} » ${rung ? 'rang' : 'did not ring'} ${step.who}`;
  }
  if ('joins' in step) {
    print(`${when()}  ${person.name} se connecte`);
    for (const room of stage.transport.rooms.values()) {
      if (room.members.get(person.matrix) === 'invite') await stage.joins(room.id, person.matrix);
    }
    return undefined;
  }
  const roomId = await roomOf(around, person, step.where, code);
  if (roomId === undefined) return `there is no room ${step.where}`;
  if ('says' in step) {
    for (const line of step.says.map(fill)) {
      print(`${when()}  ${person.name} ⇨ ${line}`);
      await stage.says(roomId, person.matrix, line);
    }
    return undefined;
  }
  if ('attaches' in step) {
    const { name, mime, size } = step.attaches;
    print(`${when()}  ${person.name} joint ${name}`);
    const { file } = await stage.transport.upload(Readable.from([PIXEL]), PIXEL.length);
    const msgtype = mime.startsWith('image/') ? 'm.image' : 'm.file';
    stage.transport.type(roomId, person.matrix, { msgtype, body: name, file, info: { mimetype: mime, size } });
    await stage.settle();
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

/** Of what was said in any room. */
function lastCode(stage: Stage, letter: CodeLetter): string | undefined {
  const events = [...stage.transport.rooms.values()].flatMap((room) => room.events);
  return events
    .sort((a, b) => Number(a.event_id.slice(1)) - Number(b.event_id.slice(1)))
    .flatMap((e) => codeIn(textOf(e), letter) ?? [])
    .at(-1);
}

function textOf(event: { content: Record<string, unknown> }): string {
  const body = event.content['body'];
  return typeof body === 'string' ? body : '';
}

function mentions(event: { content: Record<string, unknown> }): string[] {
  return (event.content['m.mentions'] as { user_ids?: string[] } | undefined)?.user_ids ?? [];
}

async function roomOf(
  { stage, facility }: Around,
  person: Person,
  where: string,
  code: string | undefined,
): Promise<string | undefined> {
  if (where === 'direct') return stage.direct(person.matrix);
  const [kind, name = ''] = where.split(':');
  const ref =
    kind === 'request'
      ? `request:${code ?? ''}`
      : kind === 'patient'
        ? `patient:${stage.sealer.blind(`patient|${facility}|${name}`)}`
        : where;
  return (await stage.store.rooms.get(ref))?.matrixId ?? undefined;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
