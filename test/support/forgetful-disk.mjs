/**
 * Loaded before Relais (`--import`): while the file named by FORGETS is there, the disk of the base refuses to keep what it
 * was given, as a dying disk does. Nothing else is changed.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const real = fs.fdatasync;
fs.fdatasync = (descriptor, done) => {
  const ofTheBase = fs.readlinkSync(`/proc/self/fd/${descriptor}`).endsWith('/relais.sqlite-wal');
  if (ofTheBase && fs.existsSync(process.env.FORGETS ?? '')) done(Object.assign(new Error('EIO'), { code: 'EIO' }));
  else real(descriptor, done);
};
syncBuiltinESMExports();
