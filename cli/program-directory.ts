/** The subcommands of the directory: `relais import`, `relais directory`. */
import { type Command, Option } from 'commander';
import { addSlots } from './slots-words.ts';

/** @param config the option that names the configuration @param end takes an exit code */
export function addDirectoryCommands(program: Command, config: Option, end: (code: number) => void): void {
  const imports = program
    .command('import')
    .description('the open files of the directory, into a new index that the running server takes at once');
  for (const [kind, what] of [
    ['rpps', 'professionals: PS_LibreAcces_Personne_activite_….txt of annuaire.sante.fr, unzipped'],
    ['finess', 'establishments: etalab-cs1100507-….csv of data.gouv.fr, with or without coordinates'],
  ] as const)
    imports
      .command(kind)
      .description(what)
      .addOption(config)
      .option('--accept-shrunk', 'the file has far fewer rows than the last one, and that is right')
      .argument('<file>')
      .action(async (file: string, options: { config: string; acceptShrunk?: boolean }) =>
        end(await (await import('./import.ts')).importDirectory(kind, file, options, process.env, console.log)),
      );

  addSlots(program, imports, config, end);

  const directory = program
    .command('directory')
    .description('what the coordination knows of professionals and partners: delays, lines, new patients, languages…');
  directory
    .command('template')
    .description('an empty table with every column, to be filled in a spreadsheet')
    .addOption(new Option('-f, --format <format>').choices(['csv', 'xlsx', 'yaml']).default('csv'))
    .option('-o, --out <file>', 'where to write it')
    .action(async (options: { format: 'csv' | 'xlsx' | 'yaml'; out?: string }) =>
      end(await (await import('./directory.ts')).writeTemplate(options, console.log)),
    );
  const overlay = directory.command('overlay').description('a table of fiches: .csv, .xlsx or .yaml');
  overlay
    .command('check')
    .description('every problem at once, with row, column and cure; needs no configuration')
    .argument('<file>')
    .action(async (file: string) => end(await (await import('./directory.ts')).checkOverlay(file, console.log)));
  overlay
    .command('load')
    .description('into the store, beside the running server; the later check of each value stays')
    .addOption(config)
    .argument('<file>')
    .action(async (file: string, options: { config: string }) =>
      end(await (await import('./directory.ts')).loadOverlay(file, options, process.env, console.log)),
    );
}
