import type { Command, Option } from 'commander';

/** What is not told, and what a human does about it: held messages, silenced stays, patients whom nobody follows. */
export function addHeld(program: Command, config: Option, end: (code: number) => void): void {
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
    .description(
      'one envelope as it was received, or one delivery as its room would read it (health data: on a trusted screen only)',
    )
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
    .description('a delivery that is never to be sent; a row that does not open (file:…), which then begins anew')
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

  const retention = program.command('retention').description('what is kept, for how long, and what goes next');
  retention
    .command('plan')
    .description('what would go this night, what is held, counts only; changes nothing')
    .addOption(config)
    .option('--json', 'one JSON line')
    .action(async (options: { config: string; json?: boolean }) =>
      end(await (await import('./retention.ts')).printRetentionPlan(options, process.env, console.log)),
    );
  retention
    .command('apply')
    .description('empty and erase what is due now, as the running server does at 04:10')
    .addOption(config)
    .action(async (options: { config: string }) =>
      end(await (await import('./retention.ts')).applyRetention(options, process.env, console.log)),
    );
}
