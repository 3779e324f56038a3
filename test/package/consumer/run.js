// What a stranger's page does with the package: trains, scores all rows there are, draws. The tests say where
// "made-webgpu" comes from.
import { BinaryRows, Made } from "made-webgpu";

/** Every row of D bits, (2^D, D); bit d of row r is that of the number r. */
function allRows(D) {
  return BinaryRows.from(
    Uint8Array.from({ length: D << D }, (_, i) => (Math.floor(i / D) >> (i % D)) & 1),
    D,
  );
}

/** @param {object} options of Made.create: where it runs */
export async function run(options) {
  const D = 6;
  const all = allRows(D);
  const rows = all.take([7, 7, 56, 7, 56, 63, 7, 56, 0, 7]);
  const made = await Made.create({ inputs: D, hidden: [20], seed: 3 }, options);
  const { epochs } = await made.fit(rows, { epochs: 5, batchSize: 5, optimizer: { name: "adam", learningRate: 0.02 } });
  const logProb = await made.logProb(all);
  const drawn = await made.sample(16, { seed: 5 });
  const again = await Made.load(await made.save(), options);
  const loaded = await again.logProb(all);
  const { engine } = made;
  made.dispose();
  again.dispose();
  return {
    engine,
    trainNll: epochs.map((epoch) => epoch.trainNll),
    logProb: [...logProb],
    sum: logProb.reduce((sum, logp) => sum + Math.exp(logp), 0),
    drawn: [...drawn.toUint8Array()],
    loadedAlike: logProb.every((logp, r) => logp === loaded[r]),
  };
}
