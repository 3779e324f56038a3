// The page: `npm start` serves it, `npm run build:demo` makes demo/dist, which any static host can serve.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { mnistFile } from "./mnist-file.ts";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  cacheDir: fileURLToPath(new URL("../node_modules/.vite", import.meta.url)),
  publicDir: false,
  plugins: [mnistFile()],
  server: { fs: { allow: [fileURLToPath(new URL("..", import.meta.url))] } },
  // Found late, they would make the page reload.
  optimizeDeps: { include: ["wgsl-preprocessor/wgsl-preprocessor.js", "fflate", "comlink", "uplot"] },
  worker: { format: "es" },
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the page's content security policy has no place for data: addresses
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { pluginTimings: false } }, // making the digits' file takes its three seconds
  },
});
