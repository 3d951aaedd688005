/** `relais`: one file per subcommand; this one only names them. Node is checked before anything modern is loaded. */
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(
    `relais needs Node 24 or later, this is ${process.version}. Start it with npm (npm run -s relais -- …): the project brings its own Node.`,
  );
  process.exit(1);
}
// `relais … | head`: who reads has seen enough, which is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});
// Compiled code is kept between runs, where that can be written: half of a start is compiling. It never fails a start.
const { enableCompileCache } = await import('node:module');
enableCompileCache(process.env['NODE_COMPILE_CACHE'] ?? new URL('../.relais/compile-cache', import.meta.url).pathname);
const { program } = await import('./program.ts');
await program.parseAsync();
// matrix-js-sdk leaves timers of two minutes behind after a provisioning: what is to be done is done.
// Both streams first: on a pipe what is still being written would be cut at 64 KiB, with exit code 0.
for (const stream of [process.stdout, process.stderr]) {
  await new Promise((written) => stream.write('', written));
}
process.exit();

export {};
