/** Refusal: the domain says no. A value, never an exception; its sentence is in config/texts/fr.ts. */
export type RefusalCode =
  | 'unknown-person'
  | 'may-not-ask'
  | 'may-not-answer'
  | 'unknown-pathway'
  | 'unknown-request'
  | 'which-request'
  | 'already-taken'
  | 'already-answered'
  | 'not-taken'
  | 'not-the-taker'
  | 'request-closed'
  | 'question-missing'
  | 'answer-missing'
  | 'too-long'
  | 'consent-missing'
  | 'urgent-call-15'
  | 'own-request'
  | 'not-here'
  | 'nothing-to-follow'
  | 'slot-elsewhere'
  | 'slot-gone'
  | 'slot-yours'
  | 'slot-past'
  | 'slot-not-yours'
  | 'slot-unclear'
  | 'unknown-slot'
  | 'hold-over'
  | 'unknown-booking'
  | 'which-booking'
  | 'cannot-give-back'
  | 'not-your-territory'
  | 'no-territory'
  | 'outside-hours'
  | 'urgent-call'
  | 'elsewhere'
  | 'answers-missing'
  | 'answers-wrong'
  | 'outcome-missing'
  | 'reason-missing'
  | 'which-colleague'
  | 'nobody-to-ask'
  | 'not-yet'
  | 'nothing-waits';

/** `data` feeds the sentence: who has it, who may, which codes are open. Never health data. */
export type Refusal = { code: RefusalCode; data: Record<string, string | number | string[]> };

/** @param data what the sentence needs to say who may, or what to type instead */
export function refuse(code: RefusalCode, data: Refusal['data'] = {}): Refusal {
  return { code, data };
}
