/**
 * `decliner` before the end. Of most groups it is the group's no: the request ends. Where each declines for themselves
 * (`decline: each`, the first of many who accepts), it is one person's: the others go on being asked, and only when nobody
 * is left is the backup called, or the asker told. Pure.
 */
import type { Person } from '../people/person.ts';
import { refuse, type Refusal } from '../relay/refusal.ts';
import { type Around, logged, type Moved, type Told, told } from './moved.ts';
import { freed, groupsCalled, mayDo, type Request, stageOf } from './request.ts';

/** @returns why this person may not decline it, as things stand; for a group that declines as one, nor send it elsewhere */
export function mayNotDecline(request: Request, by: Person, around: Around): Refusal | undefined {
  const { code, taker, status, waits } = request;
  const stage = stageOf(request);
  if (status === 'answered') return refuse('already-answered', { code });
  if (waits !== undefined && waits > around.now) return refuse('not-yet', { code });
  if (taker) return taker === by.id ? undefined : refuse('not-the-taker', { code, who: around.nameOf(taker) });
  if (!mayDo(stage, by)) return refuse('may-not-answer', { code, group: request.pathway.title });
  if (stage.to.decline !== 'each') return undefined;
  if (by.id === request.asker) return refuse('own-request', { code });
  return hasDeclined(request, by) ? refuse('declined-already', { code }) : undefined;
}

/** @param text why; of a member who declines for themselves it may be empty */
export function decline(request: Request, by: Person, text: string, around: Around): Moved | Refusal {
  const { code } = request;
  const { to } = stageOf(request);
  // One of them does not end it for the others, and who takes no part has nothing to say.
  if (to.dispatch === 'everyone') return refuse('nothing-to-decline', { code });
  const each = to.decline === 'each';
  if (!each && !text) return refuse('reason-missing', { word: `decliner ${code}` });
  const no = mayNotDecline(request, by, around);
  if (no) return no;
  return each
    ? declineAlone(request, by, text || undefined, around)
    : told(request, by, around, 'refused', text, { status: 'refused', offeredTo: undefined });
}

export function hasDeclined({ declined }: Pick<Request, 'declined'>, { id }: Person): boolean {
  return declined?.includes(id) === true;
}

/** Who had taken it gives it back by the same word: what they cannot do, another may. */
function declineAlone(request: Request, by: Person, text: string | undefined, around: Around): Moved {
  const { now } = around;
  const { to } = stageOf(request);
  const wasTaken = request.taker !== undefined;
  const free = { ...request, ...freed(), declined: [...(request.declined ?? []), by.id] };
  let next = logged(free, now, by.id, 'declined', text);
  const isLeft = (groups: string[]): boolean =>
    groups.some((name) =>
      around.group(name).some((one) => mayDo(stageOf(next), one) && one.id !== next.asker && !hasDeclined(next, one)),
    );
  const isOpen = isLeft(groupsCalled(next));
  const steps: Told[] = [{ step: 'declined', on: next, ...(isOpen && !wasTaken && { other: by.id }) }];
  const say = (step: Told['step'], change: Partial<Request>, why?: string): void => {
    next = logged({ ...next, ...change }, now, by.id, step, why);
    steps.push({ step, on: next, text: why });
  };
  if (isOpen) {
    if (wasTaken) say('given-back', {});
  } else if (!next.escalatedTo.includes('backup') && isLeft(to.backup)) {
    if (wasTaken) say('given-back', {});
    say('backup-called', { escalatedTo: [...next.escalatedTo, 'backup'] });
  } else say('all-declined', { status: 'refused' }, reasons(next));
  return { request: next, told: steps };
}

/** For the asker alone, without who said which. */
function reasons({ declined, history }: Request): string | undefined {
  const said = (declined ?? []).flatMap(
    (id) => history.findLast((one) => one.step === 'declined' && one.by === id)?.text ?? [],
  );
  return said.length > 0 ? said.join('\n') : undefined;
}
