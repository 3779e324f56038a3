// The server that the browser tests load their pages from: the whole repository, at one fixed address.
// Nothing is watched and no dependency is discovered late, so a page never reloads under a test.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const port = 47_615;
export const address = `http://127.0.0.1:${port}`;

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  appType: "mpa",
  publicDir: false,
  cacheDir: "node_modules/.vite-e2e",
  server: { host: "127.0.0.1", port, strictPort: true, watch: null, hmr: false },
  optimizeDeps: {
    noDiscovery: true,
    include: ["wgsl-preprocessor/wgsl-preprocessor.js", "fflate"],
  },
});
