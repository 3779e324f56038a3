// Builds the benchmark: the page for the browser, and with --mode node the program, in one file with everything in it
// but what is native (webgpu) or only needed for the browser (playwright).
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Ours is measured as it is built and published. */
const alias = [
  { find: /^made-webgpu$/, replacement: path("../dist/index.js") },
  { find: /^made-webgpu\/node$/, replacement: path("../dist/node.js") },
];

/** Told in the results; a copy without git has none. */
function commit(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], { cwd: path("."), encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

export default defineConfig(({ mode }) => ({
  root: path("src/places"),
  base: "./",
  publicDir: false,
  resolve: { alias },
  define: { __COMMIT__: JSON.stringify(commit()) },
  logLevel: "warn",
  build:
    mode === "node"
      ? {
          ssr: path("src/main.ts"),
          outDir: path("dist"),
          emptyOutDir: false,
          target: "node20",
          rolldownOptions: {
            external: ["webgpu", "playwright"],
            checks: { pluginTimings: false },
            output: { entryFileNames: "bench.mjs", codeSplitting: false },
          },
        }
      : {
          outDir: path("dist/page"),
          emptyOutDir: true,
          target: "es2022",
          minify: false, // TensorFlow.js hands its threads the source of a function, which must find its names there
          chunkSizeWarningLimit: 4000,
          rolldownOptions: { input: path("src/places/page.html"), checks: { pluginTimings: false } },
        },
  ssr: { noExternal: true, external: ["webgpu", "playwright"] },
}));
