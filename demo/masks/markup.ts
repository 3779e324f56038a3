// The panel's markup, before anything is known of the network in it.

const options = (values: readonly number[]) => values.map((n) => `<option>${n}</option>`).join("");
const from = (low: number, high: number) => Array.from({ length: high - low + 1 }, (_, i) => low + i);

export const markup = (limits: { inputs: readonly [number, number]; units: readonly [number, number] }) => `
<div class="cards two">
<section class="card wide story" aria-labelledby="masks-story">
  <p class="place" data-id="place"></p>
  <h2 id="masks-story" data-id="story-title" tabindex="-1"></h2>
  <div data-id="story-text"></div>
  <div class="controls">
    <button type="button" data-id="back">Back</button>
    <button type="button" class="primary" data-id="next">Next</button>
    <button type="button" class="link" data-id="look"></button>
    <button type="button" class="link" data-id="all">Show all parts</button>
  </div>
</section>
<div class="wide" role="alert" data-id="failure" hidden></div>
<section class="card" data-part="network" aria-labelledby="masks-network" tabindex="-1">
  <h3 id="masks-network">The network</h3>
  <div class="controls">
    <button type="button" role="switch" class="switch" aria-checked="true" data-id="masked">Masks</button>
    <button type="button" data-id="new-mask">New mask</button>
    <label>Ordering <select data-id="ordering"><option value="natural">natural</option><option value="random">random</option></select></label>
    <label data-id="which-field">Mask shown <select data-id="which"></select></label>
  </div>
  <svg class="network" data-id="network" role="group" aria-label="Network: inputs at the bottom, outputs on top. Arrow keys go from unit to unit, Escape lets go."></svg>
  <p class="sentence" role="status" data-id="sentence"></p>
  <p class="hint" data-id="key"></p>
  <details>
    <summary>Another network</summary>
    <div class="controls">
      <label>Inputs <select data-id="inputs">${options(from(...limits.inputs))}</select></label>
      <label>Hidden layers <select data-id="layers">${options([1, 2, 3])}</select></label>
      ${[1, 2, 3].map((l) => `<label>Units in layer ${l} <select data-id="units-${l}">${options(from(...limits.units))}</select></label>`).join("")}
      <label>Masks in turn <select data-id="masks">${options([1, 2, 4, 8])}</select></label>
      <label class="check"><input type="checkbox" data-id="direct"> Direct connections</label>
    </div>
  </details>
</section>
<section class="card" data-part="sum" aria-labelledby="masks-sum" tabindex="-1" hidden>
  <h3 id="masks-sum">Does it sum to 1?</h3>
  <p class="sum"><span data-id="sum-label"></span> <output data-id="sum"></output></p>
  <p class="verdict" data-id="verdict"></p>
  <div class="controls">
    <button type="button" class="primary" data-id="train">Train</button>
    <label>Data <select data-id="pattern"></select></label>
  </div>
  <p class="hint" role="status" data-id="steps"></p>
  <dl class="both">
    <div><dt>With masks</dt><dd data-id="sum-masked">–</dd></div>
    <div><dt>Without masks</dt><dd data-id="sum-plain">–</dd></div>
    <div data-id="each-field"><dt>Each mask alone</dt><dd data-id="sum-each">–</dd></div>
  </dl>
  <div class="rows" role="region" aria-label="All rows" tabindex="0">
    <table>
      <thead><tr>
        <th scope="col">Row x</th>
        <th scope="col"><span class="key q">network</span> <span class="key data">data</span></th>
        <th scope="col">q(x)</th><th scope="col">data</th>
      </tr></thead>
      <tbody data-id="rows"></tbody>
    </table>
  </div>
</section>
<section class="card" data-part="matrices" aria-labelledby="masks-matrices" tabindex="-1" hidden>
  <h3 id="masks-matrices">The masks as matrices</h3>
  <div class="controls"><button type="button" aria-pressed="false" data-id="sort">Sort by degree</button></div>
  <p class="hint">A row for each unit above, a column for each below, their degrees beside them. Coloured: connected.</p>
  <div class="matrices" data-id="matrices"></div>
</section>
<section class="card" data-part="drawing" aria-labelledby="masks-drawing" tabindex="-1" hidden>
  <h3 id="masks-drawing">Draw a row in one pass</h3>
  <div class="controls">
    <button type="button" class="primary" data-id="draw-next">Next step</button>
    <button type="button" data-id="play">Play</button>
    <button type="button" data-id="again">Another row</button>
  </div>
  <p class="sentence" role="status" data-id="draw-text"></p>
  <svg class="network" data-id="drawing" role="img" aria-label="The network while a row is drawn; the sentence above says what happens."></svg>
  <p class="hint" data-id="draw-count"></p>
</section>
</div>
`;
