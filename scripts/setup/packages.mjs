// The npm packages: are those that package-lock.json lists in node_modules? If not, `npm ci`.
// Compares contents and not times, so a clone, a copy or an `npm install` by hand all count as what they are.
import { join } from "node:path";
import { reason } from "./machine.mjs";
import { SetupError } from "./say.mjs";

/** @typedef {import("./machine.mjs").Machine} Machine */
/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} Locked */

const OLDEST = [20, 19];

/** @param {string} version of Node, as process.versions.node */
export function checkNode(version) {
  const [major, minor] = version.split(".").map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new SetupError(`Node ${OLDEST.join(".")} or newer is needed and this is Node ${version}: please update Node.`);
}

/**
 * The packages that package-lock.json lists and node_modules lacks or has in another version.
 * Optional ones do not count: most are other platforms' builds.
 * @param {string} wanted text of package-lock.json
 * @param {string | undefined} present text of node_modules/.package-lock.json, which npm writes when it has finished
 * @returns {string[]}
 */
export function missingPackages(wanted, present) {
  /** @type {Record<string, Locked>} */
  const have = present ? (JSON.parse(present).packages ?? {}) : {};
  return Object.entries(/** @type {Record<string, Locked>} */ (JSON.parse(wanted).packages))
    .filter(([path, { optional }]) => path !== "" && !optional)
    .filter(([path, { version, integrity }]) => have[path]?.version !== version || have[path].integrity !== integrity)
    .map(([path]) => path);
}

/**
 * @param {Machine} machine
 * @param {string} root of the repository
 * @param {(text: string) => void} say
 */
export function installPackages(machine, root, say) {
  const wanted = machine.read(join(root, "package-lock.json"));
  if (!wanted) throw new SetupError("package-lock.json is missing: run this in a complete copy of the repository.");
  const missing = () => missingPackages(wanted, machine.read(join(root, "node_modules/.package-lock.json")));
  const before = missing();
  if (before.length === 0) return;

  say(`npm packages of package-lock.json are missing (${before.length}): running npm ci`);
  let result = npm(machine, root, ["ci"]);
  if (!result.ok && /in sync/.test(result.out + result.err)) {
    // npm 11 refuses a lock file that lacks other platforms' optional packages, which a registry may not have.
    say("npm ci finds package-lock.json incomplete: running npm install, which keeps to it as far as it goes");
    result = npm(machine, root, ["install", "--no-save"]);
  }
  if (!result.ok) throw new SetupError(`npm did not install the packages: ${reason(result)}\nTry npm ci by hand.`);
  const after = missing();
  if (after.length > 0) throw new SetupError(`npm did not install ${after[0]} as package-lock.json lists it.`);
}

/**
 * Runs the npm that runs this script, or the one on the path.
 * @param {Machine} machine
 * @param {string} root
 * @param {string[]} args
 */
function npm(machine, root, args) {
  const caller = machine.env.npm_execpath ?? "";
  const [command, ...first] = caller.endsWith("npm-cli.js")
    ? [process.execPath, caller]
    : [machine.platform === "win32" ? "npm.cmd" : "npm"];
  return machine.run(command, [...first, ...args, "--include=dev", "--no-audit", "--no-fund"], {
    cwd: root,
    env: { PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1" },
  });
}
