// The data sets that have been published for models of binary data, and the figures to stand beside: negative
// log-likelihoods of their test rows in nats.

export interface DataSet {
  readonly name: string;
  /** Names of an NPZ file with its splits, the authors' first; the last is also that of its files in DEBD. */
  readonly files: readonly string[];
  readonly source: "MADE" | "DEBD";
  /** Of the paper's tables: one fixed mask, and masks sampled while training. */
  readonly paper?: { readonly fixed: number; readonly sampled: number };
  /** An independent run in PyTorch of the paper's recipe with sampled masks, where there was one. */
  readonly pytorch?: number;
  /** The best figure of the probabilistic-circuits literature (mixtures of circuits, ID-SPN, HCLT and others). */
  readonly circuits?: number;
}

/** Table 4 and, for MNIST, table 6 of the paper (one layer of 8,000 units with one mask, two of them with 32). */
const MADE: readonly DataSet[] = [
  made("adult", 13.12, 13.13),
  made("connect4", 11.9, 11.9),
  { ...made("dna", 83.63, 79.66), pytorch: 79.85 },
  made("mushrooms", 9.68, 9.69),
  made("nips", 280.25, 277.28),
  made("ocr_letters", 28.34, 30.04),
  made("rcv1", 47.1, 46.74),
  made("web", 28.53, 28.25),
  made("binarized_mnist", 88.4, 86.64),
];

/** Published test figures of the sets of DEBD, where they are known here; the others run without one. */
const DEBD_FIGURES: Readonly<Record<string, number | undefined>> = {
  nltcs: 5.99,
  plants: 12.26,
  jester: 51.93,
  dna: 79.05,
  baudio: 39.02,
  bnetflix: 55.31,
  accidents: 26.74,
  pumsb_star: 22.41,
  bbc: 240.19,
};
const DEBD_FILES =
  "nltcs msnbc kdd plants baudio jester bnetflix accidents tretail pumsb_star dna kosarek msweb book tmovie cwebkb cr52 c20ng bbc ad";

/**
 * Every set that has a name here. Sets of DEBD are called debd-…, because both releases have a DNA: its test rows are the
 * same, and what else there is they divide otherwise.
 */
export const DATA_SETS: readonly DataSet[] = [
  ...MADE,
  ...DEBD_FILES.split(" ").map((file): DataSet => {
    const figure = DEBD_FIGURES[file];
    return {
      name: `debd-${file}`,
      files: [`debd_${file}`, `debd-${file}`, file],
      source: "DEBD",
      ...(figure !== undefined && { circuits: figure }),
    };
  }),
];

function made(name: string, fixed: number, sampled: number): DataSet {
  return { name, files: [name, `made_${name}`], source: "MADE", paper: { fixed, sampled } };
}
