/**
 * Announcement: what is to be said, as data; config/texts/fr.ts has the words and bot/announce.ts the rendering. Kept
 * sealed in the outbox: some of it names a patient, and only ever reaches an encrypted body.
 */
import type { StayFact } from '../stay/stay.ts';
import type { RequestAudience, RequestNews } from '../request/news.ts';
import type { Refusal } from './refusal.ts';
import type { RoomTrouble } from './room-trouble.ts';

/** How a patient is named in an encrypted body: in full, with the birth date (DESIGN §8). */
export type PatientView = {
  usedName: string | undefined;
  birthName: string | undefined;
  givenName: string | undefined;
  birthDate: string | undefined;
  sex: 'F' | 'M' | 'U' | undefined;
};

export type Announcement =
  /** Root of a stay's thread, edited as the stay goes on. Rendered when sent, from the stay's file. */
  | { kind: 'stay-card'; stayId: string }
  /** One new fact of a stay: it stands alone, patient named. */
  | { kind: 'stay-fact'; stayId: string; fact: StayFact; patient: PatientView; late: boolean }
  /** For somebody whose devices did not get the earlier keys. Rendered when sent, from the patient's files. */
  | { kind: 'patient-summary'; patientId: string; forUser: string }
  /** A step of a request, said differently to the group, to the asker and in the request room. */
  | { kind: 'request'; audience: RequestAudience; news: RequestNews }
  /** A command's answer, as the command's own result; commands/<word>.ts says it. */
  | { kind: 'answer'; command: string; result: unknown }
  | { kind: 'refusal'; refusal: Refusal }
  /** Somebody wrote a word that is no command. */
  | { kind: 'unknown-word'; word: string; nearest: string | undefined }
  | { kind: 'welcome'; name: string }
  | { kind: 'cannot-read' }
  /** A command that was typed long before it was heard is not run. */
  | { kind: 'too-old' }
  /** The last message of a patient's room. */
  | { kind: 'room-closed'; days: number }
  /** For the coordination or the identity desk: about a room, never about a patient. */
  | { kind: 'room-trouble'; trouble: RoomTrouble };
