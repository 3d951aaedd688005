/** Messages acknowledged, so on disk, per second: over MLLP beside HTTP, on the same serving process, one after the other. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MllpClient, openMllp } from '../../cli/mllp-client.ts';
import { serve } from '../installation.ts';
import { say, table } from '../markdown.ts';
import { hl7 } from '../messages.ts';
import { type Bench, label, type Section } from '../section.ts';
import { type Figure, figure } from '../stats.ts';
import { acceptance, eachOf } from '../traffic.ts';

const SENDERS = [1, 32];
const PROMISED = 0.8;

type Cell = { senders: number; http: Figure; mllp: Figure; ratio: Figure };

async function measure(bench: Bench): Promise<{ messages: number; cells: Cell[] }> {
  const { encrypted } = await bench.world();
  const port = encrypted.port + 2_000;
  listenToMllp(join(encrypted.folder, 'relais.yaml'), port);
  const serving = await serve(encrypted);
  const messages = bench.sizes.accepted;
  const cells = SENDERS.map((senders) => ({ senders, rows: [] as { http: number; mllp: number }[] }));
  for (let round = 0; round <= bench.rounds; round += 1) {
    for (const { senders, rows } of cells) {
      const http = await acceptance(serving, senders, messages, bench.visit());
      const mllp = await overMllp(port, senders, messages, bench.visit());
      bench.onProgress(`${label(round)}, ${senders} senders: HTTP ${http.toFixed(0)}/s, MLLP ${mllp.toFixed(0)}/s`);
      if (round > 0) rows.push({ http, mllp });
    }
  }
  await serving.stop();
  return {
    messages,
    cells: cells.map(({ senders, rows }) => ({
      senders,
      http: figure(rows.map((row) => row.http)),
      mllp: figure(rows.map((row) => row.mllp)),
      ratio: figure(rows.map((row) => row.mllp / row.http)),
    })),
  };
}

/** The configuration of the bench is JSON, which is YAML. */
function listenToMllp(path: string, port: number): void {
  const config = JSON.parse(readFileSync(path, 'utf8')) as { sources: [Record<string, unknown>] };
  config.sources[0]['mllp'] = { port, max_connections: 64 };
  writeFileSync(path, JSON.stringify(config));
}

/** The same outpatients as `acceptance` posts over HTTP; a kept-open connection per sender, one message at a time on each. */
async function overMllp(port: number, senders: number, messages: number, visit: string): Promise<number> {
  const bodies = Array.from({ length: messages }, (_, n) =>
    hl7({ trigger: 'A01', patient: n % 40, visit: `${visit}-${n}`, patientClass: 'O' }, Date.now()),
  );
  const free: MllpClient[] = await Promise.all(
    Array.from({ length: senders }, () => openMllp({ host: '127.0.0.1', port })),
  );
  const all = [...free];
  const began = performance.now();
  await eachOf(bodies, senders, async (body) => {
    const client = free.pop();
    if (!client) throw new Error('more in flight than connections');
    const [answer = ''] = await client.send(body);
    if (!answer.includes('MSA|AA')) throw new Error(`a message was answered ${answer}`);
    free.push(client);
  });
  const rate = (1000 * messages) / (performance.now() - began);
  for (const client of all) client.close();
  return rate;
}

export const mllp: Section = {
  name: 'mllp',
  title: 'MLLP beside HTTP',
  measure: async (bench) => {
    const found = await measure(bench);
    const rows = found.cells.map((one) => [one.senders, say(one.http, 0), say(one.mllp, 0), say(one.ratio, 2)]);
    const body = `Acknowledged, so on disk, while they are also being decided (${found.messages} outpatients: nothing is said of them). HTTP: signed, kept alive. MLLP: plain
TCP, one connection per sender, kept open. Both one message at a time per sender, one after the other in each round.

${table(['senders', 'HTTP, messages/s', 'MLLP, messages/s', 'ratio'], rows)}`;
    const targets = found.cells.map(({ senders, ratio }) => ({
      what: `MLLP to HTTP, accepted per second, ${senders} senders`,
      promised: `≥ ${PROMISED.toFixed(2)}`,
      found: ratio.median.toFixed(2),
      met: ratio.median >= PROMISED,
    }));
    return { figures: found, body, targets };
  },
};
