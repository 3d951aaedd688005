/**
 * Failure: the base is away (it restarts, the network broke, its disk is full). Nothing is wrong with what was being
 * written: it is tried again later, never quarantined. A write that ends so may have been made.
 */
export class StoreFailure extends Error {
  /** @param message English, for the log: no body, no patient field, no password */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreFailure';
  }
}
