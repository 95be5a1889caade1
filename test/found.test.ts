// What random losses and specs have found in the float64 reference and in the readers of losses, once each.
import { describe, expect, it } from "vitest";
import {
  asymmetricGeneralizedCrossEntropy,
  asymmetricUnhinged,
  type ClassLoss,
  evaluate,
  jensenShannon,
  lossFromJSON,
  weightedSum,
} from "../src/index.js";
import { expectClose } from "./support/compare.js";
import { expectLossError, type Untyped } from "./support/errors.js";

/** Loss of one row of two classes whose first one is labelled and has log-odds x. */
const lossAt = (loss: ClassLoss, x: number) => evaluate(loss, { logits: [x, 0], labels: [0] }).loss as number;

describe("powers whose ratio is beyond float64", () => {
  it("asymmetricUnhinged", () => {
    // (a - 1)^q is 0, (a - p)^q is not; p = 1/2 at log-odds 0
    const [a, q] = [1.5, 5000];
    expectClose(lossAt(asymmetricUnhinged({ a, q }), 0), 1 / q, { rtol: 1e-12, atol: 0 }, "a - p = 1");
  });
  it("asymmetricGeneralizedCrossEntropy", () => {
    const [a, q] = [1e-9, 5000];
    const expected = (1 + a) ** q / q;
    expectClose(lossAt(asymmetricGeneralizedCrossEntropy({ a, q }), -40), expected, { rtol: 1e-9, atol: 0 }, "p = 0");
  });
});

it("jensenShannon of a tiny pi is cross-entropy", () => {
  for (const x of [-10, -3, 0, 3, 30]) {
    const expected = Math.log1p(Math.exp(-x));
    expectClose(lossAt(jensenShannon({ pi: 1e-13 }), x), expected, { rtol: 1e-6, atol: 0 }, `log-odds ${x}`);
  }
});

it("arrays with holes are no parts of a sum", () => {
  const parts: Untyped = [];
  parts.length = 2;
  expectLossError(() => weightedSum(parts), "parameter", /^weightedSum: parts must be 1 to 8 pairs/);
  expectLossError(() => lossFromJSON({ loss: "weightedSum", of: parts }), "parameter", /of must be pairs/);
  expectLossError(
    () => lossFromJSON({ loss: "combo", params: { terms: parts } }),
    "parameter",
    /keys must be an object/,
  );
  expect(parts).toHaveLength(2);
});
