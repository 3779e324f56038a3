import { run } from "./run.js";

globalThis.result = run({});
