/** `relais letters report`: on how many discharges the letter came the same day, and how many the town knew 24 h before. */
import { parisDay } from '../care/relay/civil-time.ts';
import { letterReport } from '../care/stay/letter-report.ts';
import { parseParis } from '../config/paris-text.ts';
import { auditAct, type Environment, withStore } from './configured.ts';

type Print = (line: string) => void;

/**
 * Counts only: nobody is named.
 * @param options.from `to` days, `2026-12-01`; the last 30 days when not given
 * @returns 0; 1 for a day that is none
 */
export async function printLetterReport(
  options: { config: string; from?: string; to?: string; json?: boolean },
  env: Environment,
  print: Print,
): Promise<number> {
  let from: number, to: number;
  try {
    to = options.to === undefined ? Date.now() : parseParis(`${options.to} 00:00`);
    from = options.from === undefined ? parisDay(to, -29) : parseParis(`${options.from} 00:00`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}: write 2026-12-01\n`);
    return 1;
  }
  return withStore(options.config, env, async ({ store }) => {
    const report = await letterReport(store, from, to);
    await auditAct(store, 'letters:report', 'all');
    if (options.json) {
      print(JSON.stringify(report));
      return 0;
    }
    const { discharges, sameDay, later, never, announced, withTeam } = report;
    const share = (n: number): string => (discharges === 0 ? '' : `  ${String(Math.round((100 * n) / discharges))} %`);
    print(`discharges from a ward          ${String(discharges)}`);
    print(`letter on the day               ${String(sameDay)}${share(sameDay)}`);
    print(`letter later                    ${String(later)}${share(later)}`);
    print(`no letter                       ${String(never)}${share(never)}`);
    print(`known 24 h before, the very day ${String(announced)}${share(announced)}`);
    print(`with a team to tell             ${String(withTeam)}${share(withTeam)}`);
    return 0;
  });
}
