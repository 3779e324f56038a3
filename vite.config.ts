// Builds the library into dist/: the package's entries and its command line. With `--mode programs` what npm start, train,
// reproduce and profile run, into dist/programs/. Declarations come from rollup.config.mjs; the demo page has a
// configuration of its own in demo/.
import { defineConfig } from "vite";
import { ownDeflate } from "./scripts/build/own-deflate.mjs";
import { stripWgsl } from "./scripts/build/strip-wgsl.mjs";

const made = "src/node/made.ts";
const LIBRARY = { index: "src/index.ts", node: "src/node/index.ts", csv: "src/csv.ts", made };
const PROGRAMS = { made, train: "src/node/train.ts", profile: "src/node/profile.ts" };

export default defineConfig(({ mode }) => {
  const programs = mode === "programs";
  return {
    publicDir: false,
    plugins: [stripWgsl(), ownDeflate()],
    build: {
      target: "es2022",
      outDir: programs ? "dist/programs" : "dist",
      sourcemap: true,
      license: { fileName: "LICENSES.md" }, // of what is bundled
      lib: { entry: programs ? PROGRAMS : LIBRARY, formats: ["es"] },
      rolldownOptions: {
        // What Node has, what comes with the package for its command line, and what a user may choose to install. All
        // else is bundled: a page without a bundler could not follow a bare import.
        external: [/^node:/, "commander", "webgpu", "hyparquet"],
        checks: { pluginTimings: false },
        output: { minify: true }, // white space too, which build.minify leaves in libraries
      },
    },
  };
});
