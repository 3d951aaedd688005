/**
 * `relais send`: an interface team's way to post files of messages, over HTTP or MLLP, and to read each acknowledgement. In
 * order, one at a time, as an engine does; stops where a message could not be delivered, and says how to go on.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { headerOf } from '../bridge/formats/hl7v2/ack.ts';
import { splitHl7v2 } from '../bridge/formats/hl7v2/pam-fr.ts';
import { sign } from '../bridge/verify.ts';
import type { Environment } from './configured.ts';
import { type MllpClient, openMllp } from './mllp-client.ts';

export type SendOptions = {
  mllp?: string;
  tls?: boolean;
  ca?: string;
  cert?: string;
  key?: string;
  http?: string;
  source?: string;
  secretEnv: string;
  /** Messages per second at most. */
  rate?: string;
  retries: string;
  /** Number of the first message to send, over all the files. */
  from: string;
  dryRun?: boolean;
};

/** Acknowledgements, none when none is asked for. */
type Channel = { send(message: Uint8Array): Promise<string[]>; close(): void };
/** Nothing will change by sending it again. */
class Refused extends Error {}

type Piece = { file: string; n: number; bytes: Uint8Array };

/** @returns 0 when every message was accepted; 1 when one was not, or could not be delivered; 2 for impossible options */
export async function sendFiles(
  files: string[],
  options: SendOptions,
  env: Environment,
  print: (line: string) => void,
): Promise<number> {
  const channel = channelOf(options, env);
  if (typeof channel === 'string') return problem(channel, 2);
  const pieces: Piece[] = [];
  for (const file of files) {
    try {
      pieces.push(...splitHl7v2(readFileSync(file)).map((bytes, n) => ({ file: basename(file), n: n + 1, bytes })));
    } catch (error) {
      return problem(
        `${file} cannot be opened (${error instanceof Error && 'code' in error ? String(error.code) : ''})`,
        2,
      );
    }
  }
  const [first, every] = [Number(options.from), options.rate === undefined ? 0 : 1000 / Number(options.rate)];
  const codes = new Map<string, number>();
  let accepted = true;
  for (const [index, piece] of pieces.entries()) {
    const number = index + 1;
    if (number < first) continue;
    const header = headerOf(piece.bytes);
    const name = `${String(number).padStart(5)}  ${piece.file} #${piece.n}  ${header?.trigger ?? header?.type ?? '?'}`;
    if (header === undefined) {
      print(`${name}  not sent: ${piece.bytes.length} bytes that do not begin with MSH`);
      accepted = false;
      continue;
    }
    if (options.dryRun === true) {
      print(`${name}  would be sent, ${piece.bytes.length} bytes`);
      continue;
    }
    const began = performance.now();
    let answers: string[];
    try {
      answers = await insist(channel, piece.bytes, Number(options.retries));
    } catch (error) {
      channel.close();
      print(`${name}  ${error instanceof Error ? error.message : String(error)}`);
      return problem(
        `Stopped: message ${number} was not acknowledged. Mend the cause, then go on with --from ${number}.`,
        1,
      );
    }
    const said = answers.map(saidOf);
    for (const { code } of said) codes.set(code, (codes.get(code) ?? 0) + 1);
    accepted &&= said.every(({ code }) => code === 'AA' || code === 'CA');
    print(
      `${name}  ${said.length === 0 ? 'sent, no acknowledgement asked for' : said.map(({ text }) => text).join('  ')}`,
    );
    const left = every - (performance.now() - began);
    if (left > 0) await pause(left);
  }
  channel.close();
  const counts = [...codes].map(([code, n]) => `${n} ${code}`).join(', ');
  print(
    options.dryRun === true ? `${pieces.length} messages, nothing was sent.` : `${pieces.length} messages: ${counts}.`,
  );
  return accepted ? 0 : 1;
}

/** The same bytes again, after 1, 2, 4… s: what was taken meanwhile is answered again, and counted once. */
async function insist(channel: Channel, bytes: Uint8Array, retries: number): Promise<string[]> {
  for (let turn = 0; ; turn += 1) {
    try {
      return await channel.send(bytes);
    } catch (error) {
      if (error instanceof Refused || turn >= retries) throw error;
      console.error(`${error instanceof Error ? error.message : String(error)}: trying again in ${2 ** turn} s`);
      await pause(1000 * 2 ** turn);
    }
  }
}

/** MSA-1, and ERR-8 when there is one. */
function saidOf(answer: string): { code: string; text: string } {
  const code = /(?:^|\r)MSA\|([A-Z]{2})/.exec(answer)?.[1] ?? '??';
  const err = /\rERR\|(.*)/.exec(answer)?.[1]?.split('|') ?? [];
  const place = err[1]?.split('^').filter((part) => part !== '') ?? [];
  const why =
    err[7] === undefined ? '' : ` ${[place[0], place[2]].filter((part) => part !== undefined).join('-')}: ${err[7]}`;
  return { code, text: `${code}${why}` };
}

/** @returns the channel, or what is wrong with the options */
function channelOf(options: SendOptions, env: Environment): Channel | string {
  if ((options.mllp === undefined) === (options.http === undefined))
    return 'give one of --mllp HOST:PORT and --http URL';
  const numbers = [options.rate ?? '1', options.from].map(Number);
  if (numbers.some((n) => !(n > 0)) || !/^\d+$/.test(options.retries))
    return '--rate, --from and --retries are numbers';
  return options.mllp === undefined ? httpChannel(options, env) : mllpChannel(options, options.mllp);
}

function httpChannel({ http = '', source, secretEnv }: SendOptions, env: Environment): Channel | string {
  const secret = env[secretEnv] ?? '';
  if (source === undefined || secret === '') {
    return `HTTP messages are signed: give --source, and its secret in the variable ${secretEnv} (or another: --secret-env)`;
  }
  const url = new URL('/v1/hl7v2', http);
  return {
    async send(message) {
      const timestamp = String(Math.floor(Date.now() / 1000));
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/hl7-v2',
          'x-relais-source': source,
          'x-relais-timestamp': timestamp,
          'x-relais-signature': await sign(secret, source, timestamp, message),
        },
        body: new Uint8Array(message),
      });
      const body = await answer.text();
      if (answer.status === 204) return [];
      if (answer.ok) return [body];
      const said = `HTTP ${answer.status}: ${detailOf(body)}`;
      throw answer.status >= 500 || answer.status === 429 ? new Error(said) : new Refused(said);
    },
    close: () => undefined,
  };
}

/** What an RFC 9457 problem says to do. */
function detailOf(body: string): string {
  try {
    return (JSON.parse(body) as { detail?: string }).detail ?? body.slice(0, 200);
  } catch {
    return body.slice(0, 200);
  }
}

function mllpChannel({ tls, ca, cert, key }: SendOptions, address: string): Channel | string {
  const [, host = '', port = ''] = /^\[?(.+?)\]?:(\d+)$/.exec(address) ?? [];
  if (host === '') return '--mllp takes HOST:PORT';
  const pem = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : readFileSync(path, 'utf8');
  const secure = tls === true || ca !== undefined || cert !== undefined;
  let open: MllpClient | undefined;
  return {
    async send(message) {
      open ??= await openMllp({
        host,
        port: Number(port),
        ...(secure && { tls: { ca: pem(ca), cert: pem(cert), key: pem(key) } }),
      });
      try {
        return await open.send(message);
      } catch (error) {
        open.close();
        open = undefined;
        throw error;
      }
    },
    close: () => open?.close(),
  };
}

function problem(text: string, code: number): number {
  console.error(text);
  return code;
}
