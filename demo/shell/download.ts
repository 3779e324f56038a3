// Hands bytes to the user as a file.

import { make } from "./dom.ts";

/** Saves `content` under `name`, as the browser saves downloads. */
export function download(name: string, content: Uint8Array | string, type = "application/octet-stream"): void {
  const href = URL.createObjectURL(new Blob([content as BlobPart], { type }));
  make("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // the browser reads it after this call
}
