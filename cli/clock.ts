import { wallClocks } from '../bridge/wall-clock.ts';
import { parseParis } from '../config/paris-text.ts';
import { type Environment, withStore } from './configured.ts';

/** Setting under which the offset of civil time is stored: a kill does not jump it (DESIGN §2). */
export const CIVIL_OFFSET = 'civil-offset';

/** @returns undefined after having said what is wrong */
function instantOf(text: string): number | undefined {
  if (/^\d{11,14}$/.test(text)) return Number(text);
  try {
    return parseParis(text);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** @param instant Europe/Paris wall time, or epoch ms UTC */
export async function stepClock(
  instant: string,
  options: { config: string },
  env: Environment,
  print: (line: string) => void,
): Promise<number> {
  return withStore(options.config, env, async ({ loaded, store }) => {
    if (loaded.config.environment === 'production') {
      console.error(
        'The civil clock is never stepped in production: set environment to test or demo in a configuration of its own.',
      );
      return 2;
    }
    const target = instantOf(instant);
    if (target === undefined) return 2;
    const now = wallClocks().machine();
    await store.set(CIVIL_OFFSET, String(target - now));
    print(`civil time is now ${new Date(target).toISOString()}`);
    return 0;
  });
}
