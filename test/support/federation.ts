/** Two homeservers that federate with each other, and with nobody else, on the loopback. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Homeserver, startHomeserver } from '../../demo/homeserver.ts';
import { ensureSynapse, SYNAPSE_VERSION } from '../../demo/synapse.ts';
import { freePort } from '../../demo/free-port.ts';

/** Synapse's own environment brings what makes a certificate: nothing else need be installed. */
const CERTIFICATE = `
import datetime, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'localhost')])
now = datetime.datetime.now(datetime.timezone.utc)
certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
    .not_valid_after(now + datetime.timedelta(days=2))
    .add_extension(x509.SubjectAlternativeName([x509.DNSName('localhost')]), critical=False)
    .sign(key, hashes.SHA256()))
pem = serialization.Encoding.PEM
with open(sys.argv[1], 'wb') as file: file.write(certificate.public_bytes(pem))
with open(sys.argv[2], 'wb') as file:
    file.write(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
`;

export type Federation = { servers: [Homeserver, Homeserver]; folder: string; stop(): Promise<void> };

export async function startFederation(): Promise<Federation> {
  const folder = mkdtempSync(join(tmpdir(), 'relais-federation-'));
  const python = await ensureSynapse(resolve(import.meta.dirname, '../../.relais', `synapse-${SYNAPSE_VERSION}`));
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  execFileSync(python, ['-c', CERTIFICATE, certificate, key]);
  const places = [];
  for (let n = 0; n < 2; n += 1) places.push({ client: await freePort(), federation: await freePort() });
  const names = places.map(({ federation }) => `localhost:${federation}`);
  const start = async ({ client, federation }: { client: number; federation: number }): Promise<Homeserver> => {
    const here = { type: 'http', bind_addresses: ['127.0.0.1'] };
    return startHomeserver({
      serverName: `localhost:${federation}`,
      port: client,
      directory: join(folder, String(federation)),
      configuration: {
        listeners: [
          { ...here, port: client, tls: false, resources: [{ names: ['client'], compress: false }] },
          { ...here, port: federation, tls: true, resources: [{ names: ['federation'], compress: false }] },
        ],
        tls_certificate_path: certificate,
        tls_private_key_path: key,
        federation_custom_ca_list: [certificate],
        federation_domain_whitelist: names,
        // loopback is refused by default
        ip_range_blacklist: [],
        federation_ip_range_blacklist: [],
      },
    });
  };
  const servers = (await Promise.all(places.map(start))) as [Homeserver, Homeserver];
  return {
    servers,
    folder,
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
