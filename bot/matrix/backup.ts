/** The key backup on the homeserver: what lets a new device read the past when this machine's disk is lost. */
import type { OlmMachine } from '@matrix-org/matrix-sdk-crypto-wasm';
import { TransportFailure } from '../../care/relay/transport.ts';
import { MatrixRefusal } from './http.ts';
import type { Http } from './http.ts';
import type { Log } from './log.ts';
import type { Outgoing } from './outgoing.ts';

export interface Backup {
  /** New keys are uploaded soon, in the background: nobody waits for it. */
  kick(): void;
  /** Resolves when no upload is under way. */
  settled(): Promise<void>;
}

type Version = { version: string; auth_data?: { public_key?: string } };

/**
 * To be enabled at each start: the machine does not remember. Only our own version is used: a server could offer another
 * one, whose key it owns.
 */
export async function openBackup(machine: OlmMachine, http: Http, outgoing: Outgoing, log: Log): Promise<Backup> {
  const kept = await machine.getBackupKeys();
  const publicKey = kept.decryptionKey?.megolmV1PublicKey.publicKeyBase64;
  const server = await http.json<Version>('GET', ['room_keys', 'version']).catch((failure: unknown) => {
    if (failure instanceof MatrixRefusal && failure.status === 404) return undefined;
    throw failure;
  });
  if (
    publicKey === undefined ||
    server?.version !== kept.backupVersion ||
    server?.auth_data?.public_key !== publicKey
  ) {
    log('warn', 'the key backup on the homeserver is not this device’s: keys are not backed up', {
      kept: kept.backupVersion,
      server: server?.version,
    });
    return { kick: () => undefined, settled: async () => undefined };
  }
  await machine.enableBackupV1(publicKey, server.version);

  let running: Promise<void> | undefined;
  let asked = 0;
  const upload = async (): Promise<void> => {
    let heard: number;
    do {
      heard = asked;
      for (
        let request = await machine.backupRoomKeys();
        request !== undefined;
        request = await machine.backupRoomKeys()
      ) {
        await outgoing.send(request);
      }
    } while (asked !== heard);
  };
  return {
    kick: () => {
      asked++;
      running ??= upload()
        .catch((failure: unknown) => {
          // tried again at the next sync or message
          log('warn', 'keys could not be backed up', {
            failure: failure instanceof TransportFailure ? failure.message : 'crypto machine',
          });
        })
        .finally(() => (running = undefined));
    },
    settled: async () => {
      await running;
    },
  };
}
