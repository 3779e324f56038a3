// What the page keeps in this browser between visits, in IndexedDB. Knows no panel.

import { del, get, set } from "idb-keyval";

/** Keeps `value`, anything that can be cloned, under `key`. @throws where the browser has no room or no storage */
export const keep = (key: string, value: unknown): Promise<void> => set(key, value);

/** What was kept; undefined where nothing was, or where the browser lends no storage. */
export async function kept<T>(key: string): Promise<T | undefined> {
  try {
    return await get<T>(key);
  } catch {
    return undefined;
  }
}

export const forget = (key: string): Promise<void> => del(key);
