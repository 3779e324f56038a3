// What one can set on the panel: read from its form, with limits and a sentence for what is outside them.

import { ArgumentError } from "../../src/errors.ts";
import type { Activation, MadeConfig } from "../../src/made/config.ts";
import type { MnistPlan } from "../../src/mnist-job.ts";
import { find } from "../shell/dom.ts";

export interface DigitsSettings {
  hidden: readonly number[];
  activation: Activation;
  /** How many; 0 stands for a new one every step. */
  masks: number;
  ordering: "natural" | "random";
  learningRate: number;
  directConnections: boolean;
  /** False: the plain autoencoder. */
  masked: boolean;
  seed: number;
}

const MOST_LAYERS = 4;
const MOST_UNITS = 4000;

/** What suits a plan. */
export const settingsFor = ({ hidden, masks, learningRate }: MnistPlan, seed: number): DigitsSettings => ({
  hidden,
  activation: "relu",
  masks,
  ordering: "natural",
  learningRate,
  directConnections: false,
  masked: true,
  seed,
});

export function configOf({ masks, learningRate: _, ...settings }: DigitsSettings, inputs: number): MadeConfig {
  return { inputs, ...settings, masks: masks === 0 ? Number.POSITIVE_INFINITY : masks };
}

/** A field whose value cannot be used, and why. */
export class FieldError extends ArgumentError {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

export function writeForm(form: HTMLElement, settings: DigitsSettings): void {
  const { hidden, activation, masks, ordering, learningRate, directConnections, masked, seed } = settings;
  input(form, "hidden").value = hidden.join(", ");
  select(form, "activation").value = activation;
  const choice = select(form, "masks");
  if (![...choice.options].some(({ value }) => Number(value) === masks))
    choice.add(new Option(String(masks), String(masks)));
  choice.value = String(masks);
  select(form, "ordering").value = ordering;
  input(form, "rate").value = String(learningRate);
  input(form, "direct").checked = directConnections;
  input(form, "masked").checked = masked;
  input(form, "seed").value = String(seed);
}

/** @throws FieldError */
export function readForm(form: HTMLElement): DigitsSettings {
  return {
    hidden: readHidden(input(form, "hidden").value),
    activation: select(form, "activation").value as Activation,
    masks: Number(select(form, "masks").value),
    ordering: select(form, "ordering").value as "natural" | "random",
    learningRate: readRate(input(form, "rate").value),
    directConnections: input(form, "direct").checked,
    masked: input(form, "masked").checked,
    seed: readSeed(input(form, "seed").value),
  };
}

function readHidden(text: string): number[] {
  const widths = text.split(/[\s,]+/).filter((part) => part !== "");
  if (widths.length < 1 || widths.length > MOST_LAYERS)
    throw new FieldError("hidden", `Hidden layers: got ${widths.length} of them, expected 1 to ${MOST_LAYERS}.`);
  return widths.map((width) => {
    const units = /^\d+$/.test(width) ? Number(width) : Number.NaN;
    if (!(units >= 1 && units <= MOST_UNITS))
      throw new FieldError("hidden", `Hidden layers: got “${width}” units, expected 1 to ${MOST_UNITS}.`);
    return units;
  });
}

function readRate(text: string): number {
  const rate = Number(text);
  if (text.trim() === "" || !(rate > 0 && rate <= 1))
    throw new FieldError("rate", `Learning rate: got “${text}”, expected a number above 0 and up to 1, like 0.001.`);
  return rate;
}

function readSeed(text: string): number {
  const seed = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(seed)) throw new FieldError("seed", `Seed: got “${text}”, expected a whole number from 0.`);
  return seed;
}

const input = (form: HTMLElement, name: string) => find(form, `[name=${name}]`, HTMLInputElement);
const select = (form: HTMLElement, name: string) => find(form, `[name=${name}]`, HTMLSelectElement);
