// What random losses have found in the kernels, once each; see algebra.fuzz.
import { describe, it } from "vitest";
import {
  asymmetricGeneralizedCrossEntropy,
  asymmetricUnhinged,
  type ClassLoss,
  evaluate,
  jensenShannon,
  run,
} from "../src/index.js";
import { requestTestDevice } from "./support/device.js";
import { expectParity } from "./support/parity.js";

const { device } = await requestTestDevice();

describe("class losses over the whole range of probabilities", () => {
  // Rows of log-odds from -60 to 60: the label is the first class.
  const logits = Float32Array.from({ length: 242 }, (_, i) => (i % 2 === 0 ? (i - 120) / 2 : 0));
  const inputs = { logits, labels: new Int32Array(121) };
  const options = { reduction: "none" } as const;
  const losses: [what: string, loss: ClassLoss][] = [
    ["powers of a - p whose ratio is beyond float32", asymmetricUnhinged({ a: 1.0625, q: 40 })],
    ["powers of a + p whose ratio is beyond float32", asymmetricGeneralizedCrossEntropy({ a: 0.03125, q: 40 })],
    ["a small weight of the label", jensenShannon({ pi: 2 ** -10 })],
  ];
  it.each(losses)("%s", async (what, loss) => {
    expectParity(await run(device, loss, inputs, options), evaluate(loss, inputs, options), what);
  });
});
