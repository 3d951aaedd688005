/** A real disk that can be filled and emptied again: a file system in memory, mounted for the test. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export type SmallDisk = {
  path: string;
  /** Not one byte is left. */
  fill(): void;
  /** Room again. */
  empty(): void;
  unmount(): void;
};

/** @throws Error that says what the machine must permit */
export function mountSmallDisk(path: string, mebibytes: number): SmallDisk {
  mkdirSync(path, { recursive: true });
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  asRoot('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,uid=${uid},gid=${gid},mode=0700`, 'relais-test', path]);
  const filler = join(path, 'filler');
  return {
    path,
    fill() {
      for (let size = 1024 * 1024; size >= 1;) {
        try {
          appendFileSync(filler, Buffer.alloc(size));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          size = Math.floor(size / 2);
        }
      }
    },
    empty: () => rmSync(filler),
    unmount: () => asRoot('umount', ['-l', path]),
  };
}

function asRoot(command: string, args: string[]): void {
  const isRoot = process.getuid?.() === 0;
  try {
    if (isRoot) execFileSync(command, args, { stdio: 'pipe' });
    else execFileSync('sudo', ['-n', command, ...args], { stdio: 'pipe' });
  } catch (cause) {
    throw new Error(
      `${command} was refused: the test of a full disk mounts a small file system. Run it as root, or where sudo asks no password, on Linux`,
      { cause },
    );
  }
}
