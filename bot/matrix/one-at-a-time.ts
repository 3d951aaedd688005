/** Runs what is given under one key in the order of the calls, one after the other; different keys side by side. */
export class OneAtATime {
  readonly #tails = new Map<string, Promise<unknown>>();

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(work, work); // the failure of one is its caller's business, not the next one's
    const tail = result
      .catch(() => undefined)
      .finally(() => {
        if (this.#tails.get(key) === tail) this.#tails.delete(key);
      });
    this.#tails.set(key, tail);
    return result;
  }

  /** Resolves when everything given so far has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#tails.values());
  }
}
