import type { Command, Option } from 'commander';
import type { ExportOptions } from './export-requests.ts';

/** What leaves as a file for people who count. */
export function addExport(program: Command, config: Option, end: (code: number) => void): void {
  program
    .command('export')
    .description('activity as a table')
    .command('requests')
    .description('one line per request: dates, delays on the pathway’s clock, within it or not, roles, acts')
    .addOption(config)
    .requiredOption('--from <day>', 'first day of asking, 2026-10-01')
    .requiredOption('--to <day>', 'last day, that day included')
    .option('--format <format>', 'csv or xlsx', 'csv')
    .option('-o, --output <file>', 'where; demandes-FROM-TO.FORMAT when absent')
    .option('--pathway <id>', 'of one pathway')
    .option('--drom', 'amounts of the overseas departments')
    .option('--with-identity', 'also names of professionals and patients; wants --reason, which the audit keeps')
    .option('--reason <words>', 'why identities are needed')
    .addHelpText(
      'after',
      `
Roles only, and no patient, unless --with-identity: such a file is health data, readable by its owner alone (0600).
  relais export requests --from 2026-10-01 --to 2026-12-31 --format xlsx
Requests are counted by the month in which they were asked.`,
    )
    .action(async (options: ExportOptions) =>
      end(await (await import('./export-requests.ts')).exportRequests(options, process.env, console.log)),
    );
}
