// The panel's elements, before anything is known.

export const MARKUP = `
<div class="cards two">
  <section class="card wide" aria-labelledby="digits-title">
    <h2 id="digits-title">A network learns to write digits</h2>
    <p>
      It sees handwritten digits and learns how probable every pixel is, given those before it. Asked for its own
      picture, it draws pixel by pixel, each by chance with the probability that it has learned.
    </p>
    <div class="controls">
      <button id="run" class="primary" type="button" disabled>Start</button>
      <button id="reset" type="button" disabled>Reset</button>
      <button id="download" type="button" disabled>Save model</button>
    </div>
    <p id="status" class="status" role="status">Loading the digits.</p>
    <progress id="progress" max="1" value="0" aria-label="Progress"></progress>
    <p id="engine" class="hint"></p>
    <p id="advice" hidden></p>
    <p id="recovered" class="note" role="status" hidden></p>
    <div id="failure" role="alert" hidden></div>
  </section>

  <section class="card" aria-labelledby="drawn-title">
    <h3 id="drawn-title">Digits it draws</h3>
    <div id="pairs" class="pairs"></div>
    <p id="pairs-caption" class="hint">The first ones appear as soon as it has learned for a moment.</p>
    <p id="why-none" class="note" hidden>
      With masks off every output has seen the very pixel that it is to predict. Its outputs multiply to
      numbers that do not add up to 1 over all pictures: they are no probabilities of pictures, so there is nothing to
      draw from, and the “NLL” below is no likelihood. What such a network is good for is to squeeze a digit into a
      code, the values of its last hidden layer, and to restore it from there.
    </p>
  </section>

  <section class="card" aria-labelledby="curve-title">
    <h3 id="curve-title">Learning curve</h3>
    <div id="curve" role="img" aria-label="No curve yet"></div>
    <p class="hint">
      <span class="key training">training</span>
      <span class="key validation">validation: digits it does not learn from</span>
      <span class="key paper">the paper</span>
    </p>
    <p class="hint">
      Negative log-likelihood (NLL) in nats a digit: the lower, the less surprised it is by a digit. The paper's figures,
      trained to the end on its own binarised MNIST, not these bits: about 94.5 (500 units, 1 mask), 89.59 (two layers,
      1 mask), 88.40 and 88.04 (8,000 units, 1 and 32 masks), 86.64 (two layers, 32 masks).
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
    <h3 id="result-title">Result</h3>
    <p id="test" class="status"></p>
    <p id="training-summary"></p>
  </section>

  <form id="settings" class="card wide" aria-labelledby="settings-title">
    <h3 id="settings-title">Settings <span class="quiet">from the next reset on</span></h3>
    <div class="settings">
      <div class="field">
        <label for="hidden">Hidden layers</label>
        <input id="hidden" name="hidden" autocomplete="off" spellcheck="false" aria-describedby="hidden-hint settings-error">
        <span id="hidden-hint" class="hint">units of each: 500, or 500, 500</span>
      </div>
      <div class="field">
        <label for="activation">Activation</label>
        <select id="activation" name="activation">
          <option value="relu">ReLU</option><option value="softplus">softplus</option>
          <option value="tanh">tanh</option><option value="sigmoid">sigmoid</option>
        </select>
      </div>
      <div class="field">
        <label for="masks">Number of masks</label>
        <select id="masks" name="masks" aria-describedby="masks-hint">
          <option>1</option><option>2</option><option>8</option><option>32</option>
          <option value="0">new every step</option>
        </select>
        <span id="masks-hint" class="hint">each is a network of its own</span>
      </div>
      <div class="field">
        <label for="ordering">Order of the pixels</label>
        <select id="ordering" name="ordering">
          <option value="natural">line by line</option><option value="random">shuffled</option>
        </select>
      </div>
      <div class="field">
        <label for="rate">Learning rate</label>
        <input id="rate" name="rate" inputmode="decimal" autocomplete="off" aria-describedby="settings-error">
      </div>
      <div class="field">
        <label for="seed">Seed</label>
        <input id="seed" name="seed" inputmode="numeric" autocomplete="off" aria-describedby="settings-error">
      </div>
      <div class="field row">
        <input id="direct" name="direct" type="checkbox">
        <label for="direct">Direct connections, pixel to pixel</label>
      </div>
      <div class="field row">
        <input id="masked" name="masked" type="checkbox" checked>
        <label for="masked">Masks on (off: a plain autoencoder)</label>
      </div>
    </div>
    <p id="settings-error" class="hint wrong" aria-live="polite"></p>
  </form>

  <details class="card wide">
    <summary>What is going on here</summary>
    <p>
      The probability of a picture is a product: of its first pixel, of its second given the first, and so on. MADE gets
      all 784 factors out of one pass through one network, whose masks let no pixel see itself or a later one.
      Training lowers the NLL of real digits. To draw, one takes the pixels in turn.
    </p>
    <p id="data-note"></p>
    <p>
      Matrix products, gradients and the optimiser run as WebGPU compute shaders, in a worker, so that the page never waits.
      The masks are never stored as matrices: with the units sorted they are staircases, and the shaders skip what
      lies behind the steps. GFLOP/s counts what a network without masks would need: 6 operations for each weight and digit.
    </p>
  </details>
</div>`;
