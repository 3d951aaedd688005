/** What is told of a request at each step. `shown` holds only the form fields that the audience may see. */
export type RequestStep =
  | 'asked'
  | 'taken'
  | 'given-back'
  | 'info-requested'
  | 'info-given'
  | 'answered'
  | 'reminded'
  | 'escalated'
  | 'cancelled'
  | 'closed';

export type RequestNews = {
  step: RequestStep;
  code: string;
  title: string;
  asker: string;
  taker: string | undefined;
  /** Label and value of each field that this audience may see. */
  shown: { label: string; value: string }[];
  /** Free text of this step (answer, question back), only for asker and taker. */
  text: string | undefined;
  /** Civil instants, epoch ms UTC. */
  askedAt: number;
  /** What the clock says now: `take` or `answer` is due at this instant. */
  due: { target: 'take' | 'answer'; at: number } | undefined;
  /** For `reminded` and `escalated`: to whom, and how late (ms, negative: still to come). */
  escalatedTo: string | undefined;
};
