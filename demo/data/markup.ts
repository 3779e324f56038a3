// The panel's elements as HTML, without any content of the user's. Nothing else here: element.ts gives them life.

export const MARKUP = `
<div class="cards">
<section class="card open" aria-labelledby="data-title">
  <h2 id="data-title">Your data</h2>
  <p>
    Take a table of answers such as yes and no, or a few categories. A model learns here, in this tab, how its columns hang
    together. Then it says <strong>which rows are surprising</strong> and because of which cells, <strong>fills in what is
    missing</strong>, and <strong>makes up rows</strong> like yours.
  </p>
  <p class="privacy">Nothing leaves this page: no file, no cell, no model is sent anywhere.</p>
  <div class="drop">
    <div class="controls">
      <button class="choose primary" type="button">Choose a file</button>
      <input class="file" type="file" accept=".csv,.tsv,.txt,.npz,.safetensors" hidden>
      <button class="sample" type="button">Take the sample: a travel survey</button>
    </div>
    <p class="hint">
      Or drop one here: a table as CSV, an NPZ of 0 and 1, or a model that you saved (.safetensors).
    </p>
    <details>
      <summary>Paste a table</summary>
      <label for="data-text">Text of the table, names of columns first</label>
      <textarea id="data-text" rows="6" spellcheck="false" autocomplete="off"></textarea>
      <button class="paste" type="button">Take this text</button>
    </details>
  </div>
  <div class="trouble" role="alert" hidden></div>
  <p class="status" role="status"></p>
</section>

<section class="card table" aria-labelledby="data-table-title" hidden>
  <h3 id="data-table-title">The table</h3>
  <p class="table-words"></p>
  <div class="table-rows"></div>
  <details class="mapping">
    <summary>How the columns become zeros and ones</summary>
    <p class="hint">
      The model learns from inputs that are 0 or 1. A column of two values is one input; a column of categories is an
      input for each, of which one is 1.
    </p>
    <div class="mapping-rows"></div>
  </details>
</section>

<section class="card learning" aria-labelledby="data-learning-title" hidden>
  <h3 id="data-learning-title">Learning</h3>
  <div class="controls">
    <button class="learn primary" type="button">Learn this table</button>
    <button class="enough" type="button" hidden>That is enough</button>
  </div>
  <progress max="1" value="0" aria-label="Progress of learning"></progress>
  <p class="learning-words"></p>
  <p class="engine hint"></p>
  <p class="advice" hidden></p>
  <figure hidden>
    <div class="curve" role="img" aria-label="No curve yet"></div>
    <figcaption class="hint">
      How surprised the model is by a row on average, −log p in nats, epoch by epoch; lower is better.
      <span class="key training">rows it learns from</span> <span class="key validation">rows it never learns from</span>
      When these no longer get better, it stops and takes the weights that were best.
    </figcaption>
  </figure>
</section>

<section class="card surprising" aria-labelledby="data-surprising-title" hidden>
  <h3 id="data-surprising-title">The most surprising rows</h3>
  <p>
    Ordered by log p, the exact log-probability of the row in nats: one less is 2.7 times less likely. The cells that make
    a row less likely than usual are marked, the worst strongest. “Why” names them, and by how many nats they do. A missing
    cell counts with its most probable value.
  </p>
  <div class="surprising-rows"></div>
  <div class="controls"><button class="save-ranking" type="button">Download the ranking (CSV)</button></div>
</section>

<section class="card missing" aria-labelledby="data-missing-title" hidden>
  <h3 id="data-missing-title">Missing cells, filled in</h3>
  <p class="missing-words"></p>
  <div class="missing-rows"></div>
  <div class="controls"><button class="save-filled" type="button">Download the filled table (CSV)</button></div>
</section>

<section class="card made-up" aria-labelledby="data-made-up-title" hidden>
  <h3 id="data-made-up-title">Made-up rows</h3>
  <div class="controls">
    <label for="data-count">How many</label>
    <input id="data-count" class="count" type="number" min="1" max="10000" value="100" aria-describedby="data-count-hint">
    <button class="make-up" type="button">Make up rows</button>
    <button class="save-made-up" type="button" hidden>Download them (CSV)</button>
  </div>
  <p id="data-count-hint" class="hint">
    Nobody’s answers, but with the habits of the table. They are drawn from the model; with few rows to learn from, some may
    equal real ones.
  </p>
  <p class="made-up-words" role="status"></p>
  <div class="made-up-rows"></div>
</section>

<section class="card keeping" aria-labelledby="data-keeping-title" hidden>
  <h3 id="data-keeping-title">Take it with you</h3>
  <div class="controls">
    <button class="save-model" type="button">Download the model</button>
    <label><input class="keep" type="checkbox"> Keep table and model in this browser until I come again</label>
    <button class="forget" type="button">Forget everything</button>
  </div>
  <p class="kept-words" role="status"></p>
  <p class="hint">
    The model is a .safetensors file that has the columns in it. Open it here again, with this table or the next one with the
    same columns.
  </p>
</section>
</div>
`;
