/**
 * The door's watch: what stands between a request and the reading of its body. In this order, so that nothing about a
 * source leaks before its signature holds, except that it exists: headers → source → timestamp → hard cap → signature →
 * door → media type → the source's own limit.
 */
import type { Clocks } from '../care/relay/clock.ts';
import { readCapped } from './body.ts';
import type { Problem } from './problem.ts';
import { FRESH_SECONDS, SIGNATURE_HEADER, SOURCE_HEADER, TIMESTAMP_HEADER, isFresh, signatureHolds } from './verify.ts';

/** A hospital's interface as the configuration declares it. */
export type Source = {
  id: string;
  format: 'hl7v2' | 'events' | 'fhir' | 'documents' | 'sas';
  /** Facilities (FINESS or MSH-4 name) that this source may speak for; another one goes to quarantine. */
  facilities: string[];
  secret: string;
  /** Largest body, in bytes; never more than the door's hard cap. */
  maxBytes: number;
};

export type Sources = (id: string) => Source | undefined;

/** Bytes that anybody may make Relais hold before the signature is known to hold. */
export const HARD_CAP = 4 * 1024 * 1024;

export type Door = { format: Source['format']; path: string; mediaTypes: readonly string[] };

const DOORS: Record<Source['format'], string> = {
  hl7v2: '/v1/hl7v2',
  events: '/v1/events',
  fhir: '/v1/fhir',
  documents: '/v1/documents',
  sas: '/v1/slots',
};

function tooLarge(limit: number): Problem {
  return {
    status: 413,
    slug: 'too-large',
    title: 'Body too large',
    detail: `At most ${limit} bytes are taken here. Send one message per request and no embedded document, or ask the operator to raise the source's limit.`,
  };
}

function unauthorised(slug: string, title: string, detail: string): Problem {
  return { status: 401, slug, title, detail, headers: { 'www-authenticate': 'Relais-HMAC-SHA256' } };
}

/** @returns the source and its authentic body, or the problem to answer */
export async function admit(
  request: Request,
  door: Door,
  given: { sources: Sources; clocks: Pick<Clocks, 'machine'>; hardCap: number },
): Promise<{ source: Source; body: Uint8Array } | Problem> {
  const [id, timestamp, signature] = [SOURCE_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER].map(
    (name) => request.headers.get(name) ?? '',
  ) as [string, string, string];
  if (id === '' || timestamp === '' || signature === '') {
    return unauthorised(
      'signature-missing',
      'Signature headers missing',
      'Send X-Relais-Source, X-Relais-Timestamp (unix seconds) and X-Relais-Signature: sha256=<hex> with every message; GET /openapi.json says how to compute it.',
    );
  }
  const source = given.sources(id);
  if (source === undefined) {
    return {
      status: 404,
      slug: 'unknown-source',
      title: 'Unknown source',
      detail: 'No source has this id. Check X-Relais-Source against the id that the operator of Relais gave you.',
    };
  }
  if (!isFresh(timestamp, given.clocks.machine())) {
    return unauthorised(
      'stale-timestamp',
      'Stale timestamp',
      `X-Relais-Timestamp must be unix seconds within ${FRESH_SECONDS} s of now. Sign at the moment of sending, again for each retry, and check the sender's clock (NTP).`,
    );
  }
  const body = await readCapped(request, given.hardCap);
  if (body === 'too-large') return tooLarge(given.hardCap);
  if (body === 'cut') {
    return {
      status: 400,
      slug: 'body-cut',
      title: 'Body cut',
      detail: 'The connection ended before the body did. Nothing was stored: send the message again.',
    };
  }
  if (!(await signatureHolds(source.secret, id, timestamp, body, signature))) {
    return unauthorised(
      'bad-signature',
      'Wrong signature',
      'Compute HMAC-SHA256 with the source\'s secret over "<source>\\n<timestamp>\\n" followed by the exact bytes of the body, then send sha256=<64 hex digits>. A proxy that re-encodes the body breaks it.',
    );
  }
  return checkAuthentic(request, door, source, body);
}

function checkAuthentic(
  request: Request,
  door: Door,
  source: Source,
  body: Uint8Array,
): { source: Source; body: Uint8Array } | Problem {
  if (source.format !== door.format) {
    return {
      status: 403,
      slug: 'wrong-door',
      title: 'Wrong address for this source',
      detail: `This source is declared as ${source.format}: post to ${DOORS[source.format]}, or ask the operator to declare another source.`,
    };
  }
  const mediaType = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const coding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  if (!door.mediaTypes.includes(mediaType) || coding !== 'identity') {
    return {
      status: 415,
      slug: 'wrong-media-type',
      title: 'Media type not taken',
      detail: `Send the body uncompressed, as ${door.mediaTypes.join(', ')}.`,
      headers: { accept: door.mediaTypes.join(', ') },
    };
  }
  return body.length > source.maxBytes ? tooLarge(source.maxBytes) : { source, body };
}
