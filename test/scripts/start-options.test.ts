// What npm start does for which options, with and without a display.
import { describe, expect, it } from "vitest";
import { readOptions } from "../../scripts/start-options.mjs";

const bare = { platform: "linux", env: {} };
const desktop = { platform: "linux", env: { DISPLAY: ":0" } };

describe("npm start", () => {
  it("opens the page where there is a display", () => {
    expect(readOptions([], desktop)).toEqual({ mode: "page", open: true, port: 5173 });
    expect(readOptions([], { platform: "linux", env: { WAYLAND_DISPLAY: "wayland-0" } })).toMatchObject({ open: true });
    expect(readOptions([], { platform: "darwin", env: {} })).toMatchObject({ mode: "page", open: true });
    expect(readOptions([], { platform: "win32", env: {} })).toMatchObject({ mode: "page", open: true });
  });
  it("trains in the terminal where there is none, with all other options", () => {
    expect(readOptions(["--epochs", "3"], bare)).toEqual({ mode: "terminal", args: ["--epochs", "3"] });
    expect(readOptions(["--terminal", "--help"], desktop)).toEqual({ mode: "terminal", args: ["--help"] });
  });
  it("serves the page without opening it when asked to", () => {
    expect(readOptions(["--page", "--port", "8080"], bare)).toEqual({ mode: "page", open: false, port: 8080 });
    expect(readOptions(["--port=8080"], desktop)).toEqual({ mode: "page", open: true, port: 8080 });
  });
  it("explains itself", () => {
    expect(readOptions(["--help"], bare)).toEqual({ mode: "help" });
  });
  it("refuses what it does not understand", () => {
    expect(() => readOptions(["--page", "--terminal"], desktop)).toThrow("exclude each other");
    expect(() => readOptions(["--epochs", "3"], desktop)).toThrow("--epochs is no option of the page; with --terminal");
    expect(() => readOptions(["--port", "many"], desktop)).toThrow("--port takes a number");
    expect(() => readOptions(["--port"], desktop)).toThrow("--port takes a number");
  });
});
