// Fetches a Chromium for a machine that has none: Playwright's own download, else the distribution's package.
// Some networks block the download; it then fails within seconds and the package is next.
import { join } from "node:path";
import { candidate, hasApt, install, refresh } from "./apt.mjs";
import { findBrowser } from "./browser.mjs";
import { reason } from "./machine.mjs";

/** @typedef {import("./machine.mjs").Machine} Machine */

export const BROWSER_ADVICE =
  "Install Google Chrome or Chromium, or set CHROME_PATH to the executable of one that is not at a usual place.";

/**
 * @param {Machine} machine
 * @param {string} root of the repository
 * @param {(text: string) => void} say
 * @returns {string | undefined} the executable
 */
export function installBrowser(machine, root, say) {
  return downloadWithPlaywright(machine, root, say) ?? installPackage(machine, root, say);
}

/**
 * @param {Machine} machine
 * @param {string} root
 * @param {(text: string) => void} say
 */
function downloadWithPlaywright(machine, root, say) {
  const playwright = join(root, "node_modules/playwright/cli.js");
  if (!machine.exists(playwright)) return undefined;
  say("no Chrome or Chromium found: downloading Playwright's Chromium (up to 3 minutes)");
  const result = machine.run(process.execPath, [playwright, "install", "--no-shell", "chromium"], {
    env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: "5000" },
    seconds: 180,
  });
  const browser = result.ok ? findBrowser(machine, root) : undefined;
  if (!browser) {
    say("the download did not succeed; perhaps this network blocks it");
    return undefined;
  }
  if (starts(machine, browser)) return browser;

  if (hasApt(machine) && machine.isRoot) {
    say("Chromium lacks system libraries: installing them (playwright install-deps)");
    machine.run(process.execPath, [playwright, "install-deps", "chromium"], { seconds: 600 });
    if (starts(machine, browser)) return browser;
  }
  say("Playwright's Chromium does not start here; `npx playwright install-deps chromium` may add what it lacks");
  return undefined;
}

/**
 * @param {Machine} machine
 * @param {string} root
 * @param {(text: string) => void} say
 */
function installPackage(machine, root, say) {
  if (!hasApt(machine)) return undefined;
  if (!machine.isRoot) {
    say("not root, so no package is installed; on Debian it is `apt-get install chromium`");
    return undefined;
  }
  refresh(machine);
  if (!isRealPackage(candidate(machine, "chromium"))) {
    say("this distribution has no chromium package (Ubuntu's only asks for a snap)");
    return undefined;
  }
  say("installing the distribution's chromium package with apt-get (about a minute)");
  const result = install(machine, ["chromium", "fonts-liberation"]);
  if (!result.ok) say(`apt-get install chromium failed: ${reason(result)}`);
  return findBrowser(machine, root);
}

/**
 * Ubuntu's package is an empty one whose version says "snap", or an old transitional one.
 * @param {string | undefined} version
 */
export const isRealPackage = (version) => version !== undefined && !/snap|ubuntu/.test(version);

/**
 * @param {Machine} machine
 * @param {string} browser
 */
const starts = (machine, browser) =>
  machine.platform === "win32" || machine.run(browser, ["--version"], { seconds: 20 }).ok;
