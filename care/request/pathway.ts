/**
 * A pathway is data: one YAML file in config/pathways (DESIGN §4). Its schema is config/schema/pathway.ts; this is its
 * meaning. Somebody asks with a form; each stage has its own group, its own clock, and what its answer consists of.
 */
import type { Role } from '../people/person.ts';
import type { FormField } from './form.ts';
import type { Period, SlaPolicy, Span } from './sla-policy.ts';

/** How a request finds who does it. */
type Dispatch =
  /** The whole group is rung; the first who takes it has it. */
  | 'first-accept'
  /** Only who is on duty is rung; anybody of the group may take it. A duty that ends gives back what is not answered. */
  | 'on-duty-then-all'
  /** Nobody is rung: it waits, and `suivante` gives the oldest to who asks for work. */
  | 'queue'
  /** Nobody has it alone: each who takes part answers, until the asker ends it (a RCP). */
  | 'everyone';

export type Destination = {
  /** `{territory}` is replaced by the asker's territory when the request is made (`snp-{territory}`). */
  group: string;
  dispatch: Dispatch;
  /** Groups that an escalation calls; they may take it too. */
  backup: string[];
  /** Named handlers only: nobody else is ever told (no backup, no escalation out of the group). */
  restricted: boolean;
};

/** A word that the one who answers chooses, and what follows from it. */
export type OutcomeChoice = {
  word: string;
  label: string;
  /** Stage that follows: its id, `end`, or undefined for the next one in the list. */
  next: string | undefined;
  /** Pathway that this outcome opens, for the same asker: answers to questions of the same key are carried over. */
  opens: string | undefined;
  /** Roles of the équipe that are rung by it in the patient's room, where it is told when an event has asked; absent: nobody. */
  rings?: readonly Role[];
};

/** A day and an hour of Paris, counted from the opening of the request (its event, when there is one) or of the stage. */
export type Start = { days: number; hour: number; minute: number; from: 'opening' | 'stage' };

export type Stage = {
  id: string;
  /** What is to be done (« Lecture »); empty when the pathway has a single stage. */
  title: string;
  /** How the request is called once this is done (« lue »). */
  done: string;
  to: Destination;
  /** Whoever did the stage before goes on with this one, without anybody taking it. */
  sameTaker: boolean;
  /**
   * Ids of the stages whose doers read this one too, in the request room. Nobody else of an earlier stage does: what is
   * passed on is what the next one needs (CSP L1110-4, R1110-1).
   */
  readers: string[];
  answer: {
    /** Roles that may take and answer, within the group; undefined: all of it (CSP R6316-1: a medical professional). */
    who: string[] | undefined;
    /** Never empty: without one in the file, a single free text. */
    form: FormField[];
  };
  /** Empty: any answer leads on. */
  outcomes: OutcomeChoice[];
  sla: SlaPolicy | undefined;
  /** Not before then; undefined: at once. */
  starts: Start | undefined;
  /** Calendar ms after which, when nobody has taken it, it expires. */
  expires: Span | undefined;
};

/** An event that opens a request by itself. Nothing that identifies goes to the group; the team reads it in the patient's room. */
export type Trigger = (
  | { event: 'discharge'; tags: string[]; modes: DischargeMode[] }
  | { event: 'admission'; tags: string[] }
  /** Another pathway's stage was answered; `outcome` undefined: whatever the outcome. */
  | { event: 'stage'; pathway: string; stage: string; outcome: string | undefined }
  /** On these days (`MM-DD` every year, `YYYY-MM-DD` once, `DD` every month), at this hour of Paris, asked by the coordination. */
  | { event: 'date'; days: string[]; hour: number; minute: number }
) & {
  /** One request for each of them (J+1, J+7, J+30), counted from the event. Empty: one, at once. */
  at: Start[];
};

/** How somebody leaves, in our words; FACTS: PV1-36, PV1-37, ZFM-2. */
export type DischargeMode = 'home' | 'transfer' | 'other' | 'against-advice' | 'left' | 'reoriented';

/** When one may ask; outside, `otherwise` is said and nothing is sent. */
export type AskHours = {
  opening: Period[];
  /** Also on public holidays. */
  holidays: boolean;
  /** Only while somebody of the first stage's group is on duty: a rota of its own (every other Friday) is no week of hours. */
  onDuty: boolean;
  otherwise: string;
};

export type Pathway = {
  id: string;
  /** Content hash of the file: a running request keeps the policy it started with. */
  version: string;
  title: string;
  /** The word that is typed first: `avis`, or a word of its own (`polygraphie`). */
  family: string;
  /** What follows it (`cardio`); may be empty when the pathway is alone in its family. */
  words: string[];
  /** A sentence for `aide`, and the person who knows about it (id of people.yaml). */
  help: string | undefined;
  referent: string | undefined;
  /** `patient`: identity (name, birth date, sex) belongs to it, and is only ever said in the request room. */
  about: 'patient' | 'nobody';
  ask: {
    /** Roles, groups or participants lists. */
    who: string[];
    /** Undefined: from anywhere. */
    territories: string[] | undefined;
    /** `required`: sending states it, traced; `ask`: a question of its own before sending; CSP R6316-3. */
    consent: 'required' | 'not-needed' | 'ask';
    /** An urgent case is refused before anything is sent, with whom to call. `words`: signs that mean it here, beside the common ones. */
    urgent: { call: string; say: string | undefined; words?: string[] } | 'accept';
    hours: AskHours | undefined;
    /** Whether the group and the taker read who asks. `default`: not named unless they say so. */
    anonymous: 'never' | 'default' | 'always';
  };
  form: FormField[];
  /** At least one; each runs the life asked → taken → answered. */
  stages: Stage[];
  /** What opens it besides a person; empty for most. */
  on: Trigger[];
  /** Calendar ms after the last answer when the request closes by itself. */
  closes: Span;
  trace: { report: string | undefined; billing: string[]; to: ('asker' | 'medecin-traitant')[] };
  count: string[];
};

/** A territory already has a tool for this: Relais says where, and is no second inbox. */
export type Pointer = Pick<Pathway, 'id' | 'version' | 'title' | 'family' | 'words' | 'help'> & {
  elsewhere: { name: string; how: string; line: string | undefined };
};

/** What a professional may ask for, here or elsewhere. */
export type Offer = Pathway | Pointer;

/** What sounds urgent in a question of this pathway, beside the words that always do. */
export function urgentWords({ ask }: Pick<Pathway, 'ask'>): readonly string[] {
  return ask.urgent === 'accept' ? [] : (ask.urgent.words ?? []);
}

export function isPointer(offer: Offer): offer is Pointer {
  return 'elsewhere' in offer;
}

/** The offers that Relais runs itself. */
export function runnable(offers: readonly Offer[]): Pathway[] {
  return offers.filter((offer): offer is Pathway => !isPointer(offer));
}

/** `snp-{territory}` for this territory. @returns undefined when there is no territory to write in it */
export function groupFor(group: string, territory: string | undefined): string | undefined {
  if (!group.includes('{territory}')) return group;
  return territory === undefined ? undefined : group.replace('{territory}', territory);
}

/** Could a group of this name be meant by a `group:` of a pathway? */
export function isGroupOf(template: string, group: string): boolean {
  const [head = '', tail] = template.split('{territory}');
  if (tail === undefined) return group === head;
  return group.length > head.length + tail.length && group.startsWith(head) && group.endsWith(tail);
}
