/** One piece of work after the other, in the order of asking; one that fails does not stop the next. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/**
 * Lets statements read side by side, and takes a table away only while none of them runs. A pass is held for one statement, never
 * while somebody waits for a reader of its rows, and never twice at once: so nobody waits for ever.
 */
export class Gate {
  #inside = 0;
  #barred: Promise<void> | null = null;
  #onEmpty: (() => void) | null = null;

  async pass<T>(work: () => Promise<T>): Promise<T> {
    while (this.#barred !== null) await this.#barred;
    this.#inside += 1;
    try {
      return await work();
    } finally {
      this.#inside -= 1;
      if (this.#inside === 0) this.#onEmpty?.();
    }
  }

  /** One caller at a time: whoever writes has taken a turn before. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    let lift = (): void => undefined;
    this.#barred = new Promise((resolve) => {
      lift = resolve;
    });
    try {
      if (this.#inside > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve));
      return await work();
    } finally {
      this.#onEmpty = null;
      this.#barred = null;
      lift();
    }
  }
}
