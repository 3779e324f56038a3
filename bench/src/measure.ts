// Timing: contenders take turns, round by round, so that whatever else the machine does falls on all of them.

/** Something to time: what is done once, and how often a sample repeats it. */
export interface Timed {
  readonly run: () => Promise<unknown>;
  /** Milliseconds are divided by this. */
  readonly operations: number;
}

export interface Rounds {
  readonly repeats: number;
  /** One that has taken this long in all takes part in no further round. */
  readonly seconds: number;
}

/** Milliseconds for the others' threads and the adapter to come to rest before a sample. */
const REST = 30;

/** Rounds in which everyone takes part, however slow. */
const FEWEST = 2;

/**
 * Milliseconds an operation, sample by sample, under each key. The order turns by one from round to round.
 * One that throws is left with its error.
 */
export async function takeTurns<K>(
  timed: ReadonlyMap<K, Timed>,
  { repeats, seconds }: Rounds,
): Promise<Map<K, number[] | Error>> {
  const results = new Map<K, number[] | Error>([...timed.keys()].map((key) => [key, []]));
  const spent = new Map<K, number>();
  const entries = [...timed];
  for (let round = 0; round < repeats; round++) {
    for (let i = 0; i < entries.length; i++) {
      const [key, { run, operations }] = entries[(i + round) % entries.length];
      const samples = results.get(key)!;
      if (samples instanceof Error) continue;
      if (round >= FEWEST && (spent.get(key) ?? 0) > 1000 * seconds) continue;
      await new Promise((resolve) => setTimeout(resolve, REST));
      try {
        const milliseconds = await timeOnce(run);
        samples.push(milliseconds / operations);
        spent.set(key, (spent.get(key) ?? 0) + milliseconds);
      } catch (error) {
        results.set(key, error as Error);
      }
    }
  }
  return results;
}

/** Milliseconds that `run` takes. */
export async function timeOnce(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}
