// Which Vulkan driver WebGPU in Node (Dawn) can use on Linux: a GPU's own, Mesa's lavapipe, or a browser's SwiftShader.
// Only looks; install-vulkan.mjs fetches one where there is none. macOS has Metal and Windows has Direct3D 12.
import { dirname, isAbsolute, join } from "node:path";
import { playwrightFolders } from "./browser.mjs";

/** @typedef {import("./machine.mjs").Machine} Machine */

/**
 * @typedef {object} Vulkan
 * @property {"native" | "user" | "gpu" | "lavapipe" | "swiftshader" | "missing"} kind
 * @property {Record<string, string>} env to set for a process that uses WebGPU in Node
 * @property {string} name for people
 */

/** Dawn refuses lavapipe of older Mesa. */
export const OLDEST_MESA = 23;

const DRIVER_FOLDERS = ["/etc/vulkan/icd.d", "/usr/local/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];
/** The driver files of a PCI vendor, by what /sys says of the device. */
const GPU_DRIVERS = { "0x10de": /nvidia|nouveau/, "0x1002": /radeon|amd/, "0x8086": /intel/ };
/** The driver files of GPUs that are no PCI device. */
const SOC_DRIVERS = /asahi|broadcom|freedreno|panfrost|powervr|nvidia/;
const BROWSER_FOLDERS = [
  "/usr/lib/chromium",
  "/usr/lib/chromium-browser",
  "/usr/lib64/chromium-browser",
  "/opt/google/chrome",
  "/opt/google/chrome-beta",
  "/opt/google/chrome-unstable",
  "/opt/microsoft/msedge",
  "/snap/chromium/current/usr/lib/chromium-browser",
];

/**
 * The driver that is there, the best first; a user's own choice always wins.
 * @param {Machine} machine
 * @returns {Vulkan | undefined}
 */
export function findVulkan(machine) {
  const { platform, env } = machine;
  if (platform !== "linux") return { kind: "native", env: {}, name: platform === "darwin" ? "Metal" : "Direct3D 12" };
  const asked = env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES;
  if (asked) return { kind: "user", env: {}, name: `${asked}, as the environment asks` };
  if (!findLoader(machine)) return undefined;

  const drivers = driverFiles(machine);
  const gpu = gpuDriver(machine, drivers);
  if (gpu) return { kind: "gpu", env: {}, name: `this machine's GPU (${gpu})` };
  return findLavapipe(machine, drivers);
}

/**
 * Chromium's software driver, with Chromium's own Vulkan loader where the system has none.
 * @param {Machine} machine
 * @param {string} root of the repository
 * @param {string | undefined} browser
 * @returns {Vulkan | undefined}
 */
export function findSwiftShader(machine, root, browser) {
  const folders = [
    ...(browser ? [dirname(machine.realPath(browser))] : []),
    ...BROWSER_FOLDERS,
    ...playwrightFolders(machine, root).flatMap((folder) => machine.list(folder).map((name) => join(folder, name))),
  ];
  const loader = findLoader(machine);
  for (const folder of folders) {
    const driver = join(folder, "vk_swiftshader_icd.json");
    if (!machine.exists(driver) || !machine.exists(join(folder, "libvk_swiftshader.so"))) continue;
    if (!loader && !machine.exists(join(folder, "libvulkan.so.1"))) continue;
    const path = machine.env.LD_LIBRARY_PATH ? `${folder}:${machine.env.LD_LIBRARY_PATH}` : folder;
    return {
      kind: "swiftshader",
      env: { ...useDriver(driver), ...(loader ? {} : { LD_LIBRARY_PATH: path }) },
      name: `SwiftShader, the browser's (on the CPU, about 4 times slower than lavapipe of Mesa ${OLDEST_MESA} or newer)`,
    };
  }
  return undefined;
}

/**
 * Both names: loaders before 1.3.207 know only the second.
 * @param {string} driver
 * @returns {Record<string, string>}
 */
const useDriver = (driver) => ({ VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver });

/** @param {Machine} machine */
function libraryFolders({ arch, env }) {
  const multiarch = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" }[arch] ?? `${arch}-linux-gnu`;
  return [
    ...(env.LD_LIBRARY_PATH ?? "").split(":").filter(Boolean),
    "/usr/local/lib",
    `/usr/lib/${multiarch}`,
    `/lib/${multiarch}`,
    "/usr/lib64",
    "/usr/lib",
  ];
}

/** @param {Machine} machine */
const findLoader = (machine) =>
  libraryFolders(machine)
    .map((folder) => join(folder, "libvulkan.so.1"))
    .find(machine.exists);

/**
 * The driver files (ICDs) that the loader would read, less those of another processor.
 * @param {Machine} machine
 */
function driverFiles(machine) {
  const { env, home, arch } = machine;
  const data = (env.XDG_DATA_DIRS || "/usr/local/share:/usr/share").split(":");
  const folders = new Set([
    ...DRIVER_FOLDERS,
    ...data.map((folder) => join(folder, "vulkan/icd.d")),
    "/usr/share/vulkan/icd.d",
    join(env.XDG_DATA_HOME ?? join(home, ".local/share"), "vulkan/icd.d"),
  ]);
  const own = { x64: "x86_64", arm64: "aarch64" }[arch];
  return [...folders].flatMap((folder) =>
    machine
      .list(folder)
      .filter((name) => name.endsWith(".json"))
      .filter((name) => (name.match(/\.(x86_64|i[3-6]86|aarch64|armv\w+)\.json$/)?.[1] ?? own) === own)
      .map((name) => join(folder, name)),
  );
}

/**
 * The driver file of a GPU whose device file is there too: a driver without a device is what every Mesa brings.
 * @param {Machine} machine
 * @param {string[]} drivers
 */
function gpuDriver(machine, drivers) {
  const matching = (/** @type {RegExp} */ pattern) =>
    drivers.map((path) => path.split("/").at(-1) ?? "").find((name) => pattern.test(name));
  if (machine.exists("/dev/nvidia0")) {
    const nvidia = matching(/nvidia/);
    if (nvidia) return nvidia;
  }
  for (const node of machine.list("/dev/dri").filter((name) => name.startsWith("renderD"))) {
    const vendor = machine.read(`/sys/class/drm/${node}/device/vendor`)?.trim();
    const pattern = vendor ? GPU_DRIVERS[/** @type {keyof typeof GPU_DRIVERS} */ (vendor)] : SOC_DRIVERS;
    const driver = pattern && matching(pattern);
    if (driver) return driver;
  }
  return undefined;
}

/**
 * @param {Machine} machine
 * @param {string[]} drivers
 * @returns {Vulkan | undefined}
 */
function findLavapipe(machine, drivers) {
  for (const driver of drivers.filter((path) => path.split("/").at(-1)?.startsWith("lvp_icd"))) {
    const named = machine.read(driver)?.match(/"library_path"\s*:\s*"([^"]+)"/)?.[1];
    const library = named && findLibrary(machine, driver, named);
    if (!library) continue;
    const version = machine.search(library, /Mesa (\d+\.\d+[.\d]*)/);
    if (version && Number.parseInt(version, 10) < OLDEST_MESA) continue;
    return {
      kind: "lavapipe",
      env: useDriver(driver),
      name: `lavapipe (Mesa ${version ?? "of unknown version"}, on the CPU)`,
    };
  }
  return undefined;
}

/**
 * Absolute, beside the driver file, or on the library path: the three forms that the loader knows.
 * @param {Machine} machine
 * @param {string} driver
 * @param {string} named
 */
function findLibrary(machine, driver, named) {
  if (isAbsolute(named)) return machine.exists(named) ? named : undefined;
  const folders = named.includes("/") ? [dirname(driver)] : libraryFolders(machine);
  return folders.map((folder) => join(folder, named)).find(machine.exists);
}
