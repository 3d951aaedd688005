/** A deadline of a request comes: a reminder rings who owes the next step, an escalation rings whom the pathway names. */
import type { NewDelivery } from '../relay/decision.ts';
import { roomRef } from '../relay/room.ts';
import type { People, Person } from '../people/person.ts';
import { hasDeclined } from './declining.ts';
import { newsOf } from './news-of.ts';
import { groupsCalled, type Request, stageOf } from './request.ts';
import { firstRung, stillAsked, takersOf, threadOf } from './routing.ts';
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
  const whole = (name: string): NewDelivery => {
    const rung = people.group(name).filter((one) => !hasDeclined(request, one));
    return inGroup(
      name,
      rung.map((p) => p.matrix),
    );
  };
  // All of them have said that they cannot: those who were called to help.
  const all = (): NewDelivery[] => {
    const called = groupsCalled(request);
    const left = called.filter((name) => stillAsked(people, request, name).length > 0);
    // The last one who had not declined has left the group: asked anew, rather than nobody.
    if (left.length === 0) return [inGroup(goal.group, firstRung(people, { ...request, declined: [] }, now))];
    return (left.includes(goal.group) ? [goal.group] : left).map(whole);
  };
  const direct = (person: Person): NewDelivery => ({
    room: roomRef.direct(person.matrix),
    ring: [person.matrix],
    announcement: { kind: 'request', audience: 'escalation', news: told },
  });
  // Nobody there to be told: the whole group, rather than nobody.
  const orAll = (found: NewDelivery[]): NewDelivery[] => (found.length > 0 ? found : all());
  if (step === 'reminded') {
    const takers = takersOf(people, request);
    if (request.status === 'asked') {
      const rung = firstRung(people, request, now);
      // A queue rings nobody at first; what is late in it does.
      return goal.dispatch === 'queue' || rung.length === 0 ? all() : [inGroup(goal.group, rung)];
    }
    const lane = { kind: 'request', audience: 'request-room', news: told } as const;
    return [{ room: roomRef.request(request.code), ring: takers, announcement: lane }];
  }
  switch (to) {
    case 'group':
      return all();
    case 'on-duty': {
      const found = people.onDuty(goal.group, now);
      const duty = found && (found.id === request.asker || hasDeclined(request, found)) ? undefined : found;
      // Nobody on duty: the whole group, rather than nobody.
      return duty ? [inGroup(goal.group, [duty.matrix]), direct(duty)] : all();
    }
    case 'backup':
      return orAll(goal.backup.filter((g) => stillAsked(people, request, g).length > 0).map(whole));
    case 'coordinator':
      return orAll(people.withRole('coordinateur').map(direct));
    case 'asker':
      return orAll([people.byId(request.asker ?? '')].flatMap((person) => (person ? direct(person) : [])));
    default:
      return to satisfies never;
  }
}
