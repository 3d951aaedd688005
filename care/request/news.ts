/** What is told of a request at each step. `shown` holds only what the audience may see. */
import type { PatientView } from '../relay/announcement.ts';
import type { Shown } from './shown.ts';

export type RequestStep =
  | 'asked'
  | 'taken'
  /** Of a stage that everybody answers: one more takes part. */
  | 'joined'
  | 'given-back'
  /** Back to the group because the taker's duty has ended, or the taker is no longer known. */
  | 'released'
  /** A colleague is asked to take over. */
  | 'handed-over'
  | 'info-requested'
  | 'info-given'
  /** One of those who take part has answered. */
  | 'replied'
  /** A stage is done, another one follows. */
  | 'stage-done'
  | 'answered'
  | 'refused'
  | 'redirected'
  | 'reminded'
  | 'escalated'
  | 'cancelled'
  /** Without object: the patient has died, or what opened it did not take place. */
  | 'silenced'
  | 'expired'
  | 'closed';

/** `team`: the équipe in the patient's room, when an event of the stay asks rather than a person. */
export type RequestAudience = 'group' | 'asker' | 'request-room' | 'escalation' | 'team';

export type RequestNews = {
  step: RequestStep;
  code: string;
  title: string;
  /** Undefined: not said to this audience. */
  asker: string | undefined;
  taker: string | undefined;
  /** Label and value of each answer that this audience may see. */
  shown: Shown[];
  /** Free text of this step (answer, question back, reason), only for those whom it is for. */
  text: string | undefined;
  /** Civil instants, epoch ms UTC. */
  askedAt: number;
  /** What the clock says now: `take` or `answer` is due at this instant. */
  due: { target: 'take' | 'answer'; at: number } | undefined;
  /** For `reminded` and `escalated`: to whom. */
  escalatedTo: string | undefined;
  /** A reminder that the asker wanted, rather than the clock. */
  chased?: { by: string | undefined };
  /** Only in the request room. */
  patient?: PatientView | undefined;
  /** The asker's word that the patient agrees was asked of them. */
  consent?: boolean;
  /** What the stage is called once done, and the title of the one that follows. */
  stage?: { done: string; next: string | undefined; nextAt: number | undefined } | undefined;
  /** The colleague asked to take over, or the request that goes on (code and title). */
  other?: { name: string; code: string | undefined } | undefined;
  /** Who sent it here from another request, and why. */
  redirected?: { code: string; by: string; text: string } | undefined;
  outcome?: string | undefined;
  /** Nobody has it alone: each answers. */
  together?: boolean;
  /** Nobody is rung: it waits in a queue. */
  queued?: boolean;
  /** Who answers is asked question by question, the outcome too. */
  inSteps?: boolean;
  /** Words of the outcomes among which who answers chooses. */
  outcomes?: string[];
  /** The asker has no place in the request room, and speaks through Relais. */
  apart?: boolean;
};
