// The panel "Digits": <made-digits>, a model of handwritten digits that is trained while one looks on.

import { Controller } from "./controller.ts";
import { MARKUP } from "./markup.ts";

class MadeDigits extends HTMLElement {
  #controller: Controller | undefined;

  shown(): void {
    if (!this.#controller) {
      this.innerHTML = MARKUP;
      this.#controller = new Controller(this);
    } else this.#controller.shown();
  }

  left(): void {
    this.#controller?.left();
  }
}

customElements.define("made-digits", MadeDigits);
