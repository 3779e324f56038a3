// The model that the panel keeps from visit to visit, by itself. Where the browser lends no storage nothing is kept.

import type { JobCheckpoint } from "../../src/training-job.ts";
import { forget, keep, kept } from "../shell/store.ts";
import type { DigitsSettings } from "./settings.ts";

/** Pages with another query keep other models. */
const KEY = `digits${location.search}`;

export interface KeptModel extends JobCheckpoint {
  settings: DigitsSettings;
}

export const keepModel = (model: KeptModel): Promise<void> => keep(KEY, model).catch(() => {});
export const keptModel = (): Promise<KeptModel | undefined> => kept<KeptModel>(KEY);
export const forgetModel = (): Promise<void> => forget(KEY).catch(() => {});
