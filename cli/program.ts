import { Command, Option } from 'commander';
import { addConnecting } from './connecting.ts';
import type { LoginOptions } from './provision.ts';
import type { SlaOptions } from './sla.ts';

const config = new Option('-c, --config <file>', 'the configuration').default('relais.yaml').env('RELAIS_CONFIG');

/** Each action loads its own file, so that `relais read` starts without a database or a Matrix client. */
export const program = new Command('relais')
  .description('Relais ville-hôpital: hospital movements into the encrypted Matrix rooms of a patient’s professionals.')
  .version('0.1.0')
  .showHelpAfterError('(relais <command> --help says more)')
  .addHelpText(
    'after',
    `
First steps, without any configuration:
  relais read --format hl7v2 export/*.hl7     what each message would become
  relais rehearse export.hl7                  what every room would read of them
  relais rehearse demo/day/day.yaml           a whole day
  npm run demo                                the same day on a real homeserver
Then:
  relais check-config -c relais.yaml          every problem at once
  relais provision -c relais.yaml …           the bot's Matrix device and keys, once
  relais doctor -c relais.yaml                what is wrong, and its cure
  relais serve -c relais.yaml`,
  );

function end(code: number): void {
  process.exitCode = code;
}

program
  .command('serve')
  .description('take hospital messages, keep the rooms, answer the professionals')
  .addOption(config)
  .action(async (options: { config: string }) =>
    end(await (await import('./serve.ts')).serve(options.config, process.env)),
  );

const user = new Option('-u, --user <name>', 'Matrix account, @relais:example.org or relais');
const passwordEnv = new Option('--password-env <name>', 'environment variable that holds the password').default(
  'RELAIS_PASSWORD',
);
const tokenEnv = new Option(
  '--token-env <name>',
  'instead: variable that holds the access token of a device made for Relais and never used',
);

program
  .command('provision')
  .description('log the bot in, once: device, cross-signing, secret storage, key backup; shows the recovery key once')
  .addOption(config)
  .addOption(user)
  .addOption(passwordEnv)
  .addOption(tokenEnv)
  .addHelpText(
    'after',
    `
The account must exist on the homeserver (account.homeserver of the configuration), and serve nothing else.
  RELAIS_PASSWORD=… relais provision -u @relais:example.org
Where people log in through a portal, make a device and give its token:
  RELAIS_TOKEN=… relais provision --token-env RELAIS_TOKEN
The recovery key appears once, on the last line: write it down. An account that has keys already is refused: relais recover.`,
  )
  .action(async (options: LoginOptions) =>
    end(await (await import('./provision.ts')).provisionAccount(options, process.env)),
  );

program
  .command('recover')
  .description('a new device from the recovery key, after the loss of the disk or the restoring of an old copy')
  .addOption(config)
  .addOption(user)
  .addOption(passwordEnv)
  .addOption(tokenEnv)
  .option(
    '--recovery-key-env <name>',
    'variable that holds the recovery key; unset, it is typed',
    'RELAIS_RECOVERY_KEY',
  )
  .option('--end-other-devices', 'log out every other device of the account (the lost disk may have been stolen)')
  .addHelpText(
    'after',
    `
Stop relais serve first. The account's directory is kept under another name, or may be absent; the database is not touched.
  RELAIS_PASSWORD=… relais recover -u @relais:example.org --end-other-devices
A wrong recovery key changes nothing, here or on the homeserver. The same recovery key stays good afterwards.`,
  )
  .action(async (options: LoginOptions & { recoveryKeyEnv: string; endOtherDevices?: boolean }) =>
    end(await (await import('./recover.ts')).recoverAccount(options, process.env)),
  );

program
  .command('doctor')
  .description(
    'configuration, account, keys, homeserver, store, disk: each problem with its cure; beside a running server',
  )
  .addOption(config)
  .addHelpText('after', '\nExit code: 0 all is well, 1 warnings, 2 problems.')
  .action(async (options: { config: string }) =>
    end(await (await import('./doctor.ts')).doctor(options.config, process.env, console.log)),
  );

program
  .command('check-config')
  .description('every problem of the configuration at once, or a summary with each clock drawn')
  .addOption(config)
  .argument('[file]', 'the configuration, instead of --config')
  .action(async (file: string | undefined, options: { config: string }) =>
    end(await (await import('./check-config.ts')).checkConfig(file ?? options.config, process.env, console.log)),
  );

program
  .command('read')
  .description('what each message of these files would become, one JSON line per message; needs no configuration')
  .addOption(new Option('-f, --format <format>').choices(['hl7v2', 'events']).default('hl7v2'))
  .argument('<file...>')
  .action(async (files: string[], options: { format: 'hl7v2' | 'events' }) =>
    end(await (await import('./read.ts')).readFiles(files, options, console.log)),
  );

program
  .command('rehearse')
  .description('play messages, or a scenario, and print what each room would read; needs no configuration')
  .argument(
    '<file-or-folder>',
    'a file of messages (also a batch or an MLLP dump), a folder of them, or a .yaml scenario',
  )
  .action(async (path: string) => end(await (await import('./rehearse.ts')).rehearse(path, console.log)));

addConnecting(program, config, end);

program
  .command('sla')
  .description('every instant at which a pathway reminds, escalates or is late; needs no configuration')
  .argument('<pathway>', 'its YAML file, or the id of one that comes with Relais')
  .requiredOption('--from <instant>', 'when it was asked, Europe/Paris: "2026-11-20 17:00"')
  .option('--pause <from,to...>', 'a span during which a precision was awaited; several are possible')
  .option('--json', 'one JSON line each, instants in UTC')
  .addHelpText(
    'after',
    `
  relais sla teleexpertise-cardiologie --from "2026-11-20 17:00" --pause "2026-11-23 09:00,2026-11-23 14:00"`,
  )
  .action(async (pathway: string, options: SlaOptions) =>
    end((await import('./sla.ts')).printSla(pathway, options, console.log)),
  );

const pathway = program.command('pathway').description('arrangements of the territory, one YAML file each');
pathway
  .command('new')
  .description('a commented file to start from, or a copy of one that comes with Relais; overwrites nothing')
  .argument('<id>', 'its name and the word that is typed: pret-de-fauteuil')
  .addOption(config)
  .option('-f, --folder <folder>', 'where; otherwise the folder "pathways" of the configuration')
  .action(async (id: string, options: { config: string; folder?: string }) =>
    end((await import('./pathway.ts')).newPathway(id, options, process.env, console.log)),
  );

const quarantine = program.command('quarantine').description('what could not be decided, kept for a human');
quarantine
  .command('list')
  .description('newest first')
  .addOption(config)
  .option('--json', 'one JSON line each')
  .action(async (options: { config: string; json?: boolean }) =>
    end(await (await import('./quarantine.ts')).listQuarantine(options, process.env, console.log)),
  );
quarantine
  .command('show')
  .description('one envelope, with what was received (health data: on a trusted screen only)')
  .addOption(config)
  .argument('<id>')
  .action(async (id: string, options: { config: string }) =>
    end(await (await import('./quarantine.ts')).showQuarantined(id, options, process.env, console.log)),
  );
quarantine
  .command('replay')
  .description('decide it again (a delivery: send it again), at the end of its lane')
  .addOption(config)
  .option('--send-again', 'a delivery that may have been sent: do not look for it in the room, send it')
  .option(
    '--accept-identity',
    'a message held as another person under the same number: the hospital says it is the same',
  )
  .argument('<id...>')
  .action(async (ids: string[], options: { config: string; sendAgain?: boolean; acceptIdentity?: boolean }) =>
    end(await (await import('./quarantine.ts')).replayQuarantined(ids, options, process.env, console.log)),
  );

quarantine
  .command('drop')
  .description('a delivery that is never to be sent')
  .addOption(config)
  .argument('<id...>')
  .action(async (ids: string[], options: { config: string }) =>
    end(await (await import('./quarantine.ts')).dropQuarantined(ids, options, process.env, console.log)),
  );

const silenced = program
  .command('silenced')
  .description('stays of which nothing is said: protected patients, blocked units');
silenced
  .command('list')
  .description('their visit numbers and why: on a trusted screen only')
  .addOption(config)
  .action(async (options: { config: string }) =>
    end(await (await import('./silenced.ts')).listSilenced(options, process.env, console.log)),
  );
silenced
  .command('release')
  .description('tell a stay again, from its next message on, because the hospital says that it may be')
  .addOption(config)
  .argument('<id...>')
  .action(async (ids: string[], options: { config: string }) =>
    end(await (await import('./silenced.ts')).releaseSilenced(ids, options, process.env, console.log)),
  );

program
  .command('no-team')
  .description('patients whom nobody follows here ("à téléphoner"): health data, on a trusted screen only')
  .addOption(config)
  .action(async (options: { config: string }) =>
    end(await (await import('./no-team.ts')).listNoTeam(options, process.env, console.log)),
  );

const lane = program.command('lane').description('the queue of each room');
lane
  .command('list')
  .addOption(config)
  .action(async (options: { config: string }) =>
    end(await (await import('./lane.ts')).listLanes(options, process.env, console.log)),
  );
lane
  .command('retry')
  .description('start a paused room again')
  .addOption(config)
  .argument('<room>')
  .action(async (room: string, options: { config: string }) =>
    end(await (await import('./lane.ts')).retryLane(room, options, process.env, console.log)),
  );

lane
  .command('skip')
  .description('put the first delivery of a room aside (quarantine), and go on with the next')
  .addOption(config)
  .argument('<room>')
  .action(async (room: string, options: { config: string }) =>
    end(await (await import('./lane.ts')).skipLane(room, options, process.env, console.log)),
  );

const rooms = program.command('rooms').description('the rooms and spaces of the territories, from the configuration');
rooms
  .command('plan')
  .description('what apply would make or change')
  .addOption(config)
  .action(async (options: { config: string }) =>
    end(await (await import('./rooms.ts')).printRoomsPlan(options, process.env, console.log)),
  );
rooms
  .command('apply')
  .description('have the running server make it; a second time there is nothing to do')
  .addOption(config)
  .action(async (options: { config: string }) =>
    end(await (await import('./rooms.ts')).applyRooms(options, process.env, console.log)),
  );

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

program
  .command('audit')
  .description('the last acts and looks')
  .addOption(config)
  .option('-n, --number <rows>', 'how many', '50')
  .action(async (options: { config: string; number: string }) =>
    end(await (await import('./audit.ts')).printAudit(options, process.env, console.log)),
  );

program
  .command('clock')
  .description('step civil time of a demo or a test; refused in production')
  .addOption(config)
  .argument('<instant>', 'Europe/Paris, 2026-11-26 14:00')
  .action(async (instant: string, options: { config: string }) =>
    end(await (await import('./clock.ts')).stepClock(instant, options, process.env, console.log)),
  );
