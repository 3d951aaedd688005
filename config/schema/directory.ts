/** Where the directory of professionals and establishments comes from. */
import { z } from 'zod';
import { say, strict } from '../problem.ts';
import { path, variable } from './words.ts';

export const directory = strict({
  rpps: path
    .optional()
    .describe('extraction of the national directory, annuaire.esante.gouv.fr; imported at the start when it is newer')
    .meta({ sample: 'data/PS_LibreAcces_Personne_activite.txt' }),
  finess: path
    .optional()
    .describe('extraction of the establishments (etalab-cs1100507, with coordinates), data.gouv.fr')
    .meta({ sample: 'data/etalab-cs1100507-stock.csv' }),
  folder: path
    .optional()
    .describe(
      'instead of naming the files: the newest of each kind in this folder is imported, at the start and at night',
    )
    .meta({ sample: 'data' }),
  communes: path
    .optional()
    .describe('communes with latitude and longitude (CSV), for distances; else those of the establishments serve')
    .meta({ sample: 'data/communes.csv' }),
  max_shrink: z
    .string()
    .regex(/^\d{1,2} ?%$/, say('not a share', "write '10%'"))
    .default('10%')
    .describe('a file that has lost more of its rows than this is refused (relais import --accept-shrunk)'),
  annuaire_sante: strict({
    url: z
      .url({
        protocol: /^https?$/,
        error: say('not a web address', 'write https://gateway.api.esante.gouv.fr/fhir/v2'),
      })
      .default('https://gateway.api.esante.gouv.fr/fhir/v2')
      .describe('base of the FHIR API'),
    key_env: variable
      .describe('variable that holds the key (ESANTE-API-KEY)')
      .meta({ sample: 'RELAIS_ANNUAIRE_SANTE_KEY' }),
  })
    .optional()
    .describe('asked only about a number that the files do not have; off when absent'),
});
