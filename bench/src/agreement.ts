// Does a peer compute what we compute? Asked before anything of it is timed; one that does not is not timed.

import type { Peer } from "./peer.ts";
import { inputsInOrder, type Problem } from "./problem.ts";
import { SAMPLES } from "./workloads.ts";

/** Training steps after which the losses are compared again. */
export const STEPS = 5;
/** Positions of the ordering whose samples are compared. */
export const POSITIONS = 20;

/** Worst relative difference in −log p of a row: of the same parameters, and after {@link STEPS} steps of Adam. */
export const TOLERANCE = { before: 1e-4, after: 1e-3 } as const;
/** Samples that may differ: where u falls within rounding of p, one value flips and takes its row along. */
export const FLIPPED_ROWS = 1;

/** What a contender computed: what there is depends on what it can do. */
export interface Answers {
  before?: ArrayLike<number>;
  samples?: ArrayLike<number>;
  after?: ArrayLike<number>;
}

/** How far a peer was from us. */
export interface Agreement {
  /** Worst relative difference in −log p of a row with the same parameters. */
  before?: number;
  /** The same after {@link STEPS} training steps. */
  after?: number;
  /** Rows of samples that differ, of SAMPLES. */
  flipped?: number;
}

/** Lets a fresh peer answer. */
export async function ask(peer: Peer): Promise<Answers> {
  const answers: Answers = {};
  if (peer.evaluate) answers.before = Float64Array.from(await peer.evaluate());
  if (peer.sample) answers.samples = Uint8Array.from(await peer.sample(POSITIONS));
  if (peer.train && peer.evaluate) {
    await peer.train(STEPS);
    answers.after = Float64Array.from(await peer.evaluate());
  }
  return answers;
}

/** @throws Error saying what differs, and by how much */
export function compare(problem: Problem, ours: Answers, theirs: Answers): Agreement {
  const agreement: Agreement = {};
  for (const when of ["before", "after"] as const) {
    const [want, got] = [ours[when], theirs[when]];
    if (!want || !got) continue;
    agreement[when] = worstDifference(want, got);
    if (!(agreement[when] <= TOLERANCE[when]))
      throw new Error(
        `−log p ${when === "before" ? "of the same parameters" : `after ${STEPS} training steps`} differs by up to ` +
          `${agreement[when].toExponential(1)} (relative), expected at most ${TOLERANCE[when]}`,
      );
  }
  if (ours.samples && theirs.samples) {
    agreement.flipped = flippedRows(problem, ours.samples, theirs.samples);
    if (agreement.flipped > FLIPPED_ROWS)
      throw new Error(`${agreement.flipped} of ${SAMPLES} samples differ, expected at most ${FLIPPED_ROWS}`);
  }
  return agreement;
}

function worstDifference(want: ArrayLike<number>, got: ArrayLike<number>): number {
  if (want.length !== got.length) throw new Error(`got −log p of ${got.length} rows, expected ${want.length}`);
  let worst = 0;
  for (let r = 0; r < want.length; r++) {
    const difference = Math.abs(got[r] - want[r]) / Math.abs(want[r]);
    if (Number.isNaN(difference)) return difference;
    worst = Math.max(worst, difference);
  }
  return worst;
}

function flippedRows(problem: Problem, want: ArrayLike<number>, got: ArrayLike<number>): number {
  const { inputs: D } = problem.workload;
  const compared = inputsInOrder(problem).slice(0, POSITIONS);
  let rows = 0;
  for (let r = 0; r < SAMPLES; r++) if (compared.some((d) => want[r * D + d] !== got[r * D + d])) rows++;
  return rows;
}
