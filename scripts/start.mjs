// npm start: sets up, then opens the demo page where there is a display, or trains in the terminal where there is none.
// npm start -- --help lists the options.
import { openPage } from "./open-page.mjs";
import { root, setUp } from "./setup.mjs";
import { readOptions, USAGE } from "./start-options.mjs";
import { buildAndRun, exitWith } from "./tools.mjs";

await exitWith(async () => {
  let options;
  try {
    options = readOptions(process.argv.slice(2), process);
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\n\n${USAGE}`);
    return 2;
  }
  if (options.mode === "terminal") return buildAndRun("train", options.args);
  if (options.mode === "page") return servePage(options);
  console.log(USAGE);
  return 0;
});

/**
 * Serves the page until Ctrl-C.
 * @param {import("./start-options.mjs").Page} options
 */
async function servePage({ open, port }) {
  const { browser } = setUp({ browser: open && process.platform === "linux", vulkan: false });
  const { createServer } = await import("vite"); // only now: set-up may just have installed it
  const server = await createServer({
    root: `${root}demo`,
    configFile: `${root}demo/vite.config.ts`,
    server: { port },
  });
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error("the page's server has no address");
  console.log(`\nMADE is at ${url}   (Ctrl-C ends)\n`);
  const close = open ? openPage(url, browser) : () => {};
  await new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  close();
  await server.close();
  return 0;
}
