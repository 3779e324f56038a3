// A Vite plugin: takes comments, indentation and empty lines out of the WGSL in shaders/, which a minifier takes for text.
// The source maps lead back to all of it.
import MagicString from "magic-string";

/** @returns {import("vite").Plugin} */
export function stripWgsl() {
  return {
    name: "strip-wgsl",
    enforce: "post", // TypeScript is JavaScript by then, which this.parse takes
    transform: {
      filter: { id: /\/shaders\/[\w./-]+\.ts$/ },
      handler(code) {
        const text = new MagicString(code);
        for (const { start, end } of templateParts(this.parse(code))) {
          const part = code.slice(start, end);
          const stripped = strip(part);
          if (stripped !== part) text.update(start, end, stripped);
        }
        return text.hasChanged() ? { code: text.toString(), map: text.generateMap({ hires: true }) } : undefined;
      },
    },
  };
}

/** A comment goes only where its end is in sight: one that holds `${…}` stays. @param {string} wgsl */
export const strip = (wgsl) =>
  wgsl
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/[ \t]*\/\/[^\n]*(?=\n)/g, "")
    .replace(/\n\s+/g, "\n");

/**
 * The texts of all template literals below a node.
 * @param {any} node
 * @returns {Generator<{ start: number, end: number }>}
 */
function* templateParts(node) {
  if (typeof node !== "object" || node === null) return;
  if (node.type === "TemplateElement") yield node;
  for (const value of Object.values(node)) yield* templateParts(value);
}
