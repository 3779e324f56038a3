// The header of a .npy file: a Python dict literal with three known keys. Reads exactly that literal; it is no
// general Python parser and evaluates nothing.

import { FormatError } from "../errors.ts";

/** What a header says; `descr` is NumPy's name of the element type, such as `<f4`. */
export interface NpyHeader {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

// A string without escapes, a truth value, an integer (Python 2 wrote `10L`), or a sign.
const TOKEN = /\s*(?:'([^'\\\n]*)'|"([^"\\\n]*)"|(True|False)|(\d+)L?|([{}():,]))/y;
const MAX_AXES = 64; // NumPy's own limit

type Token = { at: number; text: string; value: string | boolean | number | undefined };

/**
 * @param text the header, one character a byte.
 * @param start byte of the file at which `text` begins, for error messages.
 * @throws FormatError naming the byte and what was expected there.
 */
export function parseNpyHeader(text: string, start: number): NpyHeader {
  let position = 0;

  function fail(at: number, expected: string): never {
    const got = at < text.length ? JSON.stringify(text.slice(at, at + 16)) : "the end of the header";
    throw new FormatError(`NPY header, byte ${start + at}: got ${got}, expected ${expected}`);
  }

  function next(expected: string): Token {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(text);
    if (!match) fail(position + text.slice(position).search(/\S|$/), expected);
    const [all, single, double, truth, integer, sign] = match;
    position += all.length;
    const at = position - all.trimStart().length;
    if (sign) return { at, text: sign, value: undefined };
    if (integer) return { at, text: integer, value: Number(integer) };
    if (truth) return { at, text: truth, value: truth === "True" };
    return { at, text: "string", value: single ?? double };
  }

  function nextSign(...signs: string[]): string {
    const expected = signs.map((sign) => `"${sign}"`).join(" or ");
    const token = next(expected);
    return signs.includes(token.text) ? token.text : fail(token.at, expected);
  }

  function nextValue<T>(isLegal: (value: unknown) => value is T, expected: string): T {
    const token = next(expected);
    return isLegal(token.value) ? token.value : fail(token.at, expected);
  }

  function nextShape(): number[] {
    nextSign("(");
    const shape: number[] = [];
    for (;;) {
      const token = next('an axis or ")"');
      if (token.text === ")") return shape;
      if (!Number.isSafeInteger(token.value)) fail(token.at, "an integer below 2^53, the size of an axis");
      if (shape.length === MAX_AXES) fail(token.at, `at most ${MAX_AXES} axes`);
      shape.push(token.value as number);
      // `(5)` is the number 5 in Python: only `(5,)` is a tuple.
      if (shape.length === 1) nextSign(",");
      else if (nextSign(",", ")") === ")") return shape;
    }
  }

  const header: { descr?: string; fortran_order?: boolean; shape?: number[] } = {};
  nextSign("{");
  for (;;) {
    const key = next('a key or "}"');
    if (key.text === "}") break;
    if (key.value !== "descr" && key.value !== "fortran_order" && key.value !== "shape")
      fail(key.at, "the key 'descr', 'fortran_order' or 'shape'");
    if (key.value in header) fail(key.at, `'${key.value}' only once`);
    nextSign(":");
    if (key.value === "descr") header.descr = nextValue(isString, "a string that names one element type");
    else if (key.value === "fortran_order") header.fortran_order = nextValue(isBoolean, "True or False");
    else header.shape = nextShape();
    if (nextSign(",", "}") === "}") break;
  }
  const rest = text.slice(position).search(/\S/);
  if (rest >= 0) fail(position + rest, "nothing after the header but white space");
  const { descr, fortran_order: fortranOrder, shape } = header;
  if (descr === undefined || fortranOrder === undefined || shape === undefined)
    throw new FormatError(
      `NPY header, byte ${start}: got the keys ${Object.keys(header).join(", ") || "(none)"}, ` +
        "expected descr, fortran_order and shape",
    );
  return { descr, fortranOrder, shape };
}

const isString = (value: unknown) => typeof value === "string";
const isBoolean = (value: unknown) => typeof value === "boolean";
