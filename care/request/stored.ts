/** Requests as they were kept: a running one keeps the pathway it started with, also from before the shapes of today. */
import { DAY } from '../relay/civil-time.ts';
import type { Store } from '../relay/ports.ts';
import type { StoredFile } from '../relay/ports.ts';
import type { Answer, FormField } from './form.ts';
import type { Pathway, Stage } from './pathway.ts';
import type { Request } from './request.ts';
import type { ReminderMoment, SlaPolicy, SlaTarget } from './sla-policy.ts';

/** A request as it was kept, of any age. */
export type KeptRequest = Request | First;

/** Before stages, typed answers and triggers: one group, one clock, free texts. */
type First = Pick<
  Request,
  'code' | 'askedAt' | 'patient' | 'consent' | 'taker' | 'takenAt' | 'answeredAt' | 'pauses' | 'escalatedTo' | 'history'
> & {
  status: 'asked' | 'taken' | 'info-requested' | 'answered' | 'closed' | 'cancelled';
  asker: string;
  fields: { key: string; value: string }[];
  answer: string | undefined;
  pathway: Pick<Pathway, 'id' | 'version' | 'title' | 'family' | 'words' | 'trace' | 'count'> & {
    ask: { who: string[]; consent: 'required' | 'not-needed'; urgent: 'refuse-15' | 'accept' };
    form: Pick<FormField, 'key' | 'label' | 'required' | 'share'>[];
    to: { group: string; dispatch: 'first-accept' | 'on-duty-then-all' | 'everyone'; backup: string[] };
    sla: FirstSla;
  };
};

/** Reminders were shares of the delay only. */
type FirstSla = Omit<SlaPolicy, 'take' | 'answer'> & Record<'take' | 'answer', FirstTarget>;
type FirstTarget = Omit<SlaTarget, 'remind'> & { remind: (number | ReminderMoment)[] };

export async function loadRequest(store: Pick<Store, 'files'>, code: string): Promise<StoredFile<Request> | undefined> {
  const file = await store.files.load<Request | First>('request', code);
  return file && { ...file, state: readRequest(file.state) };
}

/** Open requests under a look-up key, oldest first. */
export async function findRequests(store: Pick<Store, 'files'>, key: string): Promise<StoredFile<Request>[]> {
  const files = await store.files.find<Request | First>('request', key);
  return files.map((file) => ({ ...file, state: readRequest(file.state) }));
}

/** @param state as it was kept, of any age */
export function readRequest(state: Request | First): Request {
  if ('v' in state) return withReaders(state);
  const { fields, answer, pathway, ...rest } = state;
  const answers = fields.map((f): Answer => ({ key: f.key, type: 'text', value: f.value }));
  const reply = { stage: 'demande', by: rest.taker ?? '', at: rest.answeredAt ?? 0, outcome: undefined };
  return {
    ...rest,
    v: 2,
    pathway: readPathway(pathway),
    stage: 0,
    opened: { by: 'person' },
    day: undefined,
    anonymous: false,
    identity: undefined,
    answers,
    clocks: { take: rest.askedAt, answer: rest.askedAt },
    waits: undefined,
    offeredTo: undefined,
    participants: [],
    replies: answer === undefined ? [] : [{ ...reply, answers: [{ key: 'answer', type: 'text', value: answer }] }],
    redirectedTo: undefined,
  };
}

/** Before a stage named its readers, whoever had done one read all that followed: it was begun so, and ends so. */
function withReaders(state: Request): Request {
  const { pathway } = state;
  const all = pathway.stages.map(({ id }) => id);
  const read = (stage: Stage): string[] => (stage as Partial<Stage>).readers ?? all;
  return { ...state, pathway: { ...pathway, stages: pathway.stages.map((s) => ({ ...s, readers: read(s) })) } };
}

function readPathway({ ask, form, to, sla, ...rest }: First['pathway']): Pathway {
  const text = (given: Pick<FormField, 'key' | 'label' | 'required' | 'share'>, longest: number): FormField => ({
    ...given,
    type: 'text',
    help: undefined,
    when: undefined,
    multiline: true,
    longest,
  });
  const target = (given: FirstTarget): SlaTarget => ({
    ...given,
    remind: given.remind.map((moment) => (typeof moment === 'number' ? { share: moment } : moment)),
  });
  const answer = text({ key: 'answer', label: 'Réponse', required: true, share: 'after' }, 8_000);
  const stage: Stage = {
    id: 'demande',
    title: '',
    done: 'répondue',
    // « everyone » then meant that the whole group is rung.
    to: { ...to, dispatch: to.dispatch === 'everyone' ? 'first-accept' : to.dispatch, restricted: false },
    sameTaker: false,
    readers: [],
    answer: { who: undefined, form: [answer] },
    outcomes: [],
    sla: { ...sla, take: target(sla.take), answer: target(sla.answer) },
    starts: undefined,
    expires: undefined,
  };
  return {
    ...rest,
    help: undefined,
    referent: undefined,
    about: 'patient',
    ask: {
      who: ask.who,
      consent: ask.consent,
      urgent: ask.urgent === 'accept' ? 'accept' : { call: '15', say: undefined },
      territories: undefined,
      hours: undefined,
      anonymous: 'never',
    },
    form: form.map((field) => text(field, 2_000)),
    stages: [stage],
    on: [],
    closes: 7 * DAY,
  };
}
