/**
 * Announcement: what is to be said, as data; config/texts/ has the words and bot/announce.ts the rendering. Kept
 * sealed in the outbox: some of it names a patient, and only ever reaches an encrypted body.
 */
import type { StayFact } from '../stay/stay.ts';
import type { DocumentNews } from '../stay/document-news.ts';
import type { LetterNews } from '../stay/letter.ts';
import type { FormNews } from '../request/form-news.ts';
import type { DeskNote, ProposalNews } from '../identity/news.ts';
import type { ActivityChart } from '../request/counting.ts';
import type { RequestAudience, RequestNews } from '../request/news.ts';
import type { RequestReport, TraceNews } from '../request/report.ts';
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
  /** A document has come, was replaced or taken back. */
  | { kind: 'document'; news: DocumentNews; patient: PatientView }
  /** Its bytes (file `attachment`, erased once sent), as an encrypted file of the room. */
  | { kind: 'document-file'; attachment: string; news: DocumentNews }
  /** To the ward's secretariat: the lettre de liaison of somebody who has left. */
  | { kind: 'letter'; what: 'missing' | 'received' | 'not-needed'; stay: LetterNews; patient: PatientView }
  /** For somebody whose devices did not get the earlier keys. Rendered when sent, from the patient's files. */
  | { kind: 'patient-summary'; patientId: string; forUser: string; regrouped?: true }
  /** A step of a request, said differently to the group, to the asker and in the request room. */
  | { kind: 'request'; audience: RequestAudience; news: RequestNews }
  /** The next question of a form, or its summary, to who fills it in. */
  | { kind: 'form'; news: FormNews }
  /** A photo or a file of a form (file `form-file`), posted again where it belongs; `anonymous`: without what says who took it. */
  | { kind: 'form-file'; file: string; name?: string; anonymous?: true }
  /** What an answered request leaves, said beside its report. */
  | { kind: 'trace'; news: TraceNews }
  /** The report as a PDF, made when it is sent: the same data make the same bytes. */
  | { kind: 'report-file'; report: RequestReport }
  /** A picture of figures, made when it is sent. */
  | { kind: 'chart-file'; chart: ActivityChart }
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
  | { kind: 'room-trouble'; trouble: RoomTrouble }
  /** For the identity desk: what a hospital asks about two patients, and what became of it. */
  | { kind: 'proposal'; news: ProposalNews }
  /** For the identity desk: something that it alone can clear up. */
  | { kind: 'desk-note'; note: DeskNote }
  /** For those who read in a patient's room that is corrected or ends: nothing about anybody. */
  | { kind: 'corrected'; what: 'withdrawn' | 'withdrawn-and-ends' | 'regrouped-away' | 'regrouped-here' }
  /** For who said `pas-mon-patient`, in their direct room. */
  | { kind: 'not-mine'; code: string };

/** Something to do in a room in its turn, in the lane of what is said there: nothing is read. */
export type RoomAct =
  /** Every event that carries this thread is taken back (Matrix redaction), one call each. */
  | { kind: 'withdraw'; thread: string; desk: string }
  /** The Matrix room of that generation ends with a tombstone; `next`: the ref goes on in a new one. */
  | { kind: 'end-room'; next: boolean; generation: number };
