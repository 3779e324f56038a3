// A folder served as plain files, and a headless browser that opens pages of it and says all that went wrong in them.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { chromium, type Page } from "playwright";
import { launchOptions } from "../support/browser.ts";

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

export interface Served {
  /** Opens a page and waits until `ready`, an expression, is true in it; throws what the page complains of. */
  open(path: string, ready: string): Promise<Page>;
  close(): Promise<void>;
}

export async function serve(folder: string): Promise<Served> {
  const server = createServer((request, response) => {
    const path = new URL(request.url!, "http://localhost").pathname;
    try {
      const body = readFileSync(join(folder, path));
      response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream").end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = await chromium.launch(launchOptions);
  return {
    async open(path, ready) {
      const page = await browser.newPage();
      const failure = new Promise<never>((_, reject) => {
        page.on("console", (message) => message.type() === "error" && reject(new Error(`${path}: ${message.text()}`)));
        page.on("pageerror", (error) => reject(new Error(`${path}: ${error.stack ?? error.message}`)));
      });
      failure.catch(() => {}); // also where nobody waits any more
      await page.goto(`${address}/${path}`, { waitUntil: "commit", timeout: 100_000 });
      await Promise.race([page.waitForFunction(ready, undefined, { timeout: 100_000 }), failure]);
      return page;
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** A page that runs one module. */
export const pageOf = (script: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>a page</title><link rel="icon" href="data:,"></head>` +
  `<body><button id="stop">Stop</button><script type="module" src="${script}"></script></body></html>`;
