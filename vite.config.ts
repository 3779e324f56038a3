// Builds the library into dist/: the package's entries and the programs of npm start, train and profile.
// Declarations come from tsc (tsconfig.build.json); the demo page has a configuration of its own in demo/.
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  build: {
    target: "es2022",
    sourcemap: true,
    minify: false,
    lib: {
      entry: {
        index: "src/index.ts",
        csv: "src/csv.ts",
        node: "src/node/index.ts",
        train: "src/node/train.ts",
        profile: "src/node/profile.ts",
      },
      formats: ["es"],
    },
    rolldownOptions: {
      // What a user installs with the package, or chooses to; all else is bundled.
      external: [/^node:/, "webgpu", "fflate", "papaparse", "hyparquet"],
    },
  },
});
