/** `relais send` against real doors: what an interface team sees of each message. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendFiles, type SendOptions } from '../../cli/send.ts';
import { adt } from '../formats/hl7v2/fixtures.ts';
import { type Doors, HOSPITAL_SECRET, openDoors } from '../support/hospital-doors.ts';

let folder: string;
let doors: Doors;
let lines: string[];
let errors: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relais-send-'));
  doors = await openDoors('CH_VAL');
  lines = [];
  errors = [];
  vi.spyOn(console, 'error').mockImplementation((line: string) => void errors.push(line));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await doors.close();
  rmSync(folder, { recursive: true });
});

const message = (id: string, over: Record<number, string> = {}): string => adt('A01', { MSH: { 10: id, ...over } });
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
async function send(files: string[], options: Partial<SendOptions>): Promise<number> {
  const whole = { secretEnv: 'RELAIS_SECRET', retries: '0', from: '1', ...options };
  return sendFiles(files, whole, { RELAIS_SECRET: HOSPITAL_SECRET }, (line) => lines.push(line));
}
const overMllp = (): Partial<SendOptions> => ({ mllp: `127.0.0.1:${doors.mllp}` });
const overHttp = (): Partial<SendOptions> => ({ http: doors.url, source: 'ch-modele' });

describe('relais send', () => {
  it.each(['mllp', 'http'])(
    'over %s: files of several messages, in order, each with its acknowledgement',
    async (way) => {
      const batch = file('batch.hl7', `FHS|^~\\&|SIH\rBHS|^~\\&|SIH\r${message('C1')}\n${message('C2')}BTS|2\rFTS|1\r`);
      const dump = file(
        'dump.mllp',
        `\x0b${message('C3')}\x1c\r\x0b${adt('A01', { MSH: { 10: 'C4' }, PID: { 3: '' } })}\x1c\r`,
      );
      expect(await send([batch, dump], way === 'mllp' ? overMllp() : overHttp())).toBe(1); // one of them is AE
      expect(lines).toEqual([
        '    1  batch.hl7 #1  A01  AA',
        '    2  batch.hl7 #2  A01  AA',
        '    3  dump.mllp #1  A01  AA',
        expect.stringMatching(/^ {4}4 {2}dump\.mllp #2 {2}A01 {2}AE PID-3: PID-3 must hold an IPP/) as string,
        '4 messages: 3 AA, 1 AE.',
      ]);
      const kept = (await doors.store.inbox.list({ limit: 9 })).reverse().map((one) => one.key.split('@')[0]);
      expect(kept).toEqual(['C1', 'C2', 'C3', 'C4']);
      expect(await send([batch], way === 'mllp' ? overMllp() : overHttp())).toBe(0);
      expect(await doors.store.inbox.count('undecided')).toBe(3); // sent again, answered again, kept once
    },
  );

  it('enhanced mode: both acknowledgements, one over HTTP; none when none is asked for', async () => {
    const path = file(
      'e.hl7',
      message('C1', { 15: 'AL', 16: 'AL' }) +
        message('C2', { 15: 'NE', 16: 'NE' }) +
        message('C3', { 15: 'ER', 16: 'NE' }),
    );
    expect(await send([path], overMllp())).toBe(0);
    expect(await send([path], overHttp())).toBe(0);
    expect(lines.map((line) => line.split('A01  ')[1] ?? line)).toEqual([
      'CA  AA',
      'sent, no acknowledgement asked for',
      'sent, no acknowledgement asked for',
      '3 messages: 1 CA, 1 AA.',
      'AA',
      'sent, no acknowledgement asked for',
      'sent, no acknowledgement asked for',
      '3 messages: 1 AA.',
    ]);
  });

  it('stops where nobody answers, and says how to go on', async () => {
    const path = file('three.hl7', message('C1') + message('C2') + message('C3'));
    const closed = await listening();
    expect(await send([path], { mllp: `127.0.0.1:${closed.port}` })).toBe(1);
    closed.server.close();
    expect(lines).toEqual([expect.stringContaining('closed without an answer') as string]);
    expect(errors).toEqual([expect.stringContaining('--from 1') as string]);
    lines = [];
    expect(await send([path], { ...overMllp(), from: '3' })).toBe(0);
    expect(lines[0]).toBe('    3  three.hl7 #3  A01  AA');
  });

  it('a refusal is not tried again, and its cure is said', async () => {
    const path = file('one.hl7', message('C1'));
    expect(await send([path], { ...overHttp(), source: 'nobody', retries: '5' })).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/HTTP 404: No source has this id/) as string]);
  });

  it('a dry run sends nothing; impossible options are said', async () => {
    const path = file('one.hl7', `trash before\r${message('C1')}`);
    expect(await send([path], { ...overMllp(), dryRun: true })).toBe(1);
    expect(lines).toEqual([
      '    1  one.hl7 #1  ?  not sent: 12 bytes that do not begin with MSH',
      expect.stringMatching(/^ {4}2 {2}one\.hl7 #2 {2}A01 {2}would be sent, \d+ bytes$/) as string,
      '2 messages, nothing was sent.',
    ]);
    expect(await doors.store.inbox.list({ limit: 1 })).toEqual([]);
    expect(await send([path], {})).toBe(2);
    expect(await send([path], { http: doors.url })).toBe(2);
    expect(await send([join(folder, 'absent')], overMllp())).toBe(2);
    expect(errors).toHaveLength(3);
  });
});

/** Somebody who takes connections and closes them. */
async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.once('data', () => socket.destroy());
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as { port: number }).port };
}
