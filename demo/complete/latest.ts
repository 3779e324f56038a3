// One answer at a time, always to the last question: a question that comes meanwhile cancels the one at work, and of
// those that wait only the newest is asked. Knows nothing of what is asked.

export interface LatestOptions<Question, Answer> {
  /** Answers a question; may reject when the signal aborts. */
  ask: (question: Question, signal: AbortSignal) => Promise<Answer>;
  /** Told every answer to a question that is still the last one. */
  onAnswer: (answer: Answer, question: Question) => void;
  /** Told why a question that is still the last one has no answer. */
  onError: (error: unknown) => void;
  /** How long a question waits for a newer one, in ms. */
  delayMs: number;
}

export class Latest<Question, Answer> {
  readonly #options: LatestOptions<Question, Answer>;
  #waiting: { question: Question } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #current: AbortController | undefined;

  constructor(options: LatestOptions<Question, Answer>) {
    this.#options = options;
  }

  /** Whether a question waits or is being answered. */
  get busy(): boolean {
    return this.#waiting !== undefined || this.#current !== undefined;
  }

  /** Asks, unless something newer comes within the delay; what was asked before is dropped. */
  ask(question: Question): void {
    this.#waiting = { question };
    this.#current?.abort();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#next();
    }, this.#options.delayMs);
  }

  /** Forgets whatever was asked. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = undefined;
    this.#current?.abort();
  }

  async #next(): Promise<void> {
    // The one at work is let end, cancelled as it is: what answers can do one thing at a time.
    if (this.#current || !this.#waiting) return;
    const { question } = this.#waiting;
    this.#waiting = undefined;
    const current = new AbortController();
    this.#current = current;
    const { ask, onAnswer, onError } = this.#options;
    let told = () => {};
    try {
      const answer = await ask(question, current.signal);
      told = () => onAnswer(answer, question);
    } catch (error) {
      told = () => onError(error);
    }
    this.#current = undefined;
    if (!current.signal.aborted) told();
    if (this.#timer === undefined) this.#next();
  }
}
