/** The MLLP listener of a source: a part of relais.yaml (relais.ts). */
import { isIP } from 'node:net';
import { z } from 'zod';
import { CURE, say, strict } from '../problem.ts';
import { path } from './words.ts';

export const mllp = strict({
  port: z
    .int()
    .min(1)
    .max(65_535)
    .describe('a port of this source alone: who speaks is known by it')
    .meta({ sample: 2575 }),
  host: z.string().min(1).default('127.0.0.1').describe('address to listen on; in production another one needs tls'),
  tls: strict({
    cert: path.describe('certificate of this machine, with its chain (PEM)').meta({ sample: 'tls/relais.crt' }),
    key: path.describe('its private key (PEM, 0600)').meta({ sample: 'tls/relais.key' }),
    ca: path
      .optional()
      .describe('authority that signs the hospital’s certificates (PEM)')
      .meta({ sample: 'tls/hospital-ca.crt' }),
  })
    .optional()
    .describe('MLLP over TLS 1.2 or 1.3'),
  client_certificates: z
    .enum(['required', 'optional', 'none'])
    .optional()
    .describe('of the hospital: required when tls names a ca (default), else none')
    .meta({ sample: 'required' }),
  client_names: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('names (CN or DNS) that its certificate may bear: an authority often signs for others too')
    .meta({ sample: ['sih.ch-modele.fr'] }),
  allow: z
    .array(z.string().refine(isNetwork, say('neither an address nor a network', 'write 10.1.2.3 or 10.1.2.0/24')))
    .min(1)
    .optional()
    .describe('addresses and networks that may connect; without it, any')
    .meta({ sample: ['10.1.2.0/24'] }),
  max_connections: z.int().min(1).max(1_000).default(16).describe('connections at once'),
});

export type Mllp = z.infer<typeof mllp>;

/** @returns what is wrong with a listener in this environment, each with its key and cure */
export function mllpIssues(value: Mllp, production: boolean): { key: string; message: string }[] {
  const issues: { key: string; message: string }[] = [];
  const found = (key: string, problem: string, cure: string): void =>
    void issues.push({ key, message: `${problem}${CURE}${cure}` });
  const { client_certificates: wanted, tls } = value;
  if (tls === undefined && wanted !== undefined && wanted !== 'none')
    found('client_certificates', 'client certificates without TLS', 'add tls: { cert, key, ca }');
  else if (wanted !== undefined && wanted !== 'none' && tls?.ca === undefined)
    found(
      'client_certificates',
      'nobody says whose certificates are good',
      'add tls.ca, the authority of the hospital',
    );
  if (value.client_names !== undefined && (tls?.ca === undefined || wanted === 'none'))
    found('client_names', 'no client certificate is looked at', 'add tls.ca and client_certificates: required');
  if (!production || isLoopback(value.host)) return issues;
  if (tls === undefined)
    found(
      'host',
      'clear text on a network in production',
      'add tls: { cert, key, ca }, or listen on 127.0.0.1 behind a TLS tunnel',
    );
  else if (value.allow === undefined && (tls.ca === undefined || wanted === 'none' || wanted === 'optional'))
    found(
      'host',
      'anybody who reaches this port could speak for the hospital',
      'require client certificates (tls.ca), or list its addresses in allow',
    );
  return issues;
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
