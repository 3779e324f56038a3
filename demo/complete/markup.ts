// What the panel consists of, as HTML.

import { PARTS, TOOLS } from "./picture.ts";

const PART_NAMES = { top: "Top", bottom: "Bottom", left: "Left", right: "Right", middle: "Middle" };
const TOOL_NAMES = { erase: "Eraser", ink: "Ink", paper: "Paper" };

const radio = (tool: (typeof TOOLS)[number]) =>
  `<label><input type="radio" name="tool" value="${tool}"${tool === "erase" ? " checked" : ""}> ${TOOL_NAMES[tool]}</label>`;
const eraser = (part: (typeof PARTS)[number]) =>
  `<button type="button" data-part="${part}">${PART_NAMES[part]}</button>`;

export const MARKUP = `
<h2>Complete a digit</h2>
<p class="lead">
  Erase part of a digit, and the model draws what might have been there: not one guess but several, each drawn from
  the exact distribution of the missing pixels given those you kept.
</p>
<div class="cards">
  <section class="card" aria-label="Model">
    <div class="controls">
      <button type="button" class="primary" data-id="run" disabled>Pause</button>
      <button type="button" data-id="renew" disabled>Start over</button>
      <button type="button" data-id="save" disabled>Save model</button>
      <button type="button" data-id="open" disabled>Open model</button>
      <input type="file" data-id="file" accept=".safetensors" aria-label="Model file" hidden>
      <label class="check"><input type="checkbox" data-id="keep" disabled> Keep in this browser</label>
    </div>
    <p class="status" role="status" data-id="status">Loading the digits.</p>
    <progress max="1" value="0" aria-label="Training" data-id="progress"></progress>
    <p class="hint" data-id="training"></p>
    <p data-id="advice" hidden></p>
    <div role="alert" data-id="notice" hidden></div>
  </section>

  <div class="complete-work">
    <section class="card complete-sheet" aria-labelledby="complete-sheet-title">
      <h3 id="complete-sheet-title">Your picture</h3>
      <div class="complete-picks" role="group" aria-label="Test digits" data-id="picks"></div>
      <div class="controls">
        <button type="button" class="small" data-id="next">Other digits</button>
        <button type="button" class="small" data-id="empty">Empty sheet</button>
      </div>
      <canvas class="pixels" data-id="sheet" tabindex="0" role="application" aria-roledescription="drawing sheet"
        aria-label="28 by 28 pixels" aria-describedby="complete-keys"></canvas>
      <p class="visually-hidden" aria-live="polite" data-id="says"></p>
      <fieldset class="controls">
        <legend>Brush</legend>
        ${TOOLS.map(radio).join("\n")}
        <label>Width <select data-id="width">
          <option value="0">1 pixel</option>
          <option value="1.2">3 pixels</option>
          <option value="2.3" selected>5 pixels</option>
        </select></label>
      </fieldset>
      <fieldset class="controls">
        <legend>Erase a part</legend>
        ${PARTS.map(eraser).join("\n")}
        <button type="button" data-id="restore">Undo all erasing</button>
      </fieldset>
      <p class="hint" id="complete-keys">
        Draw with mouse, pen or finger. By keyboard: arrow keys move, space applies the brush, shift with an arrow draws
        a line. Hatched pixels are unknown to the model.
      </p>
    </section>

    <section class="card complete-results" aria-labelledby="complete-results-title" data-id="results">
      <h3 id="complete-results-title">What it might have been</h3>
      <ol class="complete-drawn" data-id="drawn"></ol>
      <p class="complete-keys">
        <span class="swatch given"></span> kept ink
        <span class="swatch drawn"></span> drawn ink
        <button type="button" class="small" data-id="again">Draw others</button>
      </p>
      <p class="hint">
        Under each: log p of what was drawn, given what was kept, in nats; nearer to 0 is likelier.
      </p>
      <p class="note" data-id="particles" hidden></p>
    </section>

    <section class="card complete-maps" aria-labelledby="complete-maps-title" data-id="maps">
      <h3 id="complete-maps-title">Pixel by pixel</h3>
      <div class="complete-three">
        <figure>
          <canvas class="pixels" role="img" data-id="ink"></canvas>
          <figcaption>
            <strong>Chance of ink</strong>
            <canvas class="scale" data-id="ink-scale" aria-hidden="true"></canvas>
            <span class="ends"><span>0 %</span><span>100 %</span></span>
          </figcaption>
        </figure>
        <figure>
          <canvas class="pixels" role="img" data-id="entropy"></canvas>
          <figcaption>
            <strong>Uncertainty</strong>
            <canvas class="scale" data-id="entropy-scale" aria-hidden="true"></canvas>
            <span class="ends"><span>0: sure</span><span>1 bit: a coin toss</span></span>
          </figcaption>
        </figure>
        <figure>
          <canvas class="pixels" role="img" data-id="surprise"></canvas>
          <figcaption>
            <strong>Surprise of what is kept</strong>
            <canvas class="scale" data-id="surprise-scale" aria-hidden="true"></canvas>
            <span class="ends"><span>0: expected</span><span data-id="surprise-end"></span></span>
          </figcaption>
        </figure>
      </div>
      <div data-id="likelihood">
        <p><strong data-id="logp-label">log p</strong> <output class="complete-logp" data-id="logp">–</output></p>
        <div class="complete-range" data-id="range" aria-hidden="true"><i></i><b></b></div>
        <p class="hint" data-id="typical"></p>
      </div>
    </section>
  </div>

  <details class="card">
    <summary>Why these completions are exact</summary>
    <p>
      MADE takes the pixels in some order and gives each one's chance of ink given those before it. An order that puts
      the kept pixels first therefore gives what we want at once: the product over the kept ones is their exact
      probability, and drawing the others one after another, each given all before it, draws from their exact
      distribution given the kept ones. No other completion method is needed.
    </p>
    <p>
      For that the model must be able to answer in any order. So this panel trains a model of its own, with a new random
      mask, and thus a new order, in every step (section 4.2 of the paper). The numbers here are those of one such order
      with your kept pixels in front.
    </p>
    <p>
      A model with one fixed order, such as those of the panel Digits, can do so only if the kept pixels happen to come
      first in it. Otherwise its completions are estimated: many candidates, called particles, are drawn in the model's
      order and weighed by how well they explain the kept pixels. The effective sample size says how many independent
      draws they are worth; if it is near 1, all completions come from the same few candidates.
    </p>
    <p>
      The range of test digits is that of the same pixels of 100 test digits under the same order, from the tenth lowest
      to the tenth highest. Surprise is −log p of each kept pixel given those before it.
    </p>
  </details>
</div>`;
