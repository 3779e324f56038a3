// What to say of the adapter: nothing of a GPU, and of anything less why it is so and what would help.

import type { Adapter } from "../engine/client.ts";
import { make } from "./dom.ts";

/** Shows the adapter's advice in `place`, or hides it where there is none. */
export function showAdvice(place: HTMLElement, { advice, flags = [] }: Adapter): void {
  const codes = flags.flatMap((flag) => [" ", make("code", { textContent: flag })]);
  place.classList.add("note");
  place.replaceChildren(advice ?? "", ...codes, flags.length > 0 ? "." : "");
  place.hidden = advice === undefined;
}
