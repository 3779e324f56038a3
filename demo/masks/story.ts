// The story in seven steps: what each says, and what it sets the panel to so that one sees it.

import type { Settings } from "./settings.ts";

/** The part of the panel that a step is about. */
export type Part = "network" | "sum" | "matrices" | "drawing";

export interface Chapter {
  readonly title: string;
  readonly text: readonly string[];
  readonly masked: boolean;
  readonly settings: Partial<Settings>;
  readonly part: Part;
  /** What the link to that part says. */
  readonly look: string;
}

export const STORY: readonly Chapter[] = [
  {
    title: "An autoencoder copies",
    text: [
      "This network reads a row of 4 bits and is trained to give the same row back. Every output is connected to every input, also to its own.",
      "Choose an output to see all paths that lead to it.",
    ],
    masked: false,
    settings: { inputs: 4, hidden: [6], ordering: "natural", masks: 1, directConnections: false },
    part: "network",
    look: "Look at the network",
  },
  {
    title: "So its outputs are no probabilities of rows",
    text: [
      "Take each output as the probability that its bit is 1, and multiply them: call that q(x). Real probabilities of all 16 rows would sum to 1.",
      "Train it, and watch the sum. An output that has seen its bit can be sure of it, so q goes to 1 for one row after another.",
    ],
    masked: false,
    settings: { inputs: 4, hidden: [6], ordering: "natural", masks: 1, directConnections: false },
    part: "sum",
    look: "Train it and look at the sum",
  },
  {
    title: "One bit after another",
    text: [
      "The probability of a row is a product: of its first bit, of its second given the first, of its third given those two, and so on.",
      "An output that sees only earlier bits is such a factor. Then the sum is 1, before training and after, whatever the weights are.",
    ],
    masked: true,
    settings: { inputs: 4, hidden: [6], ordering: "natural", masks: 1, directConnections: false },
    part: "sum",
    look: "Train it and look at the sum",
  },
  {
    title: "Degrees make the masks",
    text: [
      "Every unit gets a number, its degree: how many bits of the ordering it may know. A hidden unit listens to units of its degree or less, an output only to smaller ones. All other connections are masked: multiplied by 0.",
      "Sort rows and columns by degree, and every mask is a staircase.",
    ],
    masked: true,
    settings: { inputs: 5, hidden: [8], ordering: "natural", masks: 1, directConnections: false },
    part: "matrices",
    look: "Sort the masks",
  },
  {
    title: "Any order will do, and several at once",
    text: [
      "Which bit comes first is up to us. Here the ordering is random, and training goes through four masks in turn with the same weights.",
      "The mean of their four probabilities still sums to 1: it is a mixture. (The mean of their outputs would not be one.)",
    ],
    masked: true,
    settings: { inputs: 5, hidden: [8], ordering: "random", masks: 4, directConnections: false },
    part: "sum",
    look: "Look at the sums of the four masks",
  },
  {
    title: "As deep as you like",
    text: [
      "The rule is the same from layer to layer: degrees never fall on the way up, and the last step is strict. So no path leads from a bit to its own output.",
      "The product of all masks counts the paths. Sorted, it is empty on the diagonal and above.",
    ],
    masked: true,
    settings: { inputs: 5, hidden: [7, 7, 7], ordering: "random", masks: 1, directConnections: false },
    part: "matrices",
    look: "Look at the product",
  },
  {
    title: "A new row for the price of one pass",
    text: [
      "To draw a row, take the bits in order. A unit of degree m is final as soon as m bits are known, so each unit is computed once.",
      "The usual way runs the whole network again for every bit.",
    ],
    masked: true,
    settings: { inputs: 4, hidden: [6, 6], ordering: "random", masks: 1, directConnections: false },
    part: "drawing",
    look: "Draw a row",
  },
];
