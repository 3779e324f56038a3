// Set-up: the npm packages, a browser and a Vulkan driver, found where they are there and installed where they can be.
// Run by npm start, npm test and npm run train, or by itself as npm run setup; quick when nothing is missing.
import { fileURLToPath } from "node:url";
import { findBrowser } from "./setup/browser.mjs";
import { BROWSER_ADVICE, installBrowser } from "./setup/install-browser.mjs";
import { installLavapipe, VULKAN_ADVICE } from "./setup/install-vulkan.mjs";
import { thisMachine } from "./setup/machine.mjs";
import { checkNode, installPackages } from "./setup/packages.mjs";
import { SetupError, say, warn } from "./setup/say.mjs";
import { findSwiftShader, findVulkan } from "./setup/vulkan.mjs";

/** @typedef {import("./setup/machine.mjs").Machine} Machine */
/** @typedef {import("./setup/vulkan.mjs").Vulkan} Vulkan */

export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * @param {object} needs
 * @param {boolean} needs.browser whether a browser is needed
 * @param {boolean} needs.vulkan whether WebGPU in Node is needed
 * @param {Machine} [machine]
 * @returns {{ browser: string | undefined, vulkan: Vulkan }} what is needed and cannot be had has been warned of, and
 *   is `undefined` or of the kind "missing"
 * @throws {SetupError} when nothing can run: an old Node, no npm packages, a wrong CHROME_PATH
 */
export function setUp(needs, machine = thisMachine) {
  checkNode(process.versions.node);
  installPackages(machine, root, say);
  const there = ["npm packages"];

  const browser = needs.browser ? provideBrowser(machine) : undefined;
  if (browser) there.push(browser);
  else if (needs.browser) warn(`no browser, so nothing can run in one. ${BROWSER_ADVICE}`);

  /** @type {Vulkan} */
  let vulkan = { kind: "missing", env: {}, name: "no driver" };
  if (needs.vulkan) {
    vulkan = provideVulkan(machine, needs.browser) ?? vulkan;
    if (vulkan.kind === "missing") warn(`no Vulkan driver, so WebGPU cannot run in Node. ${VULKAN_ADVICE}`);
    else there.push(`WebGPU in Node on ${vulkan.name}`);
  }

  const complete = (browser || !needs.browser) && (vulkan.kind !== "missing" || !needs.vulkan);
  say(`${complete ? "ready" : "there is"}: ${there.join("; ")}`);
  return { browser, vulkan };
}

/** @param {Machine} machine */
const provideBrowser = (machine) => findBrowser(machine, root) ?? installBrowser(machine, root, say);

/**
 * @param {Machine} machine
 * @param {boolean} browserWasTried whether all has been done already to get a browser
 */
function provideVulkan(machine, browserWasTried) {
  const found = findVulkan(machine);
  if (found) return found;
  installLavapipe(machine, say);
  const installed = findVulkan(machine) ?? findSwiftShader(machine, root, findBrowser(machine, root));
  if (installed || browserWasTried) return installed;
  say("no Vulkan driver for WebGPU in Node: getting a browser, for the software driver that it brings");
  return findSwiftShader(machine, root, provideBrowser(machine));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { browser, vulkan } = setUp({ browser: true, vulkan: true });
    process.exitCode = browser && vulkan.kind !== "missing" ? 0 : 1;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    warn(error.message);
    process.exitCode = 1;
  }
}
