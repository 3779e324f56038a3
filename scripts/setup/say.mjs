// What set-up says to the person who waits for it, on stderr so that a program's own output stays clean.
// Not a logger: a line is written when something is done, needed or wrong, and nothing else.

/** @param {NodeJS.WriteStream} stream */
const inColour = (stream) => Boolean(stream.isTTY) && !process.env.NO_COLOR;

/**
 * @param {string} text
 * @param {"bold" | "dim" | "red" | "green" | "yellow"} style
 * @param {NodeJS.WriteStream} [stream] where the text will be written
 */
export function paint(text, style, stream = process.stderr) {
  const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };
  return inColour(stream) ? `\x1b[${codes[style]}m${text}\x1b[0m` : text;
}

/** @param {string} text one short line: what is done, and why */
export const say = (text) => void process.stderr.write(`${paint("setup", "dim")}  ${text}\n`);

/** @param {string} text what is missing, and what the reader can do */
export const warn = (text) => void process.stderr.write(`${paint("setup", "yellow")}  ${text}\n`);

/** Something that set-up cannot do without; the message says what the reader can do. */
export class SetupError extends Error {
  /** @override */
  name = "SetupError";
}
