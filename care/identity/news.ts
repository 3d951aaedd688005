/** What the identity desk reads, as data: config/texts/identity.ts has the words. It only ever reaches the desk's encrypted room. */
import type { PatientView } from '../relay/announcement.ts';

/** One of the two patients of a proposal. Not `known` here: named as the hospital's message names them. */
export type PartyView = { ipp: string; view: PatientView; known: boolean; stays: number; team: string[] };

export type ProposalNews = {
  code: string;
  facility: string;
  step: 'asked' | 'reminded' | 'claimed' | 'confirmed' | 'refused';
  about:
    | { do: 'merge'; from: PartyView; to: PartyView }
    | { do: 'move'; from: PartyView; to: PartyView; number: string; stays: number }
    /** `patient` is undefined where no desk is declared: then the coordination reads it. */
    | { do: 'leave'; person: string; room: string; patient: PartyView | undefined };
  /** Who decided. */
  by: string | undefined;
  why: string | undefined;
  /** Messages that wait for the decision, the one that asks left out. */
  waiting: number;
};

/** `envelope`: for `relais quarantine replay`, once the cause is mended. */
export type DeskNote =
  | { what: 'same-number-somebody-else'; ipp: string; envelope: string }
  | { what: 'visit-of-another'; ipp: string; other: string; envelope: string }
  | { what: 'retired-number'; ipp: string; envelope: string }
  | { what: 'stay-not-recognised'; ipp: string; number: string | undefined; envelope: string }
  | { what: 'unexpected-member'; room: string; who: string }
  | { what: 'not-redacted'; room: string };
