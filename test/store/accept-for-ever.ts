/**
 * A process that the kill test starts and kills: it accepts messages as fast as it can, several callers at once, and
 * prints a key only when its envelope was acknowledged. `accept-for-ever.ts <database> <round>`
 */
import { writeSync } from 'node:fs';
import { openStore } from '../../store/open.ts';
import { clocks, envelope, sealer } from './fixtures.ts';

const [path = '', round = ''] = process.argv.slice(2);
const store = await openStore({ path, sealer, clocks, serving: true });

async function caller(name: string): Promise<never> {
  for (let n = 0; ; n++) {
    const key = `${round}-${name}-${n}`;
    await store.inbox.accept([envelope(key, { lane: `in:${name}`, acknowledgement: `AA ${key}` })]);
    writeSync(1, `${key}\n`); // at once, past any buffer of this process
  }
}

await Promise.all(['a', 'b', 'c'].map(caller));
