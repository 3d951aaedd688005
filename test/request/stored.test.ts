/** A request that was kept before pathways had stages goes on under the policy it started with. */
import { describe, expect, it } from 'vitest';
import { openWard, paris } from '../flows/stage.ts';

const HOUR = 3_600_000;
const ASKED = paris(2026, 11, 23, 9);

/** As it was written by the first version. */
const OLD = {
  code: 'D-OLD',
  pathway: {
    id: 'teleexpertise-cardiologie',
    version: '0123456789abcdef',
    title: 'Téléexpertise cardiologie (ECG)',
    family: 'avis',
    words: ['cardio'],
    ask: { who: ['participants-tle-cardio'], consent: 'required', urgent: 'refuse-15' },
    form: [{ key: 'question', label: 'Question', type: 'text', required: true, share: 'before' }],
    to: { group: 'avis-cardiologie', dispatch: 'on-duty-then-all', backup: ['avis-cardiologie-ght'] },
    sla: {
      clock: 'working-days',
      holidays: 'france',
      take: { within: 24 * HOUR, remind: [0.5], escalate: [{ at: { share: 1 }, to: 'on-duty' }] },
      answer: { within: 72 * HOUR, remind: [], escalate: [{ at: { share: 1 }, to: 'coordinator' }] },
      pause: ['info-requested'],
    },
    trace: { report: 'teleexpertise', billing: ['TE2'], to: ['asker'] },
    count: [],
  },
  status: 'asked',
  asker: 'mt',
  askedAt: ASKED,
  consent: { by: 'mt', at: ASKED },
  fields: [{ key: 'question', value: 'ECG douteux, 17 ans' }],
  pauses: [],
  escalatedTo: [],
  history: [{ at: ASKED, by: 'mt', step: 'asked' }],
};

describe('a request of the first version', () => {
  it('is taken, answered against its own clock, and closed', async () => {
    const ward = await openWard({ start: [2026, 11, 23, 10, 0] });
    await ward.types('cardio1', 'aide'); // the direct rooms are there
    await ward.store.commit(
      {
        files: [{ kind: 'request', id: 'D-OLD', version: 0, state: OLD, keys: ['group:avis-cardiologie', 'asker:mt'] }],
        events: [],
        deliveries: [],
        timers: [{ do: 'set', kind: 'request-sla', ref: 'D-OLD', step: 'take:remind:0', dueAt: ASKED + 12 * HOUR }],
        rooms: [],
        facts: [],
        audit: [],
      },
      ward.now(),
    );
    await ward.until(paris(2026, 11, 24, 8));
    expect(ward.bodies('cardio2').at(-1)).toContain('Rappel : D-OLD');
    await ward.types('cardio1', 'prendre');
    expect(ward.bodies('cardio1').join('\n')).toContain('ECG douteux, 17 ans');
    expect(ward.bodies('cardio1').join('\n')).toContain('À rendre avant jeudi 26 novembre à 9h'); // its 72 h, not the 48 of today
    await ward.types('cardio1', 'repondre Sport autorisé');
    expect(ward.bodies('mt').join('\n')).toContain('Sport autorisé');
    await ward.until(paris(2026, 12, 1, 9));
    expect(await ward.store.rooms.get('request:D-OLD')).toMatchObject({ state: 'closed' });
    await ward.close();
  });
});
