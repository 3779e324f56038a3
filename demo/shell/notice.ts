// What did not work, as a sentence, and ways on.

import { MadeError } from "../../src/errors.ts";
import { make } from "./dom.ts";

/** A button that leads on from a failure. */
export interface WayOn {
  label: string;
  act: () => void;
}

/**
 * Shows `sentence` in `place` (an element with role="alert"), with a button for each way on; the next call replaces it.
 * A button takes the notice away before it acts.
 */
export function showNotice(place: HTMLElement, sentence: string, waysOn: readonly WayOn[] = []): void {
  place.classList.add("note", "failure");
  place.replaceChildren(
    make("p", { textContent: sentence }),
    ...waysOn.map(({ label, act }) =>
      make("button", {
        type: "button",
        textContent: label,
        onclick: () => {
          clearNotice(place);
          act();
        },
      }),
    ),
  );
  place.hidden = false;
}

export function clearNotice(place: HTMLElement): void {
  place.replaceChildren();
  place.hidden = true;
}

/** An error in words for people. */
export function explain(error: unknown): string {
  if (error instanceof MadeError)
    switch (error.code) {
      case "out-of-memory":
        return `This model is too large for the graphics memory here (${error.message}). A smaller one will fit.`;
      case "device-lost":
        return `The graphics device went away again and again (${error.message}).`;
      case "not-finite":
        return `The numbers ran off to infinity: the learning rate is too high for this model (${error.message}).`;
    }
  const message = error instanceof Error ? error.message : String(error);
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
