/**
 * What every engine of the `Store` port must do. One suite, run by each engine's own test file, so that what holds on
 * SQLite holds on the next one.
 */
import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../care/relay/ports.ts';
import { commitContract } from './contract-commit.ts';
import { inboxContract } from './contract-inbox.ts';
import { outboxContract } from './contract-outbox.ts';
import { raceContract } from './contract-race.ts';
import { retentionContract } from './contract-retention.ts';
import { roomContract } from './contract-rooms.ts';
import { timerContract } from './contract-timers.ts';
import { withdrawalContract } from './contract-withdrawals.ts';

/** @param open a new, empty store for each test */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`the store contract on ${name}`, () => {
    let opened: Store | undefined;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => {
      await opened?.close();
    });
    const store = (): Store => {
      if (!opened) throw new Error('the store is opened before each test');
      return opened;
    };
    describe('inbox', () => inboxContract(store));
    describe('commit', () => commitContract(store));
    describe('outbox', () => outboxContract(store));
    describe('rooms', () => roomContract(store));
    describe('a race for a request', () => raceContract(store));
    describe('timers', () => timerContract(store));
    describe('retention', () => retentionContract(store));
    describe('withdrawals', () => withdrawalContract(store));
  });
}
