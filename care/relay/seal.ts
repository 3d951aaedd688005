/** Everything that names a person or says something about their health is sealed before it is written (DESIGN §5). */
export interface Sealer {
  /** Plain text to AES-256-GCM bytes; `context` (table and row) is authenticated, so that rows cannot be exchanged. */
  seal(text: string, context: string): Uint8Array;
  /** The reverse. @throws NotOpened when the bytes, the key or the context are not those of `seal` */
  open(sealed: Uint8Array, context: string): string;
  /** Keyed HMAC for look-ups: the same text gives the same 26-character id, and nobody without the key can test a guess. */
  blind(text: string): string;
}

/** These bytes are not what was sealed for this row with this secret. */
export class NotOpened extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NotOpened';
  }
}
