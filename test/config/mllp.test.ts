/** The MLLP listener of a source: what is refused before anything listens, with its cure. */
import { describe, expect, test } from 'vitest';
import { TLS_FOLDER } from '../support/hospital-doors.ts';
import { good, installation, problems, RELAIS } from './installation.ts';

const tls = `tls: { cert: ${TLS_FOLDER}/server.pem, key: ${TLS_FOLDER}/server.key, ca: ${TLS_FOLDER}/ca.pem }`;
const withMllp = (mllp: string, environment = 'test', secret = '    secret_env: SOURCE\n'): string =>
  installation({
    'relais.yaml': RELAIS.replace('environment: test', `environment: ${environment}`).replace(
      '    secret_env: SOURCE\n',
      `${secret}    mllp: { port: 2575, ${mllp} }\n`,
    ),
  });

describe('mllp', () => {
  test('the loopback by default, without certificates; a ca makes them required', () => {
    expect(good(withMllp('')).config.sources[0]?.mllp).toMatchObject({
      host: '127.0.0.1',
      tls: undefined,
      clientCertificates: 'none',
    });
    const secure = good(withMllp(`host: 10.1.2.3, ${tls}, client_names: [sih.test]`, 'production')).config.sources[0]
      ?.mllp;
    expect(secure).toMatchObject({ clientCertificates: 'required', clientNames: ['sih.test'], maxConnections: 16 });
  });

  test('MLLP alone needs no secret; neither one nor the other is refused', () => {
    expect(good(withMllp('', 'test', ''), { SEAL: 'x'.repeat(40) }).secrets.sources.size).toBe(0);
    const none = installation({ 'relais.yaml': RELAIS.replace('    secret_env: SOURCE\n', '') });
    expect(problems(none)).toEqual([expect.stringContaining('neither secret_env nor mllp') as string]);
  });

  test.each([
    ['host: 10.1.2.3', 'clear text on a network in production'],
    ['host: 0.0.0.0, allow: [10.1.2.0/24]', 'clear text on a network in production'],
    [
      `host: 10.1.2.3, ${tls}, client_certificates: optional`,
      'anybody who reaches this port could speak for the hospital',
    ],
    ['client_certificates: required', 'client certificates without TLS'],
    ['client_names: [a]', 'no client certificate is looked at'],
    ['allow: [10.1.2.0/64]', 'neither an address nor a network'],
    ['allow: [sih.local]', 'neither an address nor a network'],
    ['tls: { cert: absent.pem, key: absent.key }', 'absent.pem is not there'],
  ])('in production, %s: %s', (mllp, problem) => {
    const found = problems(withMllp(mllp, 'production'));
    expect(found.join('\n')).toContain(problem);
    expect(found.every((line) => / → .+/.test(line))).toBe(true);
  });

  test('tls on a network with an allow list, or the loopback in clear, is sound in production', () => {
    const noCa = tls.replace(/, ca: [^}]*/, ' ');
    expect(problems(withMllp(`host: 10.1.2.3, ${noCa}, allow: [10.1.2.0/24, '2001:db8::/32']`, 'production'))).toEqual(
      [],
    );
    expect(problems(withMllp('host: 127.0.0.1', 'production'))).toEqual([]);
  });

  test('one port per source, hl7v2 only', () => {
    expect(problems(withMllp(''))).toEqual([]);
    const events = installation({
      'relais.yaml': RELAIS.replace('format: hl7v2', 'format: events').replace(
        'secret_env: SOURCE',
        'secret_env: SOURCE\n    mllp: { port: 8080 }',
      ),
    });
    expect(problems(events).join('\n')).toMatch(/MLLP carries HL7 only[\s\S]*this port is used above/);
  });
});
