// A plugin of the build: whoever packs data, which only the command line does, gets a copy of fflate of its own, so that pages do
// not load what they never call. Bundlers keep one copy of a module whole where several entries share it.

/** @returns {import("vite").Plugin} */
export function ownDeflate() {
  return {
    name: "own-deflate",
    enforce: "pre",
    async resolveId(source, importer) {
      if (source !== "fflate" || !importer || importer.includes("/src/io/")) return null;
      const resolved = await this.resolve(source, importer, { skipSelf: true });
      return resolved && { ...resolved, id: `${resolved.id}?pack` };
    },
  };
}
