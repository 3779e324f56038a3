// The table and the model that the panel keeps between visits, where it was asked to.

import { forget, keep, kept } from "../shell/store.ts";
import type { Table } from "./table.ts";

const KEY = "data";

export interface Kept {
  readonly table?: Table;
  /** A model file. */
  readonly model?: Uint8Array;
}

export const keepData = (what: Kept): Promise<void> => keep(KEY, what);
export const keptData = (): Promise<Kept | undefined> => kept<Kept>(KEY);
export const forgetData = (): Promise<void> => forget(KEY);
