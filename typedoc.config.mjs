// npm run docs: the reference of everything that is exported, in docs/api, which is not committed.
/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  entryPoints: ["src/index.ts", "src/node/index.ts", "src/csv.ts"],
  out: "docs/api",
  name: "made-webgpu",
  readme: "none",
  excludePrivate: true,
  disableSources: true, // links to lines would need a published repository
  treatWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  requiredToBeDocumented: ["Class", "Interface", "Property", "Method", "Function", "TypeAlias", "Accessor"],
};
