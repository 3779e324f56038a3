// Keeps a model in the browser from visit to visit: bytes and what goes with them, in the browser's cache storage. Where
// there is none (a page not from https or localhost, a private window) nothing is kept.

const CACHE = "made-models";

/** Where a model named `name` is kept; pages with another query keep others. */
const address = (name: string) => new URL(`kept-${name}${location.search}`, location.href.split(/[?#]/)[0]).href;

/** Keeps `state` (JSON) and `bytes` under `name`. @returns whether it could */
export async function keep(name: string, state: unknown, bytes: Uint8Array): Promise<boolean> {
  try {
    const json = new TextEncoder().encode(JSON.stringify(state));
    const body = new Blob([Uint32Array.of(json.length), json, bytes as BlobPart]);
    await (await caches.open(CACHE)).put(address(name), new Response(body));
    return true;
  } catch {
    return false;
  }
}

/** What was kept under `name`. */
export async function kept(name: string): Promise<{ state: unknown; bytes: Uint8Array } | undefined> {
  try {
    const response = await (await caches.open(CACHE)).match(address(name));
    if (!response) return undefined;
    const all = await response.arrayBuffer();
    const [length] = new Uint32Array(all, 0, 1);
    const state: unknown = JSON.parse(new TextDecoder().decode(new Uint8Array(all, 4, length)));
    return { state, bytes: new Uint8Array(all.slice(4 + length)) };
  } catch {
    return undefined;
  }
}

/** Forgets what was kept under `name`. */
export async function forget(name: string): Promise<void> {
  try {
    await (await caches.open(CACHE)).delete(address(name));
  } catch {
    // nothing was kept there
  }
}
