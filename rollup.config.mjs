// The package's declarations, one file an entry with what it exports and nothing else: dist/index.d.ts, dist/node.d.ts,
// dist/csv.d.ts.
import { dts } from "rollup-plugin-dts";

/** What the declarations speak of: GPUDevice, and Symbol.dispose. */
const references = '/// <reference types="@webgpu/types" />\n/// <reference lib="esnext.disposable" />';

export default {
  input: { index: "src/index.ts", node: "src/node/index.ts", csv: "src/csv.ts" },
  plugins: [dts()],
  output: { dir: "dist", format: "es", entryFileNames: "[name].d.ts", banner: references },
};
