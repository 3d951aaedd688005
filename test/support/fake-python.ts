/** A stand-in for python3, so that the making of the environment is tested without the network. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type FakePython = { version?: string; venv?: 'works' | 'fails'; pip?: 'works' | 'fails' };

/**
 * Each `-m venv` adds a line to `builds` in the folder.
 * @returns its path
 */
export function fakePython(
  folder: string,
  { version = '3.11', venv = 'works', pip = 'works' }: FakePython = {},
): string {
  const path = join(folder, 'fake-python');
  const script = `#!/bin/sh
case "$1 $2" in
  "-c "*) echo ${version} ;;
  "-m venv") ${venv === 'fails' ? 'echo "ensurepip is not available" >&2; exit 1' : `echo built >> "${folder}/builds"; /bin/mkdir -p "$3/bin"; /bin/cp "$0" "$3/bin/python"`} ;;
  "-m pip") echo "Collecting matrix-synapse==1"; ${pip === 'fails' ? 'echo "ERROR: no matching distribution" >&2; exit 1' : '/bin/sleep 0.3'} ;;
esac
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}
