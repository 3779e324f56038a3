// A table, a model, and what the model says of the table: everything behind the panel. The model lives in a worker. Knows
// nothing of the document.

import { FormatError } from "../../src/errors.ts";
import { binaryColumns, type EncodedRows } from "../../src/io/table.ts";
import type { Column } from "../../src/made/columns.ts";
import type { BinaryRows } from "../../src/made/rows.ts";
import type { Stopped } from "../../src/training-job.ts";
import { EngineClient, type Opened, type TrainingEvents } from "../engine/client.ts";
import { type Filled, type FillingModel, fill } from "./fill.ts";
import { FIT, type LearningRows, modelFor, rowsToLearn } from "./learn.ts";
import { type Ranking, rank, type ScoringModel } from "./surprise.ts";
import { makeUp, type SamplingModel, type Synthetic } from "./synthetic.ts";
import { encode, type Mapping, mapColumns, type Table } from "./table.ts";

/** What the model says of the rows of the table. */
export interface Answers {
  readonly filled: Filled;
  readonly ranking: Ranking;
}

const SEED = 1;

export class Desk {
  /** The table that is open, and how it becomes inputs. */
  table: Table | undefined;
  mapping: Mapping | undefined;
  #encoded: EncodedRows | undefined;
  /** The mapping of the model that is open and has learned. */
  model: readonly Column[] | undefined;
  #engine: EngineClient | undefined;

  get missing(): number {
    return this.#encoded?.missing ?? 0;
  }

  get #worker(): EngineClient {
    this.#engine ??= new EngineClient();
    return this.#engine;
  }

  /**
   * Takes a table in place of the one before. A model that knows its columns stays, another one is put away.
   * @throws FormatError, BadCellsError; nothing has changed then
   */
  async open(table: Table): Promise<void> {
    const { model } = this;
    const stays = model?.every(({ column }) => table.columns.includes(column));
    const mapping = stays ? knownTo(model!, table) : await mapColumns(table);
    this.#encoded = await encode(table, mapping.columns);
    this.table = table;
    this.mapping = mapping;
    if (!stays) this.model = undefined;
  }

  /**
   * Takes a model file in place of the model before.
   * @throws FormatError where it is none, or does not fit the table that is open; nothing has changed then
   */
  async openModel(bytes: Uint8Array): Promise<Opened> {
    const { table } = this;
    const engine = new EngineClient();
    try {
      const opened = await engine.open({ kept: { bytes } });
      const model = columnsOf(opened.config);
      const encoded = table && (await encode(table, model));
      this.#engine?.dispose();
      this.#engine = engine;
      this.#encoded = encoded;
      this.mapping = table && knownTo(model, table);
      this.model = model;
      return opened;
    } catch (error) {
      engine.dispose();
      throw error;
    }
  }

  /** Makes a model for the table. */
  async begin(): Promise<{ opened: Opened; rows: LearningRows }> {
    const { columns } = this.mapping!;
    this.model = undefined;
    const rows = rowsToLearn(this.#encoded!, columns, SEED);
    const { epochs, patience, batchSize, learningRate } = FIT;
    const opened = await this.#worker.open({
      config: modelFor(columns, SEED),
      data: { train: rows.train, validation: rows.validation, test: rows.validation },
      settings: { epochs, patience, batchSize, optimizer: { name: "adam", learningRate } },
      startAtMarginals: true,
    });
    return { opened, rows };
  }

  /** Trains, to the end or to a {@link pause}, after which it goes on. */
  train(events: TrainingEvents): Promise<Stopped> {
    return this.#worker.train(events);
  }

  pause(): Promise<void> {
    return this.#worker.pause();
  }

  /** Takes the best weights so far: the model has learned. */
  async finish(): Promise<void> {
    await this.#worker.finish();
    this.model = this.mapping!.columns;
  }

  /** Fills the missing cells and ranks the rows. @param onProgress gets the share that is done */
  async ask(onProgress: (share: number) => void): Promise<Answers> {
    const filled = await fill(this.#asked, this.model!, this.#encoded!, SEED, (share) => onProgress(share / 2));
    const ranking = await rank(this.#asked, this.model!, filled.rows, (share) => onProgress((1 + share) / 2));
    return { filled, ranking };
  }

  makeUp(n: number, seed: number): Promise<Synthetic> {
    return makeUp(this.#asked, this.model!, n, seed);
  }

  save(): Promise<Uint8Array> {
    return this.#worker.ask("save");
  }

  /** Puts everything away. */
  clear(): void {
    this.table = undefined;
    this.mapping = undefined;
    this.#encoded = undefined;
    this.model = undefined;
    this.#engine?.dispose();
    this.#engine = undefined;
  }

  get #asked(): FillingModel & ScoringModel & SamplingModel {
    const worker = this.#worker;
    return {
      logProb: (rows: BinaryRows) => worker.ask("logProb", rows),
      logProbByInput: (rows: BinaryRows) => worker.ask("logProbByInput", rows),
      complete: (rows, observed, options) => worker.ask("complete", rows, observed, options),
      sample: (n, options) => worker.ask("sample", n, options),
    };
  }
}

/** How columns of a table become the inputs of a model from a file. @throws FormatError where it gives no probabilities */
function columnsOf({ columns, inputNames, inputs, masked }: Opened["config"]): readonly Column[] {
  if (!masked)
    throw new FormatError("got a plain autoencoder, which gives no probabilities, expected a model with masks");
  return columns ?? binaryColumns(inputNames ?? Array.from({ length: inputs }, (_, d) => String(d + 1)));
}

const knownTo = (columns: readonly Column[], table: Table): Mapping => ({
  columns,
  leftOut: table.columns
    .filter((name) => !columns.some(({ column }) => column === name))
    .map((column) => ({ column, why: "the model does not know it" })),
});
