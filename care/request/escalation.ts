/** A deadline of a request comes: a reminder rings who owes the next step, an escalation rings whom the pathway names. */
import type { NewDelivery } from '../relay/decision.ts';
import { roomRef } from '../relay/room.ts';
import type { People, Person } from '../people/person.ts';
import { newsOf } from './news-of.ts';
import { type Request, stageOf } from './request.ts';
import { firstRung, takersOf, threadOf } from './routing.ts';
import type { EscalationTarget } from './sla-policy.ts';

export function routeEscalation(
  people: People,
  request: Request,
  step: 'reminded' | 'escalated',
  to: EscalationTarget,
  now: number,
): NewDelivery[] {
  const { to: goal } = stageOf(request);
  const told = newsOf(people, { step, on: request }, 'group', undefined, to);
  const inGroup = (name: string, ring: string[]): NewDelivery => ({
    room: roomRef.group(name),
    thread: threadOf(request),
    root: true,
    ring,
    announcement: { kind: 'request', audience: 'group', news: told },
  });
  const whole = (name: string): NewDelivery =>
    inGroup(
      name,
      people.group(name).map((p) => p.matrix),
    );
  const direct = (person: Person): NewDelivery => ({
    room: roomRef.direct(person.matrix),
    ring: [person.matrix],
    announcement: { kind: 'request', audience: 'escalation', news: told },
  });
  // Nobody there to be told: the whole group, rather than nobody.
  const orAll = (found: NewDelivery[]): NewDelivery[] => (found.length > 0 ? found : [whole(goal.group)]);
  if (step === 'reminded') {
    const takers = takersOf(people, request);
    if (request.status === 'asked') {
      const rung = firstRung(people, request, now);
      // A queue rings nobody at first; what is late in it does.
      return goal.dispatch === 'queue' ? [whole(goal.group)] : [inGroup(goal.group, rung)];
    }
    const lane = { kind: 'request', audience: 'request-room', news: told } as const;
    return [{ room: roomRef.request(request.code), ring: takers, announcement: lane }];
  }
  switch (to) {
    case 'group':
      return [whole(goal.group)];
    case 'on-duty': {
      const found = people.onDuty(goal.group, now);
      const duty = found?.id === request.asker ? undefined : found;
      // Nobody on duty: the whole group, rather than nobody.
      return duty ? [inGroup(goal.group, [duty.matrix]), direct(duty)] : [whole(goal.group)];
    }
    case 'backup':
      return orAll(goal.backup.filter((g) => people.group(g).length > 0).map(whole));
    case 'coordinator':
      return orAll(people.withRole('coordinateur').map(direct));
    case 'asker':
      return orAll([people.byId(request.asker ?? '')].flatMap((person) => (person ? direct(person) : [])));
    default:
      return to satisfies never;
  }
}
