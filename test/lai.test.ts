// The mathematics of the Lai loss in float64: factors and samples.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainFactor, scaledFactor } from "../src/lai/factor.js";
import { type LaiParameters, measureSample, type Rho } from "../src/lai/sample.js";
import { expectClose } from "./support/compare.js";
import laiFile from "./vectors/lai.json" with { type: "json" };

interface Numbers {
  shape: number[];
  data: number[];
}
interface Params {
  base: string;
  lambda: number | number[];
  mseFactor?: string;
  aggregate?: LaiParameters["aggregate"];
  feature?: number;
  reduction: string;
  applyMask?: number[];
}

const bases: Record<string, Rho> = {
  mae: { value: Math.abs, slope: Math.sign },
  mse: { value: (r) => r * r, slope: (r) => 2 * r },
};

/** The loss of a batch, with derivatives by predictions and by slopes. */
function measureBatch(
  { base, lambda, mseFactor, aggregate = "mean", feature = 0, reduction, applyMask }: Params,
  predictions: ArrayLike<number>,
  targets: ArrayLike<number>,
  slopes: ArrayLike<number>,
) {
  const batch = targets.length;
  const features = slopes.length / batch;
  const parameters: LaiParameters = {
    lambda,
    form: mseFactor === "plain" ? "plain" : "scaled",
    aggregate,
    feature,
  };
  const share = reduction === "mean" ? 1 / batch : 1;
  const perSample = new Float64Array(batch);
  const byPredictions = new Float64Array(batch);
  const bySlopes = new Float64Array(slopes.length);
  for (let i = 0; i < batch; i++) {
    const r = predictions[i] - targets[i];
    const own = new Float64Array(features);
    if (applyMask?.[i] === 0) {
      perSample[i] = bases[base].value(r);
      byPredictions[i] = share * bases[base].slope(r);
      continue;
    }
    const at = Array.from({ length: features }, (_, j) => slopes[i * features + j]);
    const [loss, byResidual] = measureSample(bases[base], parameters, r, at, own);
    perSample[i] = loss;
    byPredictions[i] = share * byResidual;
    bySlopes.set(
      own.map((x) => share * x),
      i * features,
    );
  }
  return { loss: share * perSample.reduce((a, b) => a + b, 0), perSample, byPredictions, bySlopes };
}

const exact = { rtol: 1e-9, atol: 1e-10 };

describe("vectors", () => {
  const cases = laiFile.cases as unknown as {
    id: string;
    params: Params;
    inputs: Record<string, Numbers>;
    expected: { loss: number } & Record<string, Numbers>;
  }[];
  it.each(cases.map((one) => [one.id, one] as const))("%s", (_, { params, inputs: { pred, target, k }, expected }) => {
    const got = measureBatch(params, pred.data, target.data, k.data);
    expectClose(got.loss, expected.loss, exact, "loss");
    expectClose(got.perSample, expected.perSample.data, exact, "perSample");
    expectClose(got.byPredictions, expected.gradPred.data, exact, "gradient");
    expectClose(got.bySlopes, expected.gradK.data, exact, "slopeGradient");
  });
});

describe("factors", () => {
  const factors = { scaled: scaledFactor, plain: plainFactor };
  const lambdas = [1e-3, 0.1, 0.5, 1, 2, 1e3];
  describe.each(Object.entries(factors))("%s", (form, factor) => {
    it.each(lambdas)("lambda %f: least at its kink, where it is continuous", (lambda) => {
      const kink = form === "scaled" ? lambda : Math.sqrt(lambda);
      const [least] = factor(kink, lambda);
      if (form === "scaled") expect(least).toBeCloseTo(Math.max(lambda, 1) / Math.hypot(1, lambda), 12);
      expectClose(factor(kink * (1 - 1e-12), lambda)[0], least, { rtol: 1e-9, atol: 0 }, "below the kink");
      for (const k of [0, kink / 2, kink * 0.999, kink * 1.001, 2 * kink, 100 * kink]) {
        expect(factor(k, lambda)[0]).toBeGreaterThan(least);
        expect(factor(-k, lambda)[0]).toBe(factor(k, lambda)[0]);
      }
      expect(factor(0, lambda)).toEqual([Math.max(lambda, 1), -0]);
      expectClose(factor(1e15, lambda)[0], 1 / Math.min(lambda, 1), { rtol: 1e-12, atol: 0 }, "limit");
      expect(Number.isFinite(factor(1e300, lambda)[1])).toBe(true);
    });

    it("the derivative is that of the value", () => {
      fc.assert(
        fc.property(
          fc.double({ min: -30, max: 30, noNaN: true }),
          fc.double({ min: 0.01, max: 20, noNaN: true }),
          (k, lambda) => {
            const step = 1e-6 * Math.max(1, Math.abs(k));
            const kink = form === "scaled" ? lambda : Math.sqrt(lambda);
            fc.pre(Math.abs(Math.abs(k) - kink) > 10 * step);
            const difference = (factor(k + step, lambda)[0] - factor(k - step, lambda)[0]) / (2 * step);
            expectClose(factor(k, lambda)[1], difference, { rtol: 1e-5, atol: 1e-8 / Math.min(lambda, 1) }, "slope");
          },
        ),
      );
    });
  });
});
