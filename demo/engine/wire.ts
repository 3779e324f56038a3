// What crosses between page and worker: structured clones, in which packed rows travel as plain objects and an error
// keeps its code.

import { MadeError } from "../../src/errors.ts";
import { BinaryRows } from "../../src/made/rows.ts";

/** Stands for BinaryRows on the way. */
interface Packed {
  packedRows: number;
  inputs: number;
  words: Uint32Array;
}

/** `value` with all rows in it packed to go through a structured clone. */
export const encode = (value: unknown): unknown =>
  walk(value, (object) =>
    object instanceof BinaryRows
      ? ({ packedRows: object.rows, inputs: object.inputs, words: object.words } satisfies Packed)
      : undefined,
  );

/** What {@link encode} was given. */
export const decode = (value: unknown): unknown =>
  walk(value, (object) => {
    if (!("packedRows" in object)) return undefined;
    const { packedRows, inputs, words } = object as Packed;
    const rows = BinaryRows.zeros(packedRows, inputs);
    rows.words.set(words);
    return rows;
  });

function walk(value: unknown, replace: (object: object) => unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const replaced = replace(value);
  if (replaced !== undefined) return replaced;
  if (Array.isArray(value)) return value.map((item) => walk(item, replace));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, replace)]));
}

/** In the worker: an error whose code survives, as its name does. */
export function toWire(error: unknown): unknown {
  if (!(error instanceof MadeError)) return error;
  return Object.assign(new Error(error.message), { name: `${PREFIX}${error.code}` });
}

/** On the page: the error with its code. */
export function fromWire(error: unknown): unknown {
  if (!(error instanceof Error) || !error.name.startsWith(PREFIX)) return error;
  return new MadeError(error.name.slice(PREFIX.length), error.message);
}

const PREFIX = "MadeError:";
