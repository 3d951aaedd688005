/** MSH: who speaks, about what, by which rules (PAM.fr 2.11.2 §3, HL7 2.5 §2.15.9). */
import { first, part, repetitions, segment, type Message } from './pipes.ts';
import { readTimestamp } from './timestamp.ts';

export type Header = {
  /** HD as sent: namespace, universal id, its type. */
  sendingApplication: string[];
  sendingFacility: string[];
  receivingApplication: string[];
  receivingFacility: string[];
  /** MSH-4.1, else MSH-3.1, else empty. */
  facility: string;
  /** MSH-7, epoch ms UTC. */
  sentAt: number | undefined;
  /** MSH-9: `ADT`, `A01`, `ADT_A01`. A missing trigger is taken from EVN-1 by senders of before 2.3.1. */
  type: string | undefined;
  trigger: string | undefined;
  structure: string | undefined;
  /** MSH-10. */
  controlId: string | undefined;
  /** MSH-10 and MSH-7: engines reset their counters, so the number alone is not a key (DESIGN §5). */
  key: string | undefined;
  /** MSH-11: P production, T training, D debugging. */
  processing: string | undefined;
  /** MSH-12.1, `2.5`. */
  version: string | undefined;
  /** MSH-18 as received, first repetition. */
  charset: string | undefined;
};

/** @returns undefined when the message does not start with MSH: nothing can be read, nor acknowledged by number */
export function readHeader(message: Message, warnings: string[]): Header | undefined {
  if (message.segments[0]?.name !== 'MSH') return undefined;
  const msh = message.segments[0];
  const hd = (n: number): string[] => [1, 2, 3].map((c) => part(repetitions(msh, n)[0], c) ?? '');
  const evnTrigger = first(segment(message, 'EVN'), 1);
  let trigger = first(msh, 9, 2);
  if (trigger === undefined && evnTrigger !== undefined) {
    trigger = evnTrigger;
    warnings.push('MSH-9 has no trigger: EVN-1 was taken');
  }
  const controlId = first(msh, 10);
  return {
    sendingApplication: hd(3),
    sendingFacility: hd(4),
    receivingApplication: hd(5),
    receivingFacility: hd(6),
    facility: first(msh, 4) ?? first(msh, 3) ?? '',
    sentAt: readTimestamp(first(msh, 7), 'MSH-7', warnings)?.at,
    type: first(msh, 9)?.toUpperCase(),
    trigger: trigger?.toUpperCase(),
    structure: first(msh, 9, 3)?.toUpperCase(),
    controlId,
    key: controlId === undefined ? undefined : `${controlId}@${first(msh, 7) ?? ''}`,
    processing: first(msh, 11)?.toUpperCase(),
    version: first(msh, 12),
    charset: first(msh, 18),
  };
}
