// The only importer of wgsl-preprocessor: `wgsl` resolves #if / #elif / #else / #endif in a template literal.
// Lists (unrolled blocks) are interpolated ready-made by `repeat`.

export { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";

/** `line(0)` … `line(n − 1)`, one a line: how blocks are unrolled. */
export const repeat = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join("\n");

/** Every pair (o, r) of an n × m block, one a line, o outermost. */
export const repeat2 = (n: number, m: number, line: (o: number, r: number) => string): string =>
  repeat(n, (o) => repeat(m, (r) => line(o, r)));
