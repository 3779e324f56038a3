// What the likelihood of rows is made of: of the mixture, by mask, by input, and of observed cells alone. The mixture is an
// engine's, and so are the logits behind the others, whose sums are in float64 on the host.

import type { Mask } from "./masks.ts";
import type { LoadedRows, Network } from "./network.ts";
import { softplus } from "./reference/activation.ts";
import type { BinaryRows } from "./rows.ts";

/** Rows scored at a time: what is uploaded at once stays small however many rows there are. */
const ROWS_AT_A_TIME = 65_536;
/** Bytes of logits that are read back at once. */
const LOGIT_BYTES = 2 ** 26;

type Scored = { readonly network: Network };

/** Calls `then` with consecutive parts of `rows` of at most `most` rows, loaded. */
export async function inParts(
  { network }: Scored,
  rows: BinaryRows,
  then: (loaded: LoadedRows, first: number, part: BinaryRows) => Promise<void>,
  most = ROWS_AT_A_TIME,
): Promise<void> {
  for (let first = 0; first < rows.rows; first += most) {
    const part = rows.rows <= most ? rows : rows.slice(first, Math.min(rows.rows, first + most));
    const loaded = await network.load(part);
    try {
      await then(loaded, first, part);
    } finally {
      loaded.dispose();
    }
  }
}

/** log p_k(x) in nats under each mask, (masks, rows). */
export async function logProbByMask(
  scored: Scored,
  rows: BinaryRows,
  masks: readonly Mask[],
  signal?: AbortSignal,
): Promise<Float64Array> {
  const all = new Float64Array(masks.length * rows.rows);
  await inParts(scored, rows, async (loaded, first) => {
    const nll = await scored.network.score(loaded, masks, signal);
    for (let k = 0; k < masks.length; k++)
      for (let r = 0; r < loaded.rows; r++) all[k * rows.rows + first + r] = -nll[k * loaded.rows + r];
  });
  return all;
}

/** log p(x) of the mixture in nats, (rows). */
export async function logProb(
  scored: Scored,
  rows: BinaryRows,
  masks: readonly Mask[],
  signal?: AbortSignal,
): Promise<Float64Array> {
  const all = new Float64Array(rows.rows);
  await inParts(scored, rows, async (loaded, first) => {
    const nll = await scored.network.scoreMixture(loaded, masks, signal);
    for (let r = 0; r < loaded.rows; r++) all[first + r] = -nll[r];
  });
  return all;
}

/** Calls `then` with log p(x_d | x_<d) under a mask for every cell, row by row. */
export async function eachLogProb(
  scored: Scored,
  rows: BinaryRows,
  mask: Mask,
  then: (row: number, logProbs: Float64Array) => void,
  signal?: AbortSignal,
): Promise<void> {
  const D = rows.inputs;
  const cells = new Float64Array(D);
  const most = Math.max(1, Math.floor(LOGIT_BYTES / (4 * D)));
  await inParts(
    scored,
    rows,
    async (loaded, first, part) => {
      signal?.throwIfAborted();
      const logits = await scored.network.conditionals(loaded, mask, "logits");
      for (let r = 0; r < part.rows; r++) {
        for (let d = 0; d < D; d++) {
          const z = logits[r * D + d];
          cells[d] = part.get(r, d) * z - softplus(z);
        }
        then(first + r, cells);
      }
    },
    most,
  );
}

/**
 * What every cell adds to log p(x), in nats, (rows, D): each row's numbers sum to its log p. Under one mask log p(x_d | x_<d).
 * For the mixture, with r_k = p_k(x) / Σ_j p_j(x) the share of mask k, Σ_k r_k log p_k(x_d | x_<d); these sum to
 * Σ_k r_k log p_k(x) = log p(x) + KL(r ‖ 1/K), so every cell has KL / D less.
 */
export async function logProbByInput(
  scored: Scored,
  rows: BinaryRows,
  masks: readonly Mask[],
  signal?: AbortSignal,
): Promise<Float64Array> {
  const D = rows.inputs;
  const K = masks.length;
  const n = rows.rows;
  const all = new Float64Array(n * D);
  const shares = K > 1 ? await logProbByMask(scored, rows, masks, signal) : new Float64Array(n);
  for (let r = 0; r < n; r++) {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < K; k++) most = Math.max(most, shares[k * n + r]);
    let sum = 0;
    for (let k = 0; k < K; k++) sum += Math.exp(shares[k * n + r] - most);
    let divergence = 0;
    for (let k = 0; k < K; k++) {
      const share = Math.exp(shares[k * n + r] - most) / sum;
      shares[k * n + r] = share;
      if (share > 0) divergence += share * Math.log(K * share);
    }
    all.fill(-divergence / D, r * D, (r + 1) * D);
  }
  for (const [k, mask] of masks.entries())
    await eachLogProb(
      scored,
      rows,
      mask,
      (r, logProbs) => {
        for (let d = 0; d < D; d++) all[r * D + d] += shares[k * n + r] * logProbs[d];
      },
      signal,
    );
  return all;
}

/** Σ log p(x_d | x_<d) over the observed cells under one mask, in nats, (rows): their log p where they come first. */
export async function observedLogProb(
  scored: Scored,
  rows: BinaryRows,
  observed: BinaryRows,
  mask: Mask,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const all = new Float64Array(rows.rows);
  await eachLogProb(
    scored,
    rows,
    mask,
    (r, logProbs) => {
      for (let d = 0; d < rows.inputs; d++) if (observed.get(observed.rows > 1 ? r : 0, d)) all[r] += logProbs[d];
    },
    signal,
  );
  return all;
}
