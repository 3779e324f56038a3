// The side-by-side part of a run: opens every contender on one workload, lets each show that it computes the same,
// then times them in turns.

import { type Agreement, type Answers, ask, compare, STEPS } from "./agreement.ts";
import { type Timed, takeTurns, timeOnce } from "./measure.ts";
import { type Contender, idOf, NotInstalledError, type Peer } from "./peer.ts";
import type { Problem } from "./problem.ts";
import type { Cell } from "./results.ts";
import { spreadOf } from "./statistics.ts";
import { BATCHES, type Operation } from "./workloads.ts";

export interface CompareOptions {
  readonly operations: readonly Operation[];
  readonly repeats: number;
  /** Seconds after which a contender is not timed again at an operation. */
  readonly seconds: number;
  readonly say: (text: string) => void;
}

/** A sample takes at least this long, so that starting and waiting weigh little. */
const SAMPLE_MS = 150;
/** Most steps, evaluations or draws in a sample. */
const MOST = { train: 400, evaluate: 50, sample: 50 } as const;
/** What draws a value a pass is timed at no more positions than fit into this. */
const SAMPLING_MS = 4000;
/** Fewest positions that are timed. */
const FEWEST_POSITIONS = 20;

interface Entrant {
  contender: Contender;
  peer?: Peer;
  agreement?: Agreement;
  failed?: string;
}

interface Prepared extends Timed {
  extrapolatedFrom?: Cell["extrapolatedFrom"];
}

/** @param contenders ours first: what the others are compared with */
export async function compareContenders(
  problem: Problem,
  contenders: readonly Contender[],
  { operations, repeats, seconds, say }: CompareOptions,
): Promise<{ cells: Cell[]; absent: string[] }> {
  const cells: Cell[] = [];
  const absent: string[] = [];
  const entrants: Entrant[] = [];
  let ours: Answers | undefined;
  for (const contender of contenders) {
    const entrant: Entrant = { contender };
    try {
      const [answers, took] = await open(entrant, problem);
      ours ??= answers;
      if (ours !== answers) entrant.agreement = compare(problem, ours, answers);
      say(`${idOf(contender)} ${ours === answers ? "is ready" : "agrees"} (${(took / 1000).toFixed(1)} s)`);
    } catch (error) {
      if (error instanceof NotInstalledError) {
        absent.push(error.message);
        continue;
      }
      entrant.failed = error instanceof Error ? error.message : String(error);
      say(`${idOf(contender)} failed: ${entrant.failed}`);
      if (!ours) throw error;
    }
    entrants.push(entrant);
  }

  for (const operation of operations) {
    const timed = new Map<Entrant, Prepared>();
    for (const entrant of entrants) {
      if (entrant.failed || !entrant.peer?.[operation]) continue;
      try {
        timed.set(entrant, await prepare(entrant.peer, operation, problem));
      } catch (error) {
        entrant.failed = (error as Error).message;
      }
    }
    const times = await takeTurns(timed, { repeats, seconds });
    for (const entrant of entrants) {
      const { contender, agreement } = entrant;
      const samples = times.get(entrant);
      if (!samples && !entrant.failed) continue;
      const failed = samples instanceof Error ? samples.message : samples ? undefined : entrant.failed;
      const cell: Cell = {
        workload: problem.workload.name,
        operation,
        contender: idOf(contender),
        label: contender.label,
        backend: contender.backend,
        agreement,
        ...(failed === undefined
          ? {
              milliseconds: spreadOf(samples as number[]),
              operations: timed.get(entrant)!.operations,
              extrapolatedFrom: timed.get(entrant)!.extrapolatedFrom,
            }
          : { failed }),
      };
      cells.push(cell);
      say(
        `${operation} ${idOf(contender)}: ${cell.milliseconds ? `${cell.milliseconds.median.toPrecision(3)} ms` : failed}`,
      );
    }
  }
  for (const { peer } of entrants) await peer?.dispose();
  return { cells, absent };
}

/** Opens a contender and lets it answer: this also compiles what it has to compile. */
async function open(entrant: Entrant, problem: Problem): Promise<[Answers, number]> {
  let answers: Answers = {};
  const took = await timeOnce(async () => {
    entrant.peer = await entrant.contender.open(problem);
    answers = await ask(entrant.peer);
  });
  return [answers, took];
}

/** Warms up, and decides how much of an operation makes a sample. */
async function prepare(peer: Peer, operation: Operation, problem: Problem): Promise<Prepared> {
  if (operation === "train") {
    const train = peer.train!.bind(peer);
    const once = (await timeOnce(() => train(STEPS))) / STEPS;
    const rounds = Math.max(1, Math.ceil(SAMPLE_MS / (BATCHES * once)));
    const steps = Math.min(MOST.train, BATCHES * rounds);
    if (steps > BATCHES) await train(steps);
    return { run: () => train(steps), operations: steps };
  }
  if (operation === "evaluate") return repeated(() => peer.evaluate!(), MOST.evaluate);

  const { inputs: D } = problem.workload;
  const sample = peer.sample!.bind(peer);
  if (peer.samplesAtOnce) return repeated(() => sample(D), MOST.sample);
  const first = Math.min(D, FEWEST_POSITIONS);
  const pass = (await timeOnce(() => sample(first))) / first;
  const positions = Math.min(D, Math.max(first, Math.floor(SAMPLING_MS / pass)));
  if (positions < D) {
    return { run: () => sample(positions), operations: positions / D, extrapolatedFrom: { positions, of: D } };
  }
  return repeated(() => sample(D), MOST.sample);
}

async function repeated(run: () => Promise<unknown>, most: number): Promise<Prepared> {
  const once = await timeOnce(run);
  const operations = Math.max(1, Math.min(most, Math.ceil(SAMPLE_MS / once)));
  return {
    operations,
    async run() {
      for (let i = 0; i < operations; i++) await run();
    },
  };
}
