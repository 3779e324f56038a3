// What helps against data that is refused: the readers say what is wrong and know neither commands nor options.

interface Remedy {
  readonly wrong: RegExp;
  /** By command. */
  readonly help: Readonly<Record<string, string | undefined>>;
}

const GREY = "--threshold 0.5 takes grey values";
const REMEDIES: readonly Remedy[] = [
  {
    wrong: /: got a missing cell \(/,
    help: { train: "--missing drop leaves such rows out", score: "made impute fills in what is missing" },
  },
  {
    wrong: /: got more than \d+ values \(/,
    help: { train: "--ignore leaves a column out, --max-categories allows more" },
  },
  {
    wrong: /: array: values: row \d+, column \d+ is [\d.]+, expected 0 or 1$/,
    help: { train: GREY, score: GREY, impute: GREY },
  },
];

/** @returns what to do about an error of a command, where there is something */
export const remedyOf = (command: string, message: string): string | undefined =>
  REMEDIES.find(({ wrong }) => wrong.test(message))?.help[command];
