/** The subcommands of an interface team that connects a hospital: send, shadow report, census load. */
import { Option, type Command } from 'commander';
import type { CensusOptions } from './census.ts';
import type { SendOptions } from './send.ts';
import type { ShadowOptions } from './shadow.ts';

/** @param config the option that names relais.yaml; @param end takes the exit code */
export function addConnecting(program: Command, config: Option, end: (code: number) => void): void {
  program
    .command('send')
    .description('post files of HL7 messages over MLLP or HTTP, in order, and print each acknowledgement')
    .addOption(new Option('--mllp <host:port>', 'over MLLP').conflicts('http'))
    .option('--tls', 'MLLP over TLS, verified with the authorities of this machine')
    .option('--ca <file>', 'TLS: the authority that signed the other side’s certificate (PEM)')
    .option('--cert <file>', 'TLS: our certificate (PEM)')
    .option('--key <file>', 'TLS: its private key (PEM)')
    .option('--http <url>', 'over HTTP: the address of Relais, https://relais.example.fr')
    .option('--source <id>', 'HTTP: the id of this source')
    .option('--secret-env <name>', 'HTTP: variable that holds the source’s secret', 'RELAIS_SECRET')
    .option('--rate <n>', 'messages per second, at most')
    .option('--retries <n>', 'how often to try again, after 1, 2, 4… s, when nobody answers', '5')
    .option('--from <n>', 'begin at the n-th message', '1')
    .option('--dry-run', 'split and list, send nothing')
    .argument('<file...>', 'one message or many each: an export, a batch (FHS, BHS), an MLLP dump')
    .addHelpText(
      'after',
      `
  relais send --mllp relais.example.fr:2575 --ca relais-ca.pem --cert sih.pem --key sih.key export.hl7
  RELAIS_SECRET=… relais send --http https://relais.example.fr --source ch-modele export.hl7
A message that is sent twice is answered again and counted once. Exit code: 0 all AA or CA, 1 not, 2 impossible options.`,
    )
    .action(async (files: string[], options: SendOptions) =>
      end(await (await import('./send.ts')).sendFiles(files, options, process.env, console.log)),
    );

  const sourceOption = new Option('-s, --source <id>', 'source of relais.yaml').makeOptionMandatory();

  program
    .command('shadow')
    .description('a source in shadow mode, before its go-live')
    .command('report')
    .description('what would have been said to whom, and how the hospital’s fields are filled; no patient field')
    .addOption(config)
    .addOption(sourceOption)
    .option('--since <instant>', 'Europe/Paris, 2026-11-26 14:00')
    .option('--json', 'one JSON line')
    .action(async (options: ShadowOptions) =>
      end(await (await import('./shadow.ts')).shadowReport(options, process.env, console.log)),
    );

  program
    .command('census')
    .description('the patients who are in hospital on the day of the connection')
    .command('load')
    .description('open their stays in silence: a CSV, or HL7 messages; loading again changes nothing')
    .addOption(config)
    .addOption(sourceOption)
    .option('--at <instant>', 'when the list was extracted, Europe/Paris; the file’s date by default')
    .option('--dry-run', 'check the file, store nothing')
    .argument('<file>')
    .addHelpText(
      'after',
      `
CSV, ; or , or tab, these columns (accents and case aside; the last five may be left out):
  ipp; visite; uf; entree; nom_naissance; prenom; naissance; classe; sortie_prevue; nom_utilise; sexe; etablissement
Dates: 2026-01-12, 12/01/2026 09:30 or 20260112093000, Europe/Paris.`,
    )
    .action(async (file: string, options: CensusOptions) =>
      end(await (await import('./census.ts')).loadCensus(file, options, process.env, console.log)),
    );
}
