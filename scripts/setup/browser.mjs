// Where a Chrome, Chromium or Edge is on this machine.
// Only looks; install-browser.mjs fetches one where there is none.
import { join } from "node:path";
import { SetupError } from "./say.mjs";

/** @typedef {import("./machine.mjs").Machine} Machine */

const LINUX_COMMANDS = [
  "google-chrome-stable",
  "google-chrome",
  "chromium",
  "chromium-browser",
  "google-chrome-beta",
  "google-chrome-unstable",
  "microsoft-edge-stable",
  "microsoft-edge",
];
const MAC_APPS = ["Google Chrome", "Chromium", "Google Chrome Beta", "Google Chrome Canary", "Microsoft Edge"];
const WINDOWS_PATHS = [
  "Google/Chrome/Application/chrome.exe",
  "Chromium/Application/chrome.exe",
  "Microsoft/Edge/Application/msedge.exe",
];
/** Where the executable is within a folder of Playwright's, by platform, newest layout first. */
const PLAYWRIGHT_PATHS = {
  linux: ["chrome-linux64/chrome", "chrome-linux-arm64/chrome", "chrome-linux/chrome"],
  darwin: [
    "chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
    "chrome-mac-x64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
    "chrome-mac/Chromium.app/Contents/MacOS/Chromium",
  ],
  win32: ["chrome-win64/chrome.exe", "chrome-win/chrome.exe"],
};

/**
 * The browser to use: CHROME_PATH, else an installed one, else one that Playwright has downloaded before.
 * @param {Machine} machine
 * @param {string} root of the repository
 * @returns {string | undefined}
 * @throws {SetupError} when CHROME_PATH is set and is no program
 */
export function findBrowser(machine, root) {
  const asked = machine.env.CHROME_PATH;
  if (asked) {
    if (machine.isExecutable(asked)) return asked;
    throw new SetupError(
      `CHROME_PATH is ${asked}, which is not a program that can be run: ` +
        "set it to the executable of a Chrome or Chromium, or unset it.",
    );
  }
  const places = [...installedPlaces(machine), ...playwrightPlaces(machine, root)];
  return places.find((path) => machine.isExecutable(path) && !isStub(machine, path));
}

/** @param {Machine} machine */
function installedPlaces({ platform, env, home }) {
  if (platform === "darwin")
    return MAC_APPS.flatMap((app) =>
      ["/Applications", join(home, "Applications")].map((dir) => `${dir}/${app}.app/Contents/MacOS/${app}`),
    );
  if (platform === "win32")
    return WINDOWS_PATHS.flatMap((path) =>
      [env.PROGRAMFILES, env["PROGRAMFILES(X86)"], env.LOCALAPPDATA].flatMap((dir) => (dir ? join(dir, path) : [])),
    );
  const dirs = [...(env.PATH ?? "").split(":"), "/usr/local/bin", "/usr/bin", "/snap/bin"].filter(Boolean);
  return LINUX_COMMANDS.flatMap((name) => dirs.map((dir) => join(dir, name)));
}

/**
 * Ubuntu's `chromium-browser` package is a script that asks for the snap to be installed.
 * @param {Machine} machine
 * @param {string} path
 */
function isStub(machine, path) {
  if (!path.endsWith("/chromium-browser") && !path.endsWith("/chromium")) return false;
  if (!path.startsWith("/usr/bin/") || machine.isExecutable("/snap/bin/chromium")) return false;
  return machine.read(path)?.includes("/snap/bin/chromium") ?? false;
}

/**
 * The folders of the Chromiums that Playwright has downloaded, newest first.
 * @param {Machine} machine
 * @param {string} root
 */
export function playwrightFolders(machine, root) {
  const { platform, env, home } = machine;
  const caches = {
    darwin: join(home, "Library/Caches/ms-playwright"),
    win32: join(env.LOCALAPPDATA ?? join(home, "AppData/Local"), "ms-playwright"),
    linux: join(env.XDG_CACHE_HOME ?? join(home, ".cache"), "ms-playwright"),
  };
  const asked = env.PLAYWRIGHT_BROWSERS_PATH;
  const cache =
    asked === "0"
      ? join(root, "node_modules/playwright-core/.local-browsers")
      : asked || caches[/** @type {keyof typeof caches} */ (platform)] || caches.linux;
  return machine
    .list(cache)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.split("-")[1]) - Number(a.split("-")[1]))
    .map((name) => join(cache, name));
}

/**
 * @param {Machine} machine
 * @param {string} root
 */
function playwrightPlaces(machine, root) {
  const paths = PLAYWRIGHT_PATHS[/** @type {keyof typeof PLAYWRIGHT_PATHS} */ (machine.platform)] ?? [];
  return playwrightFolders(machine, root).flatMap((folder) => paths.map((path) => join(folder, path)));
}
