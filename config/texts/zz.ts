import { readWhen } from './read-when.ts';
const now = Date.parse(process.argv[2]!);
for (const w of process.argv.slice(3)) console.log(w.padEnd(40), JSON.stringify(readWhen(w, now)));
