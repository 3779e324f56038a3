// The panel "Digits".

import { Page } from "./page.ts";

class MadeDigits extends HTMLElement {
  shown(): void {
    if (this.childElementCount > 0) return;
    this.innerHTML = MARKUP;
    new Page();
  }

  left(): void {}
}

const MARKUP = `<div class="cards two">
      <section class="card wide" aria-label="Controls">
        <div class="controls">
          <button id="run" class="primary" type="button" disabled>Start</button>
          <button id="reset" type="button" disabled>Reset</button>
          <span class="field">
            <label for="seed">Seed</label>
            <input id="seed" type="text" inputmode="numeric" autocomplete="off" value="1" aria-describedby="seed-hint">
          </span>
          <span id="seed-hint" class="hint">of weights and batches, from the next reset on</span>
        </div>
        <p id="status" role="status">Loading the digits.</p>
        <progress id="progress" max="1" value="0" aria-label="Progress"></progress>
        <p id="engine" class="hint"></p>
        <p id="advice" class="note" hidden></p>
        <div id="failure" class="note failure" role="alert" hidden>
          <p id="failure-text"></p>
          <button id="retry" type="button">Try again</button>
          <button id="use-cpu" type="button">Use the processor instead</button>
        </div>
      </section>

      <section class="card" aria-labelledby="digits-title">
        <h2 id="digits-title">Digits it draws</h2>
        <div><canvas id="digits" role="img" aria-label="No digits yet"></canvas></div>
        <p id="digits-caption" class="hint">Drawn from the model as it is, always with the same random numbers.</p>
      </section>

      <section class="card" aria-labelledby="curve-title">
        <h2 id="curve-title">Learning curve</h2>
        <canvas id="curve" role="img" aria-label="No curve yet"></canvas>
        <p class="hint">
          Negative log-likelihood in nats a digit; lower is better.
          <span class="key training">each minibatch</span>
          <span class="key validation">validation digits</span>
        </p>
      </section>

      <dl class="card wide figures" aria-label="Figures">
        <div><dt>Digits seen</dt><dd id="seen">–</dd></div>
        <div><dt>NLL, validation</dt><dd id="validation">–</dd></div>
        <div><dt>Speed</dt><dd id="speed">–</dd></div>
        <div><dt>GFLOP/s, dense count</dt><dd id="gflops">–</dd></div>
        <div><dt>Time left</dt><dd id="left">–</dd></div>
      </dl>

      <section id="result" class="card wide" aria-labelledby="result-title" hidden>
        <h2 id="result-title">Result</h2>
        <p id="test"></p>
        <p id="training-summary"></p>
        <p id="paper" class="hint"></p>
      </section>

      <details class="card">
        <summary>What is going on here</summary>
        <p>
          The probability of a picture is a product: of its first pixel, of its second given the first, and so on.
          MADE (Germain, Gregor, Murray and Larochelle, 2015) gets all 784 factors out of one pass through one
          network, whose masks let no pixel see itself or a later one. Training lowers the negative log-likelihood
          (NLL) of real digits; it begins with how often each pixel is inked, and random weights. To draw, one takes the pixels in turn, each with the probability that the network
          gives it.
        </p>
        <p id="data-note"></p>
        <p>
          Matrix products, gradients and the optimiser run as WebGPU compute shaders. The masks are never stored as
          matrices: with the units sorted they are staircases, and the shaders skip what lies behind the steps. GFLOP/s
          counts what a network without masks would need, 6 operations for each weight and digit.
        </p>
      </details>
    </div>`;

customElements.define("made-digits", MadeDigits);
