import { purposeOf } from '../care/request/draft.ts';
import { outcomeOf } from '../care/request/answering.ts';
import { inSteps, oneLine } from '../care/request/form.ts';
import { type Request, stageOf } from '../care/request/request.ts';
import { type Command, type CommandEnd, nothingToSay } from './command.ts';
import { whichRequest } from './which-request.ts';

export const repondre: Command = {
  word: 'repondre',
  also: ['reponse', 'reponds', 'rep'],
  summary: 'Répondre à une demande que vous suivez',
  example: 'repondre D-4K7 ECG sans anomalie, sport autorisé',
  may: () => true,
  async run(context, args) {
    const mine = [`taker:${context.person.id}`, `asker:${context.person.id}`];
    const which = await whichRequest(context, args, 'repondre', mine);
    if ('data' in which) return { refusal: which };
    const asked = (await context.requests(`asker:${context.person.id}`)).some(
      (r) => r.code === which.code && r.status === 'info-requested',
    );
    const mineToAnswer = (await context.requests(`taker:${context.person.id}`)).find((r) => r.code === which.code);
    const form = mineToAnswer && !asked ? formOf(mineToAnswer, which.rest) : undefined;
    if (form) return form;
    // The asker answers the question that was put back; the taker answers the request.
    const inRoom = context.room.kind === 'request';
    const move = asked
      ? ({ do: 'give-info', text: which.rest, inRoom } as const)
      : ({ do: 'answer', text: which.rest } as const);
    return { move: { code: which.code, move } };
  },
  say: nothingToSay,
};

/** An answer that has several questions, or a conclusion to choose: what was not typed with the word is asked step by step. */
function formOf(request: Request, typed: string): CommandEnd<never> | undefined {
  const stage = stageOf(request);
  const several = inSteps(stage.answer.form);
  if (typed !== '' && !several) return undefined;
  if (!several && stage.outcomes.length === 0) return undefined;
  const { outcome, text } = outcomeOf(
    stage.outcomes.map((one) => one.word),
    { text: typed },
  );
  const given = { answers: oneLine(stage.answer.form, text), urgent: false, outcome };
  return { form: purposeOf(request), given };
}
