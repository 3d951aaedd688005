/** The hospital's inbox lanes: an envelope is read once more, decided, committed. */
import { apply } from '../care/relay/apply.ts';
import { drainInbox, quarantine } from '../care/relay/drain.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import type { Reading } from '../care/stay/intent.ts';
import { decideMessage, type StayPorts } from '../care/stay/case.ts';
import { readEvent } from './formats/events.ts';
import { readPostedDocument } from './formats/documents.ts';
import { readFhir } from './formats/fhir/fhir.ts';
import { type SlotIntakePorts, takeSentSlots } from './slots-intake.ts';
import { readHl7v2 } from './formats/hl7v2/pam-fr.ts';

/**
 * Bytes of an envelope, read by its format. Never throws for what a sender wrote.
 * @param facilities that its source may speak for
 */
export function readEnvelope(
  envelope: Pick<Envelope, 'format' | 'body' | 'receivedAt'>,
  facilities: readonly string[],
): Reading {
  const { receivedAt } = envelope;
  if (envelope.format === 'hl7v2') return readHl7v2(envelope.body);
  if (envelope.format === 'document') return readPostedDocument(envelope.body, receivedAt);
  if (envelope.format === 'fhir') return readFhir(envelope.body, { receivedAt, facilities });
  const read = readEvent(parsed(envelope.body));
  if (!('problems' in read)) return read;
  const detail = read.problems.map((p) => `${p.path}: ${p.message}`).join('; ');
  return {
    readable: false,
    verdict: 'quarantined',
    reason: 'unreadable',
    place: read.problems[0]?.path,
    detail,
    key: undefined,
    warnings: [],
  };
}

/** Bytes that are no JSON (kept, and replayed without being mended) read as nothing. */
function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

/** Decides everything that waits in the lanes of these sources, in acceptance order. @returns how many */
export async function drainHospital(ports: StayPorts & SlotIntakePorts, sources: Iterable<string>): Promise<number> {
  const all = [...sources];
  // Lanes are found by the head of their name: `in:ch` finds those of `ch-nord` too, and two drains must not share a lane.
  const heads = all.filter((id) => !all.some((other) => other !== id && id.startsWith(other)));
  const counts = await Promise.all(
    heads.map((source) =>
      drainInbox(ports, `in:${source}`, async (envelope) => {
        if (envelope.format === 'sas') return takeSentSlots(ports, envelope);
        const reading = readEnvelope(envelope, ports.policyOf(envelope.source).facilities ?? []);
        if (!reading.readable)
          return quarantine(ports, envelope, reading.reason, `${reading.place ?? ''} ${reading.detail}`.trim());
        const now = ports.civil();
        await apply(ports.store, now, () => decideMessage(ports, envelope, reading.intents, now));
      }),
    ),
  );
  return counts.reduce((sum, n) => sum + n, 0);
}
