import { Command, Option } from 'commander';
import { addConnecting } from './connecting.ts';
import { addDirectoryCommands } from './program-directory.ts';
import { addExport } from './program-export.ts';
import { addHeld } from './program-held.ts';
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
  .option('--leash', 'stop when standard input ends: for a parent that may be killed')
  .addHelpText(
    'after',
    `
A full disk, a base or a homeserver that is away is waited for: messages are answered 503 meanwhile, /health/ready says why.
Exit code: 0 stopped on request, 1 refused to start, 2 broken configuration, 3 the homeserver has ended the account's
device (the log says the cure: trying again is of no use).`,
  )
  .action(async (options: { config: string; leash?: boolean }) =>
    end(await (await import('./serve.ts')).serve(options, process.env)),
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
The recovery key appears once, before "is ready": write it down. Cut off before that, the same call goes on. An account that has keys already is refused: relais recover.`,
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
  .addOption(new Option('-f, --format <format>').choices(['hl7v2', 'events', 'fhir', 'documents']).default('hl7v2'))
  .argument('<file...>')
  .action(async (files: string[], options: { format: 'hl7v2' | 'events' | 'fhir' | 'documents' }) =>
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
  .description(
    'check a pathway, and draw every instant at which it reminds, escalates, is late or ends; needs no configuration',
  )
  .argument('<pathway>', 'its YAML file, or the id of one that comes with Relais')
  .option('--from <instant>', 'when it was asked, Europe/Paris: "2026-11-20 17:00" (now)')
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

addHeld(program, config, end); // quarantine, silenced, no-team

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

addDirectoryCommands(program, config, end);
addExport(program, config, end);

program
  .command('letters')
  .description('the lettre de liaison, measured')
  .command('report')
  .description('discharges, letters on the day, later, never; discharges known 24 h before. Counts only')
  .addOption(config)
  .option('--from <day>', 'first day, 2026-12-01 (30 days before the last one)')
  .option('--to <day>', 'last day (today)')
  .option('--json', 'one JSON line')
  .action(async (options: { config: string; from?: string; to?: string; json?: boolean }) =>
    end(await (await import('./letters.ts')).printLetterReport(options, process.env, console.log)),
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
