/** Every transition of a proposal to the identity desk, and which messages wait for it. */
import { describe, expect, it, test } from 'vitest';
import { decided, holding, isHeldBy, keysOf, type Proposal, type ProposalMove } from '../../care/identity/proposal.ts';
import type { Person } from '../../care/people/person.ts';

const NOW = 1_000;
const by: Person = { id: 'vigile', matrix: '@vigile:test', name: 'Dr vigile', role: 'secretariat', groups: [] };
const told = {
  ipp: '2',
  ins: undefined,
  birthName: undefined,
  usedName: undefined,
  givenName: undefined,
  birthDate: undefined,
  sex: undefined,
  reliability: [],
};
const ABOUT = {
  merge: { do: 'merge', from: { id: 'a', ipp: '1' }, to: { id: 'b', ipp: '2' }, told },
  move: { do: 'move', from: { id: 'a', ipp: '1' }, to: { id: 'b', ipp: '2' }, told, stays: ['s1'], number: 'N' },
  leave: { do: 'leave', patient: 'a', ipp: '1', person: 'vigile', room: 'R-1' },
} as const;

function proposal(about: keyof typeof ABOUT, status: Proposal['status'] = 'proposed'): Proposal {
  const end = status === 'proposed' ? {} : { decided: { by: 'autre', at: 1, why: undefined } };
  return {
    code: 'V-4K7',
    facility: 'F',
    facilityName: 'CH',
    desk: 'desk',
    about: ABOUT[about] as Proposal['about'],
    status,
    same: 'x',
    askedAt: 0,
    envelopes: ['e1'],
    ...end,
  };
}

const say = (given: Proposal, move: ProposalMove, may = true): string => {
  const end = decided(given, by, may, move, NOW, (id) => id);
  return 'data' in end ? `refused: ${end.code}` : end.status;
};
const CONFIRM = { do: 'confirm' } as const;
const REFUSE = { do: 'refuse', why: 'motif' } as const;
const CLAIM = { do: 'claim' } as const;

describe('a proposal', () => {
  test.each<[keyof typeof ABOUT, Proposal['status'], ProposalMove, string]>([
    ['merge', 'proposed', CONFIRM, 'confirmed'],
    ['merge', 'proposed', REFUSE, 'refused'],
    ['merge', 'proposed', CLAIM, 'refused: unknown-proposal'],
    ['merge', 'confirmed', CONFIRM, 'refused: already-decided'],
    ['merge', 'confirmed', REFUSE, 'refused: already-decided'],
    ['merge', 'refused', CONFIRM, 'refused: already-decided'],
    ['move', 'proposed', CONFIRM, 'confirmed'],
    ['move', 'proposed', REFUSE, 'refused'],
    ['move', 'refused', REFUSE, 'refused: already-decided'],
    ['leave', 'proposed', CONFIRM, 'confirmed'],
    ['leave', 'proposed', REFUSE, 'refused'],
    ['leave', 'proposed', CLAIM, 'proposed'],
    ['leave', 'confirmed', CLAIM, 'proposed'],
    ['leave', 'refused', CLAIM, 'refused: already-decided'], // they are back in already
  ])('%s, %s, %o: %s', (about, status, move, end) => {
    expect(say(proposal(about, status), move)).toBe(end);
  });

  it('is decided by the desk only, whatever its state', () => {
    for (const status of ['proposed', 'confirmed', 'refused'] as const)
      for (const move of [CONFIRM, REFUSE])
        expect(say(proposal('merge', status), move, false)).toBe('refused: not-the-desk');
  });

  it('remembers who, when and why; claimed again, it is open again', () => {
    const end = decided(proposal('leave'), by, true, REFUSE, NOW, (id) => id);
    expect(end).toMatchObject({ decided: { by: 'vigile', at: NOW, why: 'motif' } });
    expect(decided(proposal('leave', 'confirmed'), by, false, CLAIM, NOW, (id) => id)).toMatchObject({
      status: 'proposed',
      decided: undefined,
    });
  });

  it('keeps an envelope once, in the order of arrival', () => {
    const held = holding(holding(proposal('merge'), 'e2'), 'e1');
    expect(held.envelopes).toEqual(['e1', 'e2']);
    expect(holding(held, 'e2')).toBe(held);
  });

  it('is found by what it holds while it waits, and by what it asks for ever', () => {
    expect(keysOf(proposal('merge'))).toEqual(['same:x', 'open', 'open:desk', 'party:a', 'party:b']);
    expect(keysOf(proposal('move'))).toEqual(['same:x', 'open', 'open:desk', 'stay:s1']);
    expect(keysOf(proposal('leave'))).toEqual(['same:x', 'open', 'open:desk']);
    expect(keysOf(proposal('merge', 'confirmed'))).toEqual(['same:x']);
  });
});

describe('a message waits', () => {
  const theirs = { id: 's1', patientId: 'a' };
  const others = { id: 's2', patientId: 'b' };
  test.each<[keyof typeof ABOUT, string, { id: string; patientId: string } | undefined, boolean, boolean]>([
    ['merge', 'a', undefined, true, true], // who is merged away
    ['merge', 'b', undefined, true, false], // the survivor goes on
    ['merge', 'b', undefined, false, true], // of whom nothing is known: a second room would open
    ['merge', 'b', theirs, true, true], // the survivor's number on the other one's stay
    ['merge', 'c', undefined, true, false],
    ['move', 'a', theirs, true, true],
    ['move', 'b', theirs, true, true],
    ['move', 'a', others, true, false],
    ['move', 'a', undefined, true, false],
    ['leave', 'a', theirs, true, false],
  ])('%s, said of %s, %o, survivor known %s: %s', (about, patientId, stay, known, held) => {
    expect(isHeldBy(proposal(about), patientId, stay, known)).toBe(held);
    expect(isHeldBy(proposal(about, 'confirmed'), patientId, stay, known)).toBe(false);
  });
});
