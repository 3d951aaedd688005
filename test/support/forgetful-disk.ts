/**
 * Loaded before Relais (`--import`): while the file named by FORGETS is there, the disk of the base refuses to keep what it
 * was given, as a dying disk does. Nothing else is changed.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type Fdatasync = (descriptor: number, done: (error: Error | null) => void) => void;

const disk = fs as unknown as { fdatasync: Fdatasync };
const real = disk.fdatasync;
disk.fdatasync = (descriptor, done) => {
  const ofTheBase = fs.readlinkSync(`/proc/self/fd/${descriptor}`).endsWith('/relais.sqlite-wal');
  if (ofTheBase && fs.existsSync(process.env['FORGETS'] ?? '')) done(Object.assign(new Error('EIO'), { code: 'EIO' }));
  else real(descriptor, done);
};
syncBuiltinESMExports();
