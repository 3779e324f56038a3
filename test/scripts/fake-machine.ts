// A machine that does not exist, for the set-up scripts to look at: its files, its settings, and a log of its commands.
// Not a simulator: a command answers what the test says, and may add files as an installation would.

interface Answer {
  ok?: boolean;
  out?: string;
  err?: string;
  adds?: Record<string, string>;
}

export interface FakeOptions {
  platform?: string;
  arch?: string;
  isRoot?: boolean;
  env?: Record<string, string>;
  /** Path to content; whatever is in a folder called bin, or is an app or .exe, counts as executable. */
  files?: Record<string, string>;
  /** By the beginning of the command line; commands without an answer fail. */
  commands?: Record<string, Answer>;
}

export function fakeMachine({
  platform = "linux",
  arch = "x64",
  isRoot = true,
  env = {},
  files = {},
  commands = {},
}: FakeOptions = {}) {
  const present = { ...files };
  const log: string[] = [];
  return {
    log,
    platform,
    arch,
    isRoot,
    home: "/home/someone",
    env: env as Record<string, string | undefined>,
    exists: (path: string) => path in present,
    isExecutable: (path: string) => path in present && /\/bin\/|\/MacOS\/|\.exe$|\/chrome$/.test(path),
    list: (path: string) => {
      const names = Object.keys(present)
        .filter((file) => file.startsWith(`${path}/`))
        .map((file) => file.slice(path.length + 1).split("/")[0]);
      return [...new Set(names)].sort();
    },
    read: (path: string) => present[path],
    realPath: (path: string) => path,
    search: (path: string, pattern: RegExp) => present[path]?.match(pattern)?.[1],
    run: (command: string, args: string[]) => {
      const line = [command.split("/").at(-1), ...args].join(" ");
      log.push(line);
      const {
        ok = true,
        out = "",
        err = "",
        adds = {},
      } = Object.entries(commands).find(([start]) => line.includes(start))?.[1] ?? {
        ok: false,
        err: "unknown command",
      };
      Object.assign(present, adds);
      return { ok, out, err };
    },
  };
}
