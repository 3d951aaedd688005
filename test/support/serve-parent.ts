/** A parent to be killed: starts `relais serve` as the demo does, prints its pid, and waits for its own end. */
import { relaisProcess, type RelaisProcessOptions } from '../../demo/relais-process.ts';

const relais = relaisProcess(JSON.parse(process.argv[2] ?? '') as RelaisProcessOptions);
await relais.start();
console.log(relais.pid());
setInterval(() => undefined, 60_000);
