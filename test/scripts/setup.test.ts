// What set-up decides, on machines that do not exist: which browser, which driver, what is installed and what is said.
// Nothing is looked up or installed on the machine that runs the tests.
import { describe, expect, it } from "vitest";
import { backportsList } from "../../scripts/setup/apt.mjs";
import { findBrowser } from "../../scripts/setup/browser.mjs";
import { installBrowser, isRealPackage } from "../../scripts/setup/install-browser.mjs";
import { installLavapipe, lavapipeSource } from "../../scripts/setup/install-vulkan.mjs";
import { reason } from "../../scripts/setup/machine.mjs";
import { checkNode, installPackages, missingPackages } from "../../scripts/setup/packages.mjs";
import { findSwiftShader, findVulkan } from "../../scripts/setup/vulkan.mjs";
import { type FakeOptions, fakeMachine } from "./fake-machine.ts";

const ROOT = "/repo";
const PLAYWRIGHT = "/repo/node_modules/playwright/cli.js";
const APT = "/usr/bin/apt-get";
const LOADER = "/usr/lib/x86_64-linux-gnu/libvulkan.so.1";
const LAVAPIPE_ICD = "/usr/share/vulkan/icd.d/lvp_icd.json";
const lavapipe = (mesa: string) => ({
  [LOADER]: "",
  [LAVAPIPE_ICD]: `{ "ICD": { "library_path": "libvulkan_lvp.so" } }`,
  "/usr/lib/x86_64-linux-gnu/libvulkan_lvp.so": `…Mesa ${mesa} (LLVM 15.0…`,
});
const swiftShader = (folder: string) => ({
  [`${folder}/vk_swiftshader_icd.json`]: "",
  [`${folder}/libvk_swiftshader.so`]: "",
});

/** Collects what is said. */
function listener() {
  const said: string[] = [];
  return { said, say: (text: string) => void said.push(text) };
}

describe("Node's version", () => {
  it.each(["20.19.0", "20.20.2", "22.0.0"])("takes %s", (version) => {
    expect(() => checkNode(version)).not.toThrow();
  });
  it.each(["18.20.0", "20.18.3"])("refuses %s and names both versions", (version) => {
    expect(() => checkNode(version)).toThrow(`Node 20.19 or newer is needed and this is Node ${version}`);
  });
});

describe("npm packages", () => {
  const lock = (packages: object) => JSON.stringify({ packages });
  const vite = { version: "8.0.0", integrity: "sha512-a" };
  const wanted = lock({
    "": {},
    "node_modules/vite": vite,
    "node_modules/other": { version: "1.0.0", optional: true },
  });

  it("are complete when versions and contents agree, other platforms' optional ones aside", () => {
    expect(missingPackages(wanted, lock({ "node_modules/vite": vite }))).toEqual([]);
  });
  it("are missing when node_modules is, or holds another version or other contents", () => {
    expect(missingPackages(wanted, undefined)).toEqual(["node_modules/vite"]);
    expect(missingPackages(wanted, lock({ "node_modules/vite": { ...vite, version: "7.0.0" } }))).toHaveLength(1);
    expect(missingPackages(wanted, lock({ "node_modules/vite": { ...vite, integrity: "sha512-b" } }))).toHaveLength(1);
  });
  it("are not installed again", () => {
    const files = {
      "/repo/package-lock.json": wanted,
      "/repo/node_modules/.package-lock.json": lock({ "node_modules/vite": vite }),
    };
    const machine = fakeMachine({ files });
    const { said, say } = listener();
    installPackages(machine, ROOT, say);
    expect(machine.log).toEqual([]);
    expect(said).toEqual([]);
  });
  const bare = { "/repo/package-lock.json": wanted };
  const installs = { adds: { "/repo/node_modules/.package-lock.json": lock({ "node_modules/vite": vite }) } };
  it("are installed with npm ci", () => {
    const { said, say } = listener();
    const machine = fakeMachine({ files: bare, commands: { "npm ci": installs } });
    installPackages(machine, ROOT, say);
    expect(machine.log).toEqual(["npm ci --include=dev --no-audit --no-fund"]);
    expect(said).toEqual(["npm packages of package-lock.json are missing (1): running npm ci"]);
  });
  it("are installed with npm install where npm ci finds the lock file incomplete", () => {
    const outOfSync = { ok: false, err: "npm error code EUSAGE\nnpm error … are in sync. Please update" };
    const machine = fakeMachine({ files: bare, commands: { "npm ci": outOfSync, "npm install --no-save": installs } });
    installPackages(machine, ROOT, () => {});
    expect(machine.log.at(-1)).toContain("npm install --no-save");
  });
  it("are an error when npm fails or leaves one out, and the message says which", () => {
    const offline = { "npm ci": { ok: false, err: "npm error code ENOTFOUND\nmore" } };
    const install = (commands: FakeOptions["commands"]) => () =>
      installPackages(fakeMachine({ files: bare, commands }), ROOT, () => {});
    expect(install(offline)).toThrow("npm did not install the packages: npm error code ENOTFOUND");
    expect(install({ "npm ci": {} })).toThrow("npm did not install node_modules/vite as package-lock.json lists it");
  });
  it("cannot be checked without package-lock.json", () => {
    expect(() => installPackages(fakeMachine(), ROOT, () => {})).toThrow("package-lock.json is missing");
  });
});

describe("the browser", () => {
  const find = (options: FakeOptions) => findBrowser(fakeMachine(options), ROOT);
  const cache = "/home/someone/.cache/ms-playwright";

  it("is CHROME_PATH before all else", () => {
    const files = { "/opt/bin/chrome": "", "/usr/bin/google-chrome": "" };
    expect(find({ env: { CHROME_PATH: "/opt/bin/chrome" }, files })).toBe("/opt/bin/chrome");
  });
  it("is no CHROME_PATH that cannot be run, and the message names it", () => {
    const files = { "/usr/bin/google-chrome": "" };
    expect(() => find({ env: { CHROME_PATH: "/nowhere" }, files })).toThrow("CHROME_PATH is /nowhere, which is not");
  });
  it("is found on the path, Chrome before Chromium before Edge", () => {
    const files = { "/usr/bin/microsoft-edge": "", "/usr/bin/chromium": "", "/own/bin/google-chrome": "" };
    expect(find({ env: { PATH: "/own/bin:/usr/bin" }, files })).toBe("/own/bin/google-chrome");
    expect(find({ env: { PATH: "/usr/bin" }, files })).toBe("/usr/bin/chromium");
  });
  it("is found in its usual place on macOS and Windows", () => {
    const mac = "/home/someone/Applications/Chromium.app/Contents/MacOS/Chromium";
    expect(find({ platform: "darwin", files: { [mac]: "" } })).toBe(mac);
    const windows = "C:/Programs/Google/Chrome/Application/chrome.exe";
    expect(find({ platform: "win32", env: { PROGRAMFILES: "C:/Programs" }, files: { [windows]: "" } })).toBe(windows);
  });
  it("is not Ubuntu's script that asks for a snap, until the snap is there", () => {
    const stub = { "/usr/bin/chromium-browser": "#!/bin/sh\nif ! [ -x /snap/bin/chromium ]; then exit 1; fi" };
    expect(find({ files: stub })).toBeUndefined();
    expect(find({ files: { ...stub, "/snap/bin/chromium": "" } })).toBe("/snap/bin/chromium");
  });
  it("is the newest that Playwright has downloaded", () => {
    const files = {
      [`${cache}/chromium-999/chrome-linux/chrome`]: "",
      [`${cache}/chromium-1255/chrome-linux64/chrome`]: "",
      [`${cache}/chromium_headless_shell-1300/chrome-linux64/chrome`]: "",
    };
    expect(find({ files })).toBe(`${cache}/chromium-1255/chrome-linux64/chrome`);
    const moved = { "/cache/chromium-1/chrome-linux64/chrome": "" };
    expect(find({ env: { PLAYWRIGHT_BROWSERS_PATH: "/cache" }, files: moved })).toBe(Object.keys(moved)[0]);
  });
});

describe("a missing browser", () => {
  const downloaded = "/home/someone/.cache/ms-playwright/chromium-1/chrome-linux64/chrome";
  const base = { [PLAYWRIGHT]: "", [APT]: "" };
  const blocked = { ok: false, err: "Error: getaddrinfo ENOTFOUND" };
  const install = (options: FakeOptions) => {
    const machine = fakeMachine(options);
    const { said, say } = listener();
    return { browser: installBrowser(machine, ROOT, say), log: machine.log.join("\n"), said: said.join("\n") };
  };

  it("is downloaded by Playwright where that works, and no package is installed", () => {
    const commands = { "install --no-shell chromium": { adds: { [downloaded]: "" } }, "chrome --version": {} };
    const { browser, log } = install({ files: base, commands });
    expect(browser).toBe(downloaded);
    expect(log).not.toContain("apt");
  });
  it("gets its system libraries as root", () => {
    const commands = { "install --no-shell chromium": { adds: { [downloaded]: "" } }, "install-deps chromium": {} };
    const { log } = install({ files: base, commands });
    expect(log).toContain("install-deps chromium\nchrome --version");
  });
  it("is the distribution's package where the download is blocked", () => {
    const commands = {
      "install --no-shell chromium": blocked,
      "apt-cache policy chromium": { out: "chromium:\n  Installed: (none)\n  Candidate: 120.0-1~deb12u1\n" },
      "-y --no-install-recommends chromium": { adds: { "/usr/bin/chromium": "" } },
    };
    const { browser, log, said } = install({ files: base, commands });
    expect(browser).toBe("/usr/bin/chromium");
    expect(log).toMatch(/apt-get .*update\napt-cache policy chromium\napt-get .*install/);
    expect(said).toMatch(/the download did not succeed.*\ninstalling the distribution's chromium package/);
  });
  it("stays missing without root, and the message names the package", () => {
    const { browser, log, said } = install({ files: base, isRoot: false, commands: { "install --no": blocked } });
    expect(browser).toBeUndefined();
    expect(log).not.toContain("apt");
    expect(said).toContain("not root, so no package is installed; on Debian it is `apt-get install chromium`");
  });
  it("is not replaced by Ubuntu's empty package", () => {
    const policy = { out: "  Candidate: 2:1snap1-0ubuntu2\n" };
    const { said, log } = install({ files: base, commands: { "install --no": blocked, "apt-cache policy": policy } });
    expect(log).not.toContain("chromium fonts");
    expect(said).toContain("this distribution has no chromium package");
    expect([
      isRealPackage(undefined),
      isRealPackage("1:85.0.4183.83-0ubuntu2"),
      isRealPackage("156.0-1~deb12u1"),
    ]).toEqual([false, false, true]);
  });
});

describe("the Vulkan driver", () => {
  const find = (options: FakeOptions) => findVulkan(fakeMachine(options));

  it("is not needed on macOS and Windows", () => {
    expect(find({ platform: "darwin" })).toEqual({ kind: "native", env: {}, name: "Metal" });
    expect(find({ platform: "win32" })).toMatchObject({ kind: "native", env: {} });
  });
  it.each(["VK_DRIVER_FILES", "VK_ICD_FILENAMES"])("is what the user says in %s", (name) => {
    expect(find({ env: { [name]: "/own.json" }, files: lavapipe("25.0.7") })).toMatchObject({ kind: "user", env: {} });
  });
  it("is the GPU's where there are both a device and its driver", () => {
    const icd = { "/usr/share/vulkan/icd.d/radeon_icd.json": "", "/usr/share/vulkan/icd.d/intel_icd.json": "" };
    const device = { "/dev/dri/renderD128": "", "/sys/class/drm/renderD128/device/vendor": "0x8086\n" };
    const found = find({ files: { ...lavapipe("25.0.7"), ...icd, ...device } });
    expect(found).toEqual({ kind: "gpu", env: {}, name: "this machine's GPU (intel_icd.json)" });

    const nvidia = { "/dev/nvidia0": "", "/etc/vulkan/icd.d/nvidia_icd.json": "" };
    expect(find({ files: { ...lavapipe("25.0.7"), ...nvidia } })).toMatchObject({ kind: "gpu" });
  });
  it("is lavapipe where a GPU has no driver, or a driver no GPU", () => {
    const icd = { "/usr/share/vulkan/icd.d/radeon_icd.json": "" };
    const env = { VK_DRIVER_FILES: LAVAPIPE_ICD, VK_ICD_FILENAMES: LAVAPIPE_ICD };
    expect(find({ files: { ...lavapipe("25.0.7"), ...icd } })).toEqual({
      kind: "lavapipe",
      env,
      name: "lavapipe (Mesa 25.0.7, on the CPU)",
    });
    expect(find({ files: { ...lavapipe("25.0.7"), ...icd, "/dev/nvidia0": "" } })).toMatchObject({ kind: "lavapipe" });
    const virtual = { "/dev/dri/renderD128": "", "/sys/class/drm/renderD128/device/vendor": "0x1af4\n" };
    expect(find({ files: { ...lavapipe("25.0.7"), ...icd, ...virtual } })).toMatchObject({ kind: "lavapipe" });
  });
  it("is not lavapipe of a Mesa that Dawn refuses, of another processor, or without the loader", () => {
    expect(find({ files: lavapipe("22.3.6") })).toBeUndefined();
    const { [LAVAPIPE_ICD]: text, ...libraries } = lavapipe("25.0.7");
    expect(find({ files: { ...libraries, "/usr/share/vulkan/icd.d/lvp_icd.i686.json": text } })).toBeUndefined();
    const { [LOADER]: _, ...unloadable } = lavapipe("25.0.7");
    expect(find({ files: unloadable })).toBeUndefined();
  });
  it("is lavapipe whose library is named by a whole path", () => {
    const files = {
      "/usr/lib64/libvulkan.so.1": "",
      "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json": `{"ICD": {"library_path": "/usr/lib64/libvulkan_lvp.so"}}`,
      "/usr/lib64/libvulkan_lvp.so": "Mesa 24.1.0",
    };
    expect(find({ files })).toMatchObject({ kind: "lavapipe", name: "lavapipe (Mesa 24.1.0, on the CPU)" });
  });
  it("is the browser's SwiftShader last, with the browser's loader only where the system has none", () => {
    const browser = "/opt/bin/browser/chrome";
    const files = swiftShader("/opt/bin/browser");
    const icd = "/opt/bin/browser/vk_swiftshader_icd.json";
    const env = { VK_DRIVER_FILES: icd, VK_ICD_FILENAMES: icd };
    expect(findSwiftShader(fakeMachine({ files }), ROOT, browser)).toBeUndefined();
    expect(findSwiftShader(fakeMachine({ files: { ...files, [LOADER]: "" } }), ROOT, browser)).toMatchObject({ env });
    const own = { ...files, "/opt/bin/browser/libvulkan.so.1": "" };
    const machine = fakeMachine({ files: own, env: { LD_LIBRARY_PATH: "/mine" } });
    const found = findSwiftShader(machine, ROOT, browser);
    expect(found.env).toEqual({ ...env, LD_LIBRARY_PATH: "/opt/bin/browser:/mine" });
    expect(found.name).toContain("about 4 times slower");
  });
  it("is found beside the real program of a browser that starts through a script", () => {
    const files = { ...swiftShader("/usr/lib/chromium"), [LOADER]: "" };
    expect(findSwiftShader(fakeMachine({ files }), ROOT, "/usr/bin/chromium")).toMatchObject({ kind: "swiftshader" });
    const cached = { ...swiftShader("/home/someone/.cache/ms-playwright/chromium-7/chrome-linux64"), [LOADER]: "" };
    expect(findSwiftShader(fakeMachine({ files: cached }), ROOT, undefined)).toMatchObject({ kind: "swiftshader" });
  });
});

describe("a missing Vulkan driver", () => {
  const os = (release: string) => ({ [APT]: "", "/etc/os-release": `ID=debian\nVERSION_CODENAME=${release}\n` });
  const policy = (version: string) => ({ "apt-cache policy": { out: `  Candidate: ${version}\n` } });
  const install = (options: FakeOptions) => {
    const machine = fakeMachine(options);
    const { said, say } = listener();
    installLavapipe(machine, say);
    return { log: machine.log, said };
  };

  it("comes from the release where its Mesa is new enough, from bookworm's backports, or not at all", () => {
    expect(lavapipeSource("25.0.7-2", "trixie")).toBe("release");
    expect(lavapipeSource("23.2.1-1ubuntu3.1~22.04.3", "jammy")).toBe("release");
    expect(lavapipeSource("22.3.6-1+deb12u1", "bookworm")).toBe("backports");
    expect(lavapipeSource("20.3.5-1", "bullseye")).toBeUndefined();
    expect(lavapipeSource(undefined, undefined)).toBeUndefined();
  });
  it("is installed from the release", () => {
    const { log, said } = install({ files: os("trixie"), commands: { ...policy("25.0.7-2"), "apt-get": {} } });
    expect(log.at(-1)).toMatch(/install -y --no-install-recommends mesa-vulkan-drivers libvulkan1$/);
    expect(said).toEqual(["no Vulkan driver for WebGPU in Node: installing Mesa's lavapipe with apt-get"]);
  });
  it("is installed from backports with a source list of its own", () => {
    const commands = {
      ...policy("22.3.6-1"),
      indextargets: { out: "mirror://site/debian bookworm-updates\nmirror://site/debian bookworm\n" },
      "apt-get": {},
    };
    const { log } = install({ files: os("bookworm"), commands });
    expect(log.at(-1)).toMatch(/Dir::Etc::sourceparts=- .*-t bookworm-backports mesa-vulkan-drivers libvulkan1$/);
  });
  it("is left alone without root or apt", () => {
    expect(install({ isRoot: false, files: os("trixie") }).log).toEqual([]);
    expect(install({ files: {} }).log).toEqual([]);
  });
  it("says which Mesa there is where that is too old", () => {
    const { said } = install({ files: os("bullseye"), commands: policy("20.3.5-1") });
    expect(said).toEqual(["this distribution's Mesa is 20.3.5-1, and WebGPU in Node needs 23 or newer"]);
  });
  it("reads the mirror from the system's own lists", () => {
    const targets = "mirror://a/security bookworm-security\nmirror://a/debian bookworm\n";
    expect(backportsList(targets, "bookworm", false)).toBe(
      "deb mirror://a/debian bookworm main\ndeb mirror://a/debian bookworm-backports main\n",
    );
    expect(backportsList(targets, "bookworm", true)).toContain(
      "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]",
    );
    expect(backportsList(targets, "trixie", false)).toBeUndefined();
  });
});

it("a failed command's reason is the line that says it", () => {
  expect(reason({ ok: false, out: "Reading lists\n", err: "W: old\nE: Unable to locate package x\n" })).toBe(
    "E: Unable to locate package x",
  );
  expect(reason({ ok: false, out: "", err: "spawn npm ENOENT" })).toBe("spawn npm ENOENT");
  expect(reason({ ok: false, out: "", err: "" })).toBe("no answer");
});
