/** A new device for an account whose directory is lost, or is an old copy that must not be used. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { MatrixClient } from 'matrix-js-sdk';
import { accountPaths, hasIdentity, loadIdentity } from './credentials.ts';
import { plainClient, provision } from './provision.ts';
import type { ProvisionOptions } from './provision.ts';
import { openState } from './state.ts';

export type RecoverOptions = ProvisionOptions & {
  recoveryKey: string;
  /** With the password only: a lost disk may have been stolen, and its device gets the keys of everything said. */
  endOtherDevices?: boolean;
};

export type Recovered = {
  userId: string;
  deviceId: string;
  /** Where the old directory is now, when there was one. */
  aside: string | undefined;
  /** Devices of the account that remain besides the new one. */
  otherDevices: string[];
};

/**
 * The new device is made beside the old directory, which is put aside only when everything has succeeded. A process
 * killed in between is taken up where it was by the next call.
 * @throws StoreInUse when a server runs on the directory, Error that says what is wrong with nothing changed
 */
export async function recover(options: RecoverOptions): Promise<Recovered> {
  const { directory, onProgress = () => undefined } = options;
  const next = `${directory}.recovering`;
  const old = accountPaths(directory).state;
  const lock = existsSync(old) ? openState(old) : undefined;
  try {
    if (await hasIdentity(next)) onProgress('a device was made by a recovery that was cut off: taking it');
    else {
      await rm(next, { recursive: true, force: true });
      await provision({ ...options, directory: next }).catch(async (error: unknown) => {
        await rm(next, { recursive: true, force: true });
        throw error;
      });
    }
  } finally {
    lock?.close();
  }
  const identity = await loadIdentity(next, options.secret);
  const aside = existsSync(directory) ? `${directory}.${stamp(options.now ?? Date.now)}` : undefined;
  if (aside !== undefined) await rename(directory, aside);
  await rename(next, directory);
  const client = plainClient(identity);
  const others = await otherDevices(client);
  if (options.endOtherDevices === true && others.length > 0) {
    onProgress(`ending ${others.length} other devices`);
    await end(client, others, options.password);
  }
  const { userId, deviceId } = identity;
  return { userId, deviceId, aside, otherDevices: await otherDevices(client) };
}

/** `20261122T081900Z`, for a folder's name. */
const stamp = (now: () => number): string => new Date(now()).toISOString().replaceAll(/[-:]|\.\d+/g, '');

async function otherDevices(client: MatrixClient): Promise<string[]> {
  const { devices } = await client.getDevices();
  return devices.map((device) => device.device_id).filter((id) => id !== client.getDeviceId());
}

async function end(client: MatrixClient, devices: string[], password: string | undefined): Promise<void> {
  if (password === undefined) throw new Error('ending the other devices needs the password of the account');
  await client.deleteMultipleDevices(devices).catch(async (asked: unknown) => {
    const { session } = (asked as { data?: { session?: string } }).data ?? {};
    if (session === undefined) throw asked;
    const identifier = { type: 'm.id.user', user: client.getSafeUserId() };
    await client.deleteMultipleDevices(devices, { type: 'm.login.password', identifier, password, session });
  });
}
