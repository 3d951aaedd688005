/** The words of the command line about slots. */
import type { Command, Option } from 'commander';
import type { ImportSlotsCommand } from './slots.ts';

export function addSlots(program: Command, imports: Command, config: Option, end: (code: number) => void): void {
  imports
    .command('slots')
    .description('slots of a calendar (.ics) or a table (.csv): they replace what it said before under the same name')
    .addOption(config)
    .option('--feed <id>', 'name of the feed; without it, the name of the file')
    .option('--by <who>', 'who receives, as said in a room')
    .option('--specialty <words>', 'what for')
    .option('--place <where>', 'where; without it, what each event or line says')
    .option('--accept-empty', 'the file holds no slot, and that is right: all are withdrawn')
    .argument('<file>')
    .addHelpText(
      'after',
      `
  relais import slots caudry.csv                      date;debut;fin;places;specialite;lieu;par
  relais import slots dermato.ics --by "Dr Alice ESSAIDERM" --specialty dermatologie
Those who had booked a slot that is gone, or has moved, are told. slot_feeds of relais.yaml does this by itself.`,
    )
    .action(async (file: string, options: ImportSlotsCommand) =>
      end(await (await import('./slots.ts')).importSlotFile(file, options, process.env, console.log)),
    );
  program
    .command('slots')
    .description('slots of unscheduled care, aller vers, loans')
    .command('report')
    .description('offered, booked, released, expired, withdrawn, and how often there was none, by specialty')
    .addOption(config)
    .requiredOption('--from <day>', 'first day, 2026-11-01')
    .requiredOption('--to <day>', 'last day, counted whole')
    .option('--json', 'one JSON line')
    .action(async (options: { config: string; from: string; to: string; json?: boolean }) =>
      end(await (await import('./slots.ts')).reportSlots(options, process.env, console.log)),
    );
}
