// The package's declarations, one file an entry with what it exports and nothing else: dist/index.d.ts, dist/node.d.ts.
import { dts } from "rollup-plugin-dts";

export default {
  input: { index: "src/index.ts", node: "src/node/index.ts" },
  plugins: [dts()],
  output: { dir: "dist", format: "es", entryFileNames: "[name].d.ts" },
};
