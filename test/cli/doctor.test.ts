import { expect, it } from 'vitest';
import { examineConfig } from '../../cli/doctor.ts';
import { RELAIS, good, installation } from '../config/installation.ts';

const said = (yaml: string): string[] =>
  examineConfig(good(installation({ 'relais.yaml': yaml })))
    .filter((f) => f.says.startsWith('source'))
    .map((f) => `${f.level}: ${f.says}`);
const production = RELAIS.replace('environment: test', 'environment: production').replace(
  'secret_env: SOURCE',
  'secret_env: SOURCE\n    identity_desk: avis-cardiologie',
);
const withoutUnits = (yaml: string): string => yaml.replace(/ {4}units:\n(?: {6}.*\n)+/, '');

it('in production, a source that may announce any unit is a warning', () => {
  expect(said(production)).toEqual([]);
  expect(said(withoutUnits(RELAIS))).toEqual([]);
  expect(said(withoutUnits(production))).toEqual([
    'warning: source ch-modele has no unit table: every unit is announced, the protected ones too',
  ]);
  expect(said(production.replace('format: hl7v2', 'format: hl7v2\n    unknown_unit: event'))).toEqual([
    'warning: source ch-modele announces units that are not in its table',
  ]);
  expect(said(production.replace('    identity_desk: avis-cardiologie\n', ''))).toEqual([
    'warning: source ch-modele has no identity desk: merged and moved patients wait in quarantine',
  ]);
  expect(said(production.replace('format: hl7v2', 'format: hl7v2\n    accept_training: true'))).toEqual([
    'warning: source ch-modele has its training messages said as real ones',
  ]);
});
