// Opens a page in a browser of the user's.
// On Linux, where WebGPU is still behind flags, in a Chrome or Chromium with a profile of its own; elsewhere in the default one.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";

/**
 * @param {string} url
 * @param {string | undefined} browser the executable of a Chrome or Chromium
 * @returns {() => void} closes what was opened, where that is ours to close
 */
export function openPage(url, browser) {
  if (process.platform === "linux" && browser) return openInChrome(url, browser);
  const [command, ...args] = { darwin: ["open"], win32: ["cmd", "/c", "start", ""] }[
    /** @type {string} */ (process.platform)
  ] ?? ["xdg-open"];
  const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  child.on("error", () => console.log(`Open ${url} in a browser with WebGPU.`));
  child.unref();
  return () => {};
}

/**
 * @param {string} url
 * @param {string} browser
 */
function openInChrome(url, browser) {
  const profile = fs.mkdtempSync(join(os.tmpdir(), "made-webgpu-browser-"));
  const flags = ["--enable-unsafe-webgpu", "--enable-features=Vulkan", "--no-first-run", "--no-default-browser-check"];
  if (process.getuid?.() === 0) flags.push("--no-sandbox");
  const child = spawn(browser, [...flags, `--user-data-dir=${profile}`, url], { stdio: "ignore" });
  child.on("error", () => console.log(`${browser} did not start; open ${url} in a browser with WebGPU.`));
  const cleanUp = () => fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  child.on("close", cleanUp);
  return () => {
    if (child.exitCode === null && child.signalCode === null) child.kill();
  };
}
