// Packages of Debian and its relatives, through apt-get and from the mirrors that the system already uses.
// Changes no source list: what only backports have is fetched through a list that is thrown away again.
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";

/** @typedef {import("./machine.mjs").Machine} Machine */
/** @typedef {import("./machine.mjs").RunResult} RunResult */

const QUIET = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
const PATIENCE = ["-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=2"];
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** @param {Machine} machine */
export const hasApt = (machine) => machine.platform === "linux" && machine.isExecutable("/usr/bin/apt-get");

/**
 * @param {Machine} machine
 * @param {string[]} args
 * @returns {RunResult}
 */
const aptGet = (machine, args) =>
  machine.run("apt-get", ["-qq", ...PATIENCE, ...args], { env: QUIET, seconds: 15 * 60 });

/** Fetches the lists of packages. @param {Machine} machine */
export const refresh = (machine) => aptGet(machine, ["update"]);

/**
 * The version that `install` would bring.
 * @param {Machine} machine
 * @param {string} name
 * @returns {string | undefined}
 */
export function candidate(machine, name) {
  const version = machine.run("apt-cache", ["policy", name], { env: QUIET }).out.match(/Candidate: (\S+)/)?.[1];
  return version === "(none)" ? undefined : version;
}

/**
 * @param {Machine} machine
 * @param {string[]} names
 */
export const install = (machine, names) => aptGet(machine, ["install", "-y", "--no-install-recommends", ...names]);

/** The release's name, such as bookworm. @param {Machine} machine */
export const codename = (machine) => machine.read("/etc/os-release")?.match(/^VERSION_CODENAME="?([\w-]+)/m)?.[1];

/**
 * The source list of a release and its backports, on the mirror that the system has the release from.
 * @param {string} targets what `apt-get indextargets` answers, a line of "SITE RELEASE" each
 * @param {string} release
 * @param {boolean} withKeyring whether Debian's keyring is at its usual place
 */
export function backportsList(targets, release, withKeyring) {
  const line = targets.split("\n").find((target) => target.trim().endsWith(` ${release}`));
  if (!line) return undefined;
  const site = line.trim().split(" ")[0];
  const from = `deb ${withKeyring ? `[signed-by=${KEYRING}] ` : ""}${site}`;
  return `${from} ${release} main\n${from} ${release}-backports main\n`;
}

/**
 * @param {Machine} machine
 * @param {string} release
 * @param {string[]} names
 * @returns {RunResult}
 */
export function installFromBackports(machine, release, names) {
  const targets = machine.run("apt-get", ["indextargets", "--format", "$(SITE) $(RELEASE)"], { env: QUIET });
  const list = backportsList(targets.out, release, machine.exists(KEYRING));
  if (!list) return { ok: false, out: "", err: `no source list names ${release}` };

  const folder = fs.mkdtempSync(join(os.tmpdir(), "made-webgpu-apt-"));
  try {
    fs.chmodSync(folder, 0o755); // apt reads and fetches as a user of its own
    fs.mkdirSync(join(folder, "lists/partial"), { recursive: true });
    fs.writeFileSync(join(folder, "sources.list"), list);
    const only = [
      `Dir::Etc::sourcelist=${folder}/sources.list`,
      "Dir::Etc::sourceparts=-",
      `Dir::State::Lists=${folder}/lists`,
    ].flatMap((setting) => ["-o", setting]);
    const update = aptGet(machine, [...only, "update"]);
    if (!update.ok) return update;
    return aptGet(machine, [
      ...only,
      ...["install", "-y", "--no-install-recommends", "-t", `${release}-backports`],
      ...names,
    ]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
