import { fileURLToPath } from "node:url";
import { openBrowser } from "./places/browser.ts";
import { runInsideNode } from "./places/inside-node.ts";
import { INSIDE, openNode } from "./places/node.ts";

if (process.argv[2] === INSIDE) await runInsideNode();
else {
  const say = (t: string) => console.log("  ", t);
  const place =
    process.argv[2] === "node"
      ? openNode(fileURLToPath(import.meta.url), JSON.parse(process.env.MADE_BENCH_NODE_ENV ?? "{}"), say)
      : await openBrowser(fileURLToPath(new URL("..", import.meta.url)), process.env.CHROME_PATH!, say);
  const part = JSON.parse(process.argv[3]);
  console.log(JSON.stringify(await place.run(part), null, 1));
  await place.close();
}
