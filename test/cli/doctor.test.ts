import { expect, it } from 'vitest';
import { examineConfig } from '../../cli/doctor.ts';
import { examineMllp } from '../../cli/doctor-mllp.ts';
import { TLS_FOLDER } from '../support/hospital-doors.ts';
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
  expect(said(production.replace('format: hl7v2', 'format: hl7v2\n    mode: shadow'))).toEqual([
    'warning: source ch-modele is in shadow: nothing of it is said',
  ]);
});

it('the certificate of an MLLP listener: sound, soon over, over, of another key', () => {
  const until = Date.UTC(2126, 9, 30); // shortly after the end of the test's certificate
  const look = (key: string, now: number): string[] => {
    const tls = { cert: `${TLS_FOLDER}/server.pem`, key: `${TLS_FOLDER}/${key}`, ca: undefined };
    const mllp = {
      host: '127.0.0.1',
      port: 2575,
      tls,
      clientCertificates: 'none' as const,
      clientNames: undefined,
      allow: undefined,
      maxConnections: 1,
    };
    return examineMllp(
      [
        { id: 'ch', mllp },
        { id: 'http', mllp: undefined },
      ],
      now,
    ).map((f) => `${f.level}: ${f.says}`);
  };
  const day = 86_400_000;
  expect(look('server.key', until - 400 * day)).toEqual([
    expect.stringMatching(/^ok: port 2575, certificate until 2126-/) as string,
  ]);
  expect(look('server.key', until - 20 * day)).toEqual([
    expect.stringMatching(/^warning: the certificate ends on 2126-/) as string,
  ]);
  expect(look('server.key', until + day)).toEqual([
    expect.stringMatching(/^problem: the certificate ended on 2126-/) as string,
  ]);
  expect(look('hospital.key', until - 400 * day)).toEqual(['problem: the certificate and its key do not go together']);
  expect(look('absent.key', until - 400 * day)).toEqual(['problem: the certificate or its key cannot be read']);
});
