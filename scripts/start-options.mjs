// What npm start is asked to do: the page or the terminal job.
// Decides only; start.mjs does it.

export const USAGE = `npm start [-- options]

Shows MADE at work. Where there is a display it opens the demo page in a browser;
elsewhere it trains in this terminal.

  --page          serve the page, even without a display (its address is printed)
  --terminal      train in the terminal, even with a display; all other options are passed on to it:
                  npm start -- --terminal --help lists them
  --port NUMBER   the page's port (5173, or the next that is free)
  --help          this text`;

/**
 * @typedef {{ mode: "help" }} Help
 * @typedef {{ mode: "page", open: boolean, port: number }} Page
 * @typedef {{ mode: "terminal", args: string[] }} Terminal
 */

/**
 * @param {string[]} args
 * @param {{ platform: string, env: Record<string, string | undefined> }} machine
 * @returns {Help | Page | Terminal}
 * @throws {Error} when the options contradict each other or are unknown
 */
export function readOptions(args, { platform, env }) {
  const display = platform === "darwin" || platform === "win32" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
  const page = args.includes("--page");
  const terminal = args.includes("--terminal");
  if (page && terminal) throw new Error("--page and --terminal exclude each other");
  if (args.includes("--help") && !terminal) return { mode: "help" };

  const rest = args.filter((arg) => arg !== "--page" && arg !== "--terminal");
  if (terminal || (!page && !display)) return { mode: "terminal", args: rest };

  const port = takePort(rest);
  if (rest.length > 0) {
    throw new Error(`${rest[0]} is no option of the page; with --terminal it is passed on to the terminal job`);
  }
  return { mode: "page", open: display, port };
}

/**
 * Takes `--port N` or `--port=N` out of the arguments.
 * @param {string[]} args
 */
function takePort(args) {
  const at = args.findIndex((arg) => arg === "--port" || arg.startsWith("--port="));
  if (at < 0) return 5173;
  const [option, value] = args.splice(at, args[at] === "--port" ? 2 : 1);
  const port = Number(value ?? option.split("=")[1]);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error("--port takes a number from 1 to 65535");
  return port;
}
