import { readWhen } from './read-when.ts';
import { toParis, parisDate } from '../../care/relay/civil-time.ts';
const now = Date.parse(process.argv[2]!);
const f=(i:number)=>{const t=toParis(i);return parisDate(i)+' '+String(t.hour).padStart(2,'0')+':'+String(t.minute).padStart(2,'0')};
for (const w of process.argv[3]!.split('|')) { const r=readWhen(w,now); console.log(w.padEnd(36), r===undefined?'none':'ambiguous' in r?`${r.why}: ${r.ambiguous.join(' | ')}  rest=${r.rest}`:`${f(r.from)} -> ${f(r.to)}  [${r.said}] rest=${r.rest}`);}
