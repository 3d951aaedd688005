/** The MLLP listener of a source, with what the file leaves out. */
import type { Mllp } from './schema/mllp.ts';

export type MllpConfig = {
  host: string;
  port: number;
  /** Absolute paths of PEM files. */
  tls: { cert: string; key: string; ca: string | undefined } | undefined;
  clientCertificates: 'required' | 'optional' | 'none';
  clientNames: string[] | undefined;
  allow: string[] | undefined;
  maxConnections: number;
};

/** @param at makes a path of the file absolute */
export function mllpOf(file: Mllp, at: (relative: string) => string): MllpConfig {
  const { host, port, tls, allow } = file;
  return {
    host,
    port,
    tls: tls && { cert: at(tls.cert), key: at(tls.key), ca: tls.ca === undefined ? undefined : at(tls.ca) },
    clientCertificates: file.client_certificates ?? (tls?.ca === undefined ? 'none' : 'required'),
    clientNames: file.client_names,
    allow,
    maxConnections: file.max_connections,
  };
}
