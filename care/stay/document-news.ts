import type { CivilMoment, ToldDocument } from './intent.ts';

/** What is said of a document. */
export type DocumentNews = {
  what: 'new' | 'replaces' | 'withdrawn';
  /** LOINC; the words are in config/texts. */
  type: string | undefined;
  createdAt: CivilMoment | undefined;
  /** As the professionals call it. */
  facility: string;
  /** Already filtered by the source's unit policy. */
  unit: string | undefined;
  sentTo: ToldDocument['sentTo'];
  /** `follows`: the next message is the file. `unreadable`: a phone could not open it. */
  file: 'follows' | 'elsewhere' | 'unreadable';
};
