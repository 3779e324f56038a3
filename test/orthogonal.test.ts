// Orthonormal rows or columns, their distribution, and that both are a function of the seed.

import { expect, test } from "vitest";
import { resolveConfig } from "../src/made/config.ts";
import { initialParameters } from "../src/made/initialize.ts";
import { orthogonal } from "../src/made/orthogonal.ts";
import { Random } from "../src/made/random.ts";
import { allClose } from "./support/all-close.ts";

/** W Wᵀ of a (rows, columns) matrix, or Wᵀ W where `columns` are fewer: (n, n). */
function gram(W: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const n = Math.min(rows, columns);
  const m = Math.max(rows, columns);
  const at =
    rows < columns ? (i: number, j: number) => W[j * columns + i] : (i: number, j: number) => W[i * columns + j];
  const G = new Float64Array(n * n);
  for (let a = 0; a < n; a++)
    for (let b = 0; b < n; b++) for (let i = 0; i < m; i++) G[a * n + b] += at(i, a) * at(i, b);
  return G;
}

const identity = (n: number) => Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));

test.each([
  [1, 1],
  [1, 5],
  [5, 1],
  [7, 8],
  [8, 8],
  [9, 7],
  [16, 17],
  [60, 33],
  [25, 300],
])("%i × %i: orthonormal columns, or rows where they are fewer", (rows, columns) => {
  const n = Math.min(rows, columns);
  const W = orthogonal(rows, columns, new Random(3, "weights"));
  allClose(gram(W, rows, columns), identity(n), { atol: 1e-14 }, "Gram matrix");
});

test("every direction is as likely as any other: entries have mean 0 and variance 1/m, signs are free", () => {
  const [m, n, draws] = [6, 4, 4000];
  const mean = new Float64Array(m * n);
  const square = new Float64Array(m * n);
  let determinants = 0;
  for (let i = 0; i < draws; i++) {
    orthogonal(m, n, new Random(i, "weights")).forEach((w, at) => {
      mean[at] += w / draws;
      square[at] += (w * w) / draws;
    });
    const [a, b, c, d] = orthogonal(2, 2, new Random(i, "weights"));
    determinants += Math.sign(a * d - b * c);
  }
  // Of w: standard deviation √(1/m); of w²: √(2(m−1) / (m²(m+2))). Four standard errors of 24 values each.
  allClose(mean, new Float64Array(m * n), { atol: 4 * Math.sqrt(1 / m / draws) }, "mean");
  const spread = Math.sqrt((2 * (m - 1)) / (m * m * (m + 2)) / draws);
  allClose(square, new Float64Array(m * n).fill(1 / m), { atol: 4 * spread }, "variance");
  expect(Math.abs(determinants)).toBeLessThan(4 * Math.sqrt(draws));
});

test("the first column is the first Gaussian vector, of length 1: R's diagonal is positive", () => {
  const random = new Random(5, "weights");
  const x = Float64Array.from({ length: 9 }, () => random.normal());
  const norm = Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));
  const W = orthogonal(9, 4, new Random(5, "weights"));
  allClose(
    Float64Array.from(x, (_, i) => W[i * 4]),
    x.map((v) => v / norm),
    { atol: 1e-15 },
  );
});

test("is what initialization: orthogonal draws, with biases of 0, from the seed alone", () => {
  const config = resolveConfig({ inputs: 6, hidden: [9, 4], directConnections: true, initialization: "orthogonal" });
  const parameters = initialParameters(config);
  for (const [name, { shape, data }] of Object.entries(parameters)) {
    if (shape.length === 1) expect([...data]).toEqual(new Array(data.length).fill(0));
    else allClose(gram(data, shape[0], shape[1]), identity(Math.min(...shape)), { atol: 1e-6 }, name);
  }
  expect(initialParameters(config)).toEqual(parameters);
  expect(initialParameters({ ...config, seed: 2 }).W1).not.toEqual(parameters.W1);
});
