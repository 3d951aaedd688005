/** `relais doctor`: the certificates of the MLLP listeners, before the hospital finds out. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DAY, parisDate } from '../care/relay/civil-time.ts';
import type { Finding } from '../bot/matrix/examine.ts';
import type { SourceConfig } from '../config/load.ts';

const SOON_MS = 30 * DAY;

/** @param now machine time, epoch ms */
export function examineMllp(sources: readonly Pick<SourceConfig, 'id' | 'mllp'>[], now: number): Finding[] {
  return sources.flatMap(({ id, mllp }): Finding[] => {
    if (mllp?.tls === undefined) return [];
    const about = `mllp ${id}`;
    try {
      const certificate = new X509Certificate(readFileSync(mllp.tls.cert));
      const until = certificate.validToDate.getTime();
      if (!certificate.checkPrivateKey(createPrivateKey(readFileSync(mllp.tls.key))))
        return [
          {
            level: 'problem',
            about,
            says: 'the certificate and its key do not go together',
            cure: 'name the key that it was made with',
          },
        ];
      if (until <= now)
        return [
          {
            level: 'problem',
            about,
            says: `the certificate ended on ${parisDate(until)}`,
            cure: 'renew it, and restart relais serve',
          },
        ];
      if (until - now < SOON_MS)
        return [
          {
            level: 'warning',
            about,
            says: `the certificate ends on ${parisDate(until)}`,
            cure: 'renew it, and restart relais serve',
          },
        ];
      return [{ level: 'ok', about, says: `port ${mllp.port}, certificate until ${parisDate(until)}` }];
    } catch {
      return [
        {
          level: 'problem',
          about,
          says: 'the certificate or its key cannot be read',
          cure: 'PEM files that the service may read',
        },
      ];
    }
  });
}
