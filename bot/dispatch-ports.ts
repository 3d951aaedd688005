import type { Log } from '../care/relay/log.ts';
import type { Clocks, Ids } from '../care/relay/clock.ts';
import type { Store } from '../care/relay/ports.ts';
import type { Transport } from '../care/relay/transport.ts';
import type { RepertoryEntry } from '../care/people/repertory.ts';
import type { Directory } from '../care/people/directory.ts';
import type { Tariff } from '../care/request/billing.ts';
import type { Offer } from '../care/request/pathway.ts';
import type { Slots } from '../care/request/slot.ts';
import type { StayPorts } from '../care/stay/case.ts';

/** What dispatching uses: the stay's ports, and what commands read. */
export type DispatchPorts = StayPorts & {
  store: Store;
  transport: Transport;
  clocks: Clocks;
  ids: Ids;
  pathways: () => readonly Offer[];
  tariffs?: readonly Tariff[];
  directory: Directory;
  slots: Slots;
  /** Groups of the identity desks. */
  desks: readonly string[];
  repertory: readonly RepertoryEntry[];
  /** What people call the bot in a mention: localpart, display name. */
  names: readonly string[];
  log: Log;
};
