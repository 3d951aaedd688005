/** `npm run demo`: a hospital day on a real homeserver, seen through the eyes of the professionals. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { count, type Figures } from './counting.ts';
import { play } from './play.ts';
import { type Ready, setUp } from './setup.ts';
import { bold, dim, openTranscriptPrinter } from './transcript.ts';

const program = new Command('npm run demo --')
  .description(
    'A synthetic hospital day: real HL7 in, a real Synapse, real encrypted clients. Nothing leaves this machine.',
  )
  .option('--once', 'end by itself, with a table and one JSON line of figures')
  .option('--homeserver <url>', 'use a test homeserver that runs already, instead of installing Synapse')
  .option(
    '--folder <path>',
    'where the demo keeps its files (erased first)',
    resolve(import.meta.dirname, '..', '.relais', 'demo'),
  )
  .parse();
const options = program.opts<{ once?: boolean; homeserver?: string; folder: string }>();

/** Figures that must be zero, whatever happens. */
const ZEROS: (keyof Figures)[] = ['undecryptable', 'clearTextInEncryptedRooms', 'duplicates', 'outOfOrder'];

const began = Date.now();
const progress = (line: string): void => console.log(dim(`· ${line}`));

async function main(): Promise<number> {
  const ready = await setUp({ folder: options.folder, homeserverUrl: options.homeserver, onProgress: progress });
  const end = async (): Promise<void> => {
    for (const persona of ready.cast.personas.values()) persona.stop();
    await ready.relais.stop();
    await ready.homeserver.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void end().then(() => process.exit(130)));
  try {
    const transcript = openTranscriptPrinter(ready.cast, ready.bot, console.log);
    console.log(`\n${bold(ready.scenario.title)} — ce que chacun lit, déchiffré par son propre client\n`);
    await play({ ...ready, folder: ready.dayFolder, transcript }, ready.scenario);
    // Kept beside the log: nothing of a patient stands in either.
    await writeFile(join(ready.folder, 'metrics.prom'), await (await fetch(`${ready.relais.url}/metrics`)).text());
    const figures = await count(ready.cast, ready.bot);
    table(figures);
    if (options.once !== true) {
      invite(ready);
      await new Promise(() => undefined); // until Ctrl-C
    }
    await end();
    console.log(JSON.stringify({ ...figures, seconds: Math.round((Date.now() - began) / 1000) }));
    return ZEROS.every((name) => figures[name] === 0) ? 0 : 1;
  } catch (error) {
    await end();
    throw error;
  }
}

function table(figures: Figures): void {
  console.log(`\n${bold('Compté chez les clients et sur le serveur')}`);
  for (const [name, n] of Object.entries(figures))
    console.log(
      `  ${name.padEnd(28)}${String(n).padStart(5)}${ZEROS.includes(name as keyof Figures) && n > 0 ? '  ← should be 0' : ''}`,
    );
}

/** How to see it with one's own client, and how to post a message. */
function invite(ready: Ready): void {
  const file = join('demo', 'day', '02-jeanne-entree.hl7');
  console.log(`
${bold('The demo stays up.')} Join it with any Matrix client (Element, nheko…):
  homeserver  ${ready.homeserver.url}
  password    ${ready.password}
${ready.people.map((p) => `  ${p.matrix.padEnd(36)} recovery key  ${ready.cast.personas.get(p.id)?.recoveryKey ?? '-'}`).join('\n')}
  Verify your device with the recovery key: keys go to verified devices only. Then write "aide" to ${ready.bot}.

Post a message as the hospital would (the second time, it is recognised as a duplicate):
  TS=$(date +%s); SIG=$( (printf '${ready.scenario.source?.id ?? ''}\\n%s\\n' "$TS"; cat ${file}) | openssl dgst -sha256 -hmac ${ready.secret} -r | cut -d' ' -f1)
  curl -i ${ready.relais.url}/v1/hl7v2 -H 'content-type: application/hl7-v2' -H 'x-relais-source: ${ready.scenario.source?.id ?? ''}' \\
    -H "x-relais-timestamp: $TS" -H "x-relais-signature: sha256=$SIG" --data-binary @${file}

Files: ${ready.folder} (configuration, base, log). Ctrl-C ends everything.`);
}

try {
  process.exitCode = await main();
} catch (error) {
  const causes: string[] = [];
  for (let e: unknown = error; e instanceof Error; e = e.cause) causes.push(e.message);
  console.error(
    `\nThe demo stopped: ${causes.join('\n  because ')}\nThe server's log: ${join(options.folder, 'relais.log')}`,
  );
  process.exitCode = 1;
}
process.exit();
