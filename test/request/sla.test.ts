import { describe, expect, test } from 'vitest';
import { DAY, fromParis, HOUR, MINUTE, toParis } from '../../care/relay/civil-time.ts';
import type { ClockPolicy, Stretch } from '../../care/request/calendar.ts';
import type { SlaPolicy } from '../../care/request/sla-policy.ts';
import { addSpan, dueSteps, elapsed, ringTime } from '../../care/request/sla.ts';
import { runs, seeded, slowAddSpan, slowElapsed, slowRingTime } from './oracle.ts';

/** `2026-11-20 17:00` on a wall in Paris. */
function at(text: string): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/[- :]/).map(Number);
  return fromParis({ year, month, day, hour, minute });
}
function paris(instant: number): string {
  const t = toParis(instant);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${t.year}-${two(t.month)}-${two(t.day)} ${two(t.hour)}:${two(t.minute)}`;
}

const working = { clock: 'working-days', holidays: 'france' } as const;
const cardio: SlaPolicy = {
  ...working,
  take: {
    within: 24 * HOUR,
    remind: [{ share: 0.5 }],
    escalate: [
      { at: { share: 1 }, to: 'on-duty' },
      { at: { after: 4 * HOUR }, to: 'backup' },
    ],
  },
  answer: {
    within: 48 * HOUR,
    remind: [{ share: 0.5 }, { share: 0.8 }],
    escalate: [{ at: { share: 1 }, to: 'coordinator' }],
  },
  pause: ['info-requested'],
};
const told = (steps: ReturnType<typeof dueSteps>): string[] =>
  steps.map((s) => `${s.step} ${s.at === Infinity ? 'never' : paris(s.at)}${s.to === undefined ? '' : ` ${s.to}`}`);

describe('addSpan', () => {
  test.each([
    ['2026-11-20 17:00', 24, '2026-11-23 17:00', 'the week-end is silent'],
    ['2026-11-21 09:00', 24, '2026-11-24 00:00', 'asked on a Saturday: the clock starts on Monday 00:00'],
    ['2026-11-10 10:00', 24, '2026-11-12 10:00', 'over 11 November'],
    ['2026-05-13 12:00', 48, '2026-05-18 12:00', 'Ascension, then Friday, then the week-end'],
    ['2026-03-27 12:00', 24, '2026-03-30 12:00', 'over the spring night: the week-end does not count anyway'],
    ['2026-12-24 12:00', 24, '2026-12-28 12:00', 'Christmas on a Friday'],
    ['2026-11-20 00:00', 24, '2026-11-21 00:00', 'ends on Friday at 24:00, not on Monday'],
  ])('working days: %s + %i h = %s (%s)', (from, hours, expected) => {
    expect(paris(addSpan(working, at(from), hours * HOUR, []))).toBe(expected);
  });

  test('calendar hours are elapsed hours, also over the DST nights', () => {
    const policy = { clock: 'calendar', holidays: 'france' } as const;
    expect(paris(addSpan(policy, at('2026-03-28 12:00'), DAY, []))).toBe('2026-03-29 13:00');
    expect(paris(addSpan(policy, at('2026-10-24 12:00'), DAY, []))).toBe('2026-10-25 11:00');
  });

  test('opening hours with a lunch break', () => {
    const opening = [1, 2, 3, 4, 5].flatMap((day) => [
      { day, from: 9 * 60, to: 12 * 60 },
      { day, from: 14 * 60, to: 18 * 60 },
    ]);
    const policy: ClockPolicy = { clock: 'opening-hours', holidays: 'france', opening };
    expect(paris(addSpan(policy, at('2026-11-20 11:00'), 2 * HOUR, []))).toBe('2026-11-20 15:00');
    expect(paris(addSpan(policy, at('2026-11-20 17:00'), 2 * HOUR, []))).toBe('2026-11-23 10:00');
    expect(paris(addSpan(policy, at('2026-11-20 17:00'), HOUR, []))).toBe('2026-11-20 18:00');
  });

  test('pauses do not count: overlapping, out of order, during a week-end, endless', () => {
    const from = at('2026-11-16 10:00');
    const pauses = [
      { from: at('2026-11-16 15:00'), to: at('2026-11-16 18:00') },
      { from: at('2026-11-16 12:00'), to: at('2026-11-16 16:00') },
      { from: at('2026-11-10 12:00'), to: at('2026-11-10 16:00') },
    ];
    expect(paris(addSpan(working, from, 24 * HOUR, pauses))).toBe('2026-11-17 16:00');
    const weekend = [{ from: at('2026-11-21 08:00'), to: at('2026-11-22 20:00') }];
    expect(paris(addSpan(working, at('2026-11-20 12:00'), DAY, weekend))).toBe('2026-11-23 12:00');
    const endless = [{ from: at('2026-11-16 12:00'), to: Infinity }];
    expect(addSpan(working, from, 2 * HOUR, endless)).toBe(at('2026-11-16 12:00'));
    expect(addSpan(working, from, 2 * HOUR + 1, endless)).toBe(Infinity);
    expect(elapsed(working, from, at('2027-11-16 12:00'), endless)).toBe(2 * HOUR);
  });

  test('nothing to add, or less than nothing', () => {
    expect(addSpan(working, at('2026-11-22 10:00'), 0, [])).toBe(at('2026-11-22 10:00'));
    expect(() => addSpan(working, 0, -1, [])).toThrow(RangeError);
    expect(elapsed(working, 10, 5, [])).toBe(0);
  });
});

describe('ringTime', () => {
  test.each([
    ['2026-11-20 07:59', '2026-11-20 08:00'],
    ['2026-11-20 08:00', '2026-11-20 08:00'],
    ['2026-11-20 19:59', '2026-11-20 19:59'],
    ['2026-11-20 20:00', '2026-11-23 08:00'],
    ['2026-11-21 10:00', '2026-11-23 08:00'],
    ['2026-11-10 22:00', '2026-11-12 08:00'],
    ['2026-03-29 02:30', '2026-03-30 08:00'],
    ['2026-10-25 02:30', '2026-10-26 08:00'],
  ])('working days: %s rings at %s', (due, rings) => {
    expect(paris(ringTime(working, at(due)))).toBe(rings);
  });

  test('a calendar clock rings at night, an opening-hours clock when it runs', () => {
    expect(ringTime({ clock: 'calendar', holidays: 'france' }, at('2026-11-22 03:00'))).toBe(at('2026-11-22 03:00'));
    const evening: ClockPolicy = {
      clock: 'opening-hours',
      holidays: 'france',
      opening: [{ day: 1, from: 1200, to: 1440 }],
    };
    expect(paris(ringTime(evening, at('2026-11-23 22:00')))).toBe('2026-11-23 22:00');
    expect(paris(ringTime(evening, at('2026-11-24 00:00')))).toBe('2026-11-30 20:00');
  });
});

describe('dueSteps', () => {
  test('the ECG of Friday 17:00 (DESIGN §10, story 2)', () => {
    expect(told(dueSteps(cardio, 'take', at('2026-11-20 17:00'), []))).toEqual([
      'take:remind:0 2026-11-23 08:00',
      'take:target 2026-11-23 17:00',
      'take:escalate:0 2026-11-23 17:00 on-duty',
      'take:escalate:1 2026-11-24 08:00 backup',
    ]);
    expect(told(dueSteps(cardio, 'answer', at('2026-11-20 17:00'), []))).toEqual([
      'answer:remind:0 2026-11-23 17:00',
      'answer:remind:1 2026-11-24 08:00',
      'answer:target 2026-11-24 17:00',
      'answer:escalate:0 2026-11-24 17:00 coordinator',
    ]);
  });

  test('`after` counts from the ring, so that backup is not rung together with the one on duty', () => {
    expect(told(dueSteps(cardio, 'take', at('2026-11-19 22:00'), []))).toEqual([
      'take:remind:0 2026-11-20 10:00',
      'take:target 2026-11-20 22:00',
      'take:escalate:0 2026-11-23 08:00 on-duty',
      'take:escalate:1 2026-11-23 12:00 backup',
    ]);
  });

  test('two reminders of one night are one, the later', () => {
    const hasty = {
      ...cardio,
      take: { within: 8 * HOUR, remind: [0.25, 0.5, 0.75].map((share) => ({ share })), escalate: [] },
    };
    expect(told(dueSteps(hasty, 'take', at('2026-11-18 19:00'), []))).toEqual([
      'take:target 2026-11-19 03:00',
      'take:remind:2 2026-11-19 08:00',
    ]);
  });

  test('a pause that still lasts leaves nothing due after it began', () => {
    const pauses = [{ from: at('2026-11-17 12:00'), to: Infinity }];
    expect(told(dueSteps(cardio, 'answer', at('2026-11-16 10:00'), pauses))).toEqual([
      'answer:remind:0 2026-11-17 10:00',
      'answer:remind:1 never',
      'answer:target never',
      'answer:escalate:0 never coordinator',
    ]);
  });
});

describe('dueSteps, beyond shares', () => {
  const base: SlaPolicy = { clock: 'calendar', holidays: 'france', pause: [] };
  const monday = at('2026-11-16 10:00');

  test('reminders after the asking, and before the target; told in the order of time', () => {
    const answer = { within: 8 * HOUR, remind: [{ before: HOUR }, { after: HOUR }, { share: 0.5 }], escalate: [] };
    expect(told(dueSteps({ ...base, answer }, 'answer', monday, []))).toEqual([
      'answer:remind:1 2026-11-16 11:00',
      'answer:remind:2 2026-11-16 14:00',
      'answer:remind:0 2026-11-16 17:00',
      'answer:target 2026-11-16 18:00',
    ]);
  });

  test('a policy without a target for taking is never late to take', () => {
    const answer = { within: 8 * HOUR, remind: [], escalate: [] };
    expect(dueSteps({ ...base, answer }, 'take', monday, [])).toEqual([]);
  });

  test('a window of its own: rung in the evening too, never on a Sunday', () => {
    const opening = [1, 2, 3, 4, 5, 6].map((day) => ({ day, from: 8 * 60, to: 22 * 60 }));
    const take = { within: 2 * HOUR, remind: [], escalate: [{ at: { share: 1 }, to: 'group' as const }] };
    const policy: SlaPolicy = { ...base, clock: 'working-days', ring: { opening, holidays: 'france' }, take };
    expect(told(dueSteps(policy, 'take', at('2026-11-16 19:30'), []))[1]).toBe(
      'take:escalate:0 2026-11-16 21:30 group',
    );
    expect(told(dueSteps(policy, 'take', at('2026-11-20 23:00'), []))[1]).toBe(
      'take:escalate:0 2026-11-23 08:00 group',
    );
    expect(paris(ringTime(policy, at('2026-11-22 10:00')))).toBe('2026-11-23 08:00');
  });

  test('one step may ring at night when the pathway says so, and a holiday may be a day like another', () => {
    const take = {
      within: HOUR,
      remind: [],
      escalate: [
        { at: { share: 1 }, to: 'on-duty' as const, ring: 'always' as const },
        { at: { after: HOUR }, to: 'coordinator' as const },
      ],
    };
    const opening = [{ day: 3, from: 8 * 60, to: 20 * 60 }];
    const always: SlaPolicy = { ...base, clock: 'working-days', holidays: 'none', take };
    expect(told(dueSteps(always, 'take', at('2026-11-11 22:30'), []))).toEqual([
      'take:target 2026-11-11 23:30',
      'take:escalate:0 2026-11-11 23:30 on-duty',
      'take:escalate:1 2026-11-12 08:00 coordinator',
    ]);
    expect(paris(ringTime(always, at('2026-11-10 22:00'), { opening, holidays: 'none' }))).toBe('2026-11-11 08:00');
    expect(paris(ringTime(always, at('2026-11-10 22:00'), { opening, holidays: 'france' }))).toBe('2026-11-18 08:00');
  });
});

describe('against the minute-by-minute oracle', () => {
  /** Nights of a change of hour, holidays, ends of year: where mistakes live. */
  const TENDER = [
    '2024-03-31',
    '2024-10-27',
    '2025-03-30',
    '2025-10-26',
    '2026-03-29',
    '2026-10-25',
    '2026-04-05',
    '2026-05-08',
    '2026-05-14',
    '2026-11-11',
    '2026-12-25',
    '2025-12-31',
    '2027-01-01',
    '2025-11-01',
  ];
  const random = seeded(20_261_122);

  function policy(): ClockPolicy {
    const holidays = random.pick(['france', 'alsace-moselle'] as const);
    const clock = random.pick(['calendar', 'working-days', 'opening-hours', 'opening-hours'] as const);
    if (clock !== 'opening-hours') return { clock, holidays };
    const opening = Array.from({ length: 1 + random.below(9) }, () => {
      const from = random.pick([0, 60, 120, 150, 480, 540, random.below(1400)]);
      return {
        day: random.pick([1, 2, 3, 4, 5, 6, 7, 7]),
        from,
        to: Math.min(1440, from + 1 + random.pick([30, 59, 180, 1440, random.below(600)])),
      };
    });
    return { clock, holidays, opening };
  }
  function instant(): number {
    const tender = at(`${random.pick(TENDER)} 02:00`) + (random.below(8 * 1440) - 4 * 1440) * MINUTE;
    return random.pick([tender, tender, at('2024-01-15 00:00') + random.below(3 * 365 * 1440) * MINUTE]);
  }

  test('10,000 policies × instants: addSpan, elapsed and ringTime say the same', { timeout: 180_000 }, () => {
    for (let n = 0; n < 10_000; n += 1) {
      const p = policy();
      const from = instant();
      const pauses: Stretch[] = Array.from({ length: random.below(4) }, () => {
        const start = from + (random.below(3 * 1440) - 600) * MINUTE;
        return { from: start, to: start + random.below(1440) * MINUTE };
      });
      const weekly = p.clock === 'opening-hours' ? (p.opening ?? []).reduce((sum, o) => sum + o.to - o.from, 0) : 4000;
      const span = random.below(Math.min(weekly * 1.2, 4000)) * MINUTE;
      const context = JSON.stringify({ n, p, from: paris(from), pauses, span: span / MINUTE });
      const due = addSpan(p, from, span, pauses);
      expect(due, context).toBe(slowAddSpan(p, from, span, pauses));
      expect(elapsed(p, from, due, pauses), context).toBe(span);
      const to = from + random.below(6 * 1440) * MINUTE;
      expect(elapsed(p, from, to, pauses), context).toBe(slowElapsed(p, from, to, pauses));
      expect(ringTime(p, from), context).toBe(slowRingTime(p, from));
      if (p.clock !== 'calendar') expect(runs(p, ringTime(p, from)), context).toBe(true);
    }
  });
});
