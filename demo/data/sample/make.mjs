// Makes travel-survey.csv: what 480 people who do not exist say of their way to work. `node demo/data/sample/make.mjs`
// writes it anew, always the same. Their habits hang together; six of them contradict themselves, and some cells are missing.
import { writeFileSync } from "node:fs";

const PEOPLE = 480;
const COLUMNS = [
  ["person", "age", "home", "licence", "owns a car", "owns a bicycle", "children", "works at home", "way to work"],
  ["season ticket", "pays for parking", "wears a helmet", "home before six", "content with the way"],
].flat();

/** People whose answers contradict each other, by number, and in which answers. */
const CONTRADICTIONS = {
  37: { licence: "no", "owns a car": "no", "way to work": "car", "season ticket": "yes", "pays for parking": "yes" },
  101: { "owns a bicycle": "no", "way to work": "bicycle", "wears a helmet": "no", "season ticket": "yes" },
  190: { "works at home": "yes", "way to work": "none", "pays for parking": "yes", "season ticket": "yes" },
  268: { age: "over 65", children: "yes", "works at home": "yes", "way to work": "on foot", "wears a helmet": "yes" },
  333: { licence: "no", "owns a car": "no", "way to work": "train", "pays for parking": "yes", "season ticket": "no" },
  452: { home: "village", "owns a car": "yes", "way to work": "on foot", "pays for parking": "yes", "wears a helmet": "yes" },
};

// mulberry32, a small generator of 32 bits, is enough for a table of this size.
let state = 20_261_122;
function uniform() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const yes = (p) => (uniform() < p ? "yes" : "no");

/** One of the keys, by their weights. */
function one(weights) {
  let u = uniform() * Object.values(weights).reduce((a, b) => a + b);
  for (const [key, weight] of Object.entries(weights)) {
    u -= weight;
    if (u < 0) return key;
  }
  throw new Error("weights: expected their sum to be reached");
}

function answers() {
  const age = one({ "18 to 34": 5, "35 to 49": 5, "50 to 65": 4, "over 65": 1 });
  const home = one({ city: 5, suburb: 4, village: 3 });
  const licence = yes(age === "18 to 34" && home === "city" ? 0.6 : 0.93);
  const car = licence === "no" ? yes(0.04) : yes({ city: 0.35, suburb: 0.8, village: 0.95 }[home]);
  const bicycle = yes({ city: 0.75, suburb: 0.6, village: 0.5 }[home]);
  const children = yes({ "18 to 34": 0.25, "35 to 49": 0.75, "50 to 65": 0.25, "over 65": 0.02 }[age]);
  const atHome = yes(children === "yes" ? 0.25 : 0.12);
  const drives = licence === "yes" && car === "yes";
  const way =
    atHome === "yes"
      ? "none"
      : one({
          car: drives ? { city: 1, suburb: 6, village: 12 }[home] : 0,
          train: { city: 2, suburb: 4, village: 2 }[home],
          bicycle: bicycle === "yes" ? { city: 6, suburb: 2, village: 0.5 }[home] : 0,
          "on foot": { city: 2.5, suburb: 0.3, village: 0.1 }[home],
        });
  return {
    age,
    home,
    licence,
    "owns a car": car,
    "owns a bicycle": bicycle,
    children,
    "works at home": atHome,
    "way to work": way,
    "season ticket": yes(way === "train" ? 0.94 : 0.02),
    "pays for parking": yes(way === "car" ? 0.75 : 0.01),
    "wears a helmet": yes(way === "bicycle" ? 0.85 : 0.02),
    "home before six": yes(way === "none" ? 0.95 : children === "yes" ? 0.75 : 0.35),
    "content with the way": yes({ none: 0.9, "on foot": 0.9, bicycle: 0.8, train: 0.55, car: 0.4 }[way]),
  };
}

const lines = [COLUMNS.join(",")];
for (let person = 1; person <= PEOPLE; person++) {
  const row = { ...answers(), ...CONTRADICTIONS[person] };
  const missing = Object.keys(row).map(() => uniform() < 0.015);
  const cells = Object.values(row).map((value, c) => (missing[c] && !CONTRADICTIONS[person] ? "" : value));
  lines.push([`P${String(person).padStart(3, "0")}`, ...cells].join(","));
}
writeFileSync(new URL("travel-survey.csv", import.meta.url), `${lines.join("\n")}\n`);
