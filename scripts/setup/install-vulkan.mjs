// Installs Mesa's lavapipe, a Vulkan driver that runs on the CPU, where no Vulkan driver is.
// On Debian and its relatives only, and only as root; elsewhere it says what to install.
import { candidate, codename, hasApt, install, installFromBackports, refresh } from "./apt.mjs";
import { reason } from "./machine.mjs";
import { OLDEST_MESA } from "./vulkan.mjs";

/** @typedef {import("./machine.mjs").Machine} Machine */

const PACKAGES = ["mesa-vulkan-drivers", "libvulkan1"];

export const VULKAN_ADVICE =
  `Install Mesa's Vulkan drivers, version ${OLDEST_MESA} or newer, and the Vulkan loader (mesa-vulkan-drivers and ` +
  "libvulkan1 on Debian and Ubuntu, mesa-vulkan-drivers and vulkan-loader on Fedora, vulkan-swrast on Arch), " +
  "or set VK_DRIVER_FILES to a driver's JSON file.";

/**
 * Where lavapipe can come from here.
 * @param {string | undefined} version that apt would install
 * @param {string | undefined} release its codename
 * @returns {"release" | "backports" | undefined}
 */
export function lavapipeSource(version, release) {
  if (version && Number.parseInt(version, 10) >= OLDEST_MESA) return "release";
  return release === "bookworm" ? "backports" : undefined;
}

/**
 * @param {Machine} machine
 * @param {(text: string) => void} say
 */
export function installLavapipe(machine, say) {
  if (!hasApt(machine) || !machine.isRoot) return;
  refresh(machine);
  const version = candidate(machine, PACKAGES[0]);
  const release = codename(machine);
  const source = lavapipeSource(version, release);
  if (!source || !release) {
    say(`this distribution's Mesa is ${version ?? "not to be had"}, and WebGPU in Node needs ${OLDEST_MESA} or newer`);
    return;
  }
  const from = source === "backports" ? ` from ${release}-backports` : "";
  say(`no Vulkan driver for WebGPU in Node: installing Mesa's lavapipe${from} with apt-get`);
  const result = source === "backports" ? installFromBackports(machine, release, PACKAGES) : install(machine, PACKAGES);
  if (!result.ok) say(`that failed: ${reason(result)}`);
}
