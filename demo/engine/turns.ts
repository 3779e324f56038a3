// Calls that take turns: each begins when the one before it has ended, well or badly.

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(call: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(call);
    this.#last = turn.catch(() => {}); // told to its own caller
    return turn;
  }
}
