/** `relance`: the asker rings again who owes the next step, not too often, and never when the pathway lets people sleep. */
import { type Decision, emptyDecision } from '../relay/decision.ts';
import { HOUR } from '../relay/civil-time.ts';
import { type Refusal, refuse } from '../relay/refusal.ts';
import type { Person } from '../people/person.ts';
import { routeEscalation } from './escalation.ts';
import { deliver, type RequestPorts } from './record.ts';
import { isEnded, type Request, stageOf, usedBy } from './request.ts';
import { ringTime } from './sla.ts';
import { loadRequest } from './stored.ts';

/** Between two calls of the same asker. */
const SPACED_MS = 4 * HOUR;

/** The asker; of a request that an event opened, the coordination. @returns the decision without its answer */
export async function decideChase(
  ports: RequestPorts,
  code: string,
  by: Person,
  now: number,
): Promise<{ decision: Decision; rung: 'taker' | 'group' } | Refusal> {
  const file = await loadRequest(ports.store, code);
  if (!file) return refuse('unknown-request', { code });
  const { state } = file;
  const may = state.asker === undefined ? by.role === 'coordinateur' : state.asker === by.id;
  if (!may) return refuse('not-the-asker', { code });
  if (isEnded(state)) return refuse('request-closed', { code });
  if (state.status === 'answered') return refuse('already-answered', { code });
  if (state.status === 'info-requested') return refuse('asker-awaited', { code });
  if (state.waits !== undefined && state.waits > now) return refuse('not-yet', { code });
  const last = state.history.findLast((h) => h.step === 'reminded' && h.by === by.id);
  if (last && now - last.at < SPACED_MS)
    return refuse('chased-already', { code, at: last.at, next: last.at + SPACED_MS });
  const awake = ringTime(stageOf(state).sla ?? { clock: 'working-days', holidays: 'france' }, now);
  if (awake > now) return refuse('chase-later', { code, at: awake });
  const request: Request = {
    ...state,
    history: [...state.history, { at: now, by: by.id, step: 'reminded', text: undefined }],
  };
  const decision = emptyDecision();
  decision.files.push({ kind: 'request', id: code, version: file.version, state: request });
  decision.touches = usedBy(request);
  decision.events.push({ kind: 'request', id: code, type: 'reminded', at: now, body: { by: by.id } });
  const name = request.anonymous ? undefined : by.name;
  const told = routeEscalation(ports.people, request, 'reminded', 'group', now).map((one) =>
    one.announcement.kind === 'request'
      ? { ...one, announcement: { ...one.announcement, news: { ...one.announcement.news, chased: { by: name } } } }
      : one,
  );
  await deliver(ports, decision, request, told);
  decision.audit.push({
    actor: by.id,
    action: 'request:chased',
    subject: code,
    outcome: 'posted',
    reason: 'announced',
  });
  return { decision, rung: request.status === 'asked' ? 'group' : 'taker' };
}
