// The mathematics of the Lai loss in float64: factors, samples, and networks whose gradients need the derivative of a derivative.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainFactor, scaledFactor } from "../src/lai/factor.js";
import { type LaiParameters, measureSample, type Rho } from "../src/lai/sample.js";
import type { Activation, Network } from "../src/network/network.js";
import { forward } from "../src/network/reference.js";
import { expectClose } from "./support/compare.js";
import { throws } from "./support/errors.js";
import laiFile from "./vectors/lai.json" with { type: "json" };
import laiMlpFile from "./vectors/lai-mlp.json" with { type: "json" };

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

  const networks = laiMlpFile.cases as unknown as {
    id: string;
    activation: Activation;
    params: Params;
    inputs: { x: Numbers; target: Numbers; weights: Numbers[]; biases: Numbers[] };
    expected: { pred: Numbers; k: Numbers; loss: number; gradWeights: Numbers[]; gradBiases: Numbers[] };
  }[];
  it.each(networks.map((one) => [one.id, one] as const))("%s", (_, { activation, params, inputs, expected }) => {
    const weights = inputs.weights as unknown as Network["weights"];
    const network = { activation, weights, biases: inputs.biases.map(({ data }) => data) };
    const ahead = forward(network, inputs.x.data);
    expectClose(ahead.predictions, expected.pred.data, exact, "predictions");
    expectClose(ahead.slopes, expected.k.data, exact, "slopes");
    const { loss, byPredictions, bySlopes } = measureBatch(params, ahead.predictions, inputs.target.data, ahead.slopes);
    expectClose(loss, expected.loss, exact, "loss");
    const gradients = ahead.gradients(byPredictions, bySlopes);
    for (const [l, { data }] of expected.gradWeights.entries()) {
      expectClose(gradients.weights[l], data, exact, `weights of layer ${l}`);
    }
    for (const [l, { data }] of expected.gradBiases.entries()) {
      expectClose(gradients.biases[l], data, exact, `biases of layer ${l}`);
    }
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

/** A network with numbers between -1 and 1. */
const networkOf = (activation: Activation): fc.Arbitrary<Network> =>
  fc
    .tuple(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 1e6 }))
    .map(([units, seed]) => {
      const layers = [...units, 1];
      let state = seed;
      const random = () => {
        state = (state * 48271) % 2147483647;
        return (2 * state) / 2147483647 - 1;
      };
      const numbers = (n: number) => Float64Array.from({ length: n }, random);
      return {
        activation,
        weights: layers.slice(1).map((outputs, l) => ({
          shape: [outputs, layers[l]] as const,
          data: numbers(outputs * layers[l]),
        })),
        biases: layers.slice(1).map((outputs) => numbers(outputs)),
      };
    });

describe.each(["tanh", "softplus", "linear"] as const)("networks with %s", (activation) => {
  const parameters: Params[] = [
    { base: "mse", lambda: 0.7, reduction: "mean" },
    { base: "mae", lambda: 1.5, aggregate: "norm", reduction: "sum" },
    { base: "mse", mseFactor: "plain", lambda: 0.4, aggregate: "feature", feature: 0, reduction: "mean" },
  ];
  it("gradients are those of central differences", () => {
    fc.assert(
      fc.property(networkOf(activation), fc.integer({ min: 0, max: 2 }), (network, which) => {
        const params = parameters[which];
        const [, features] = network.weights[0].shape;
        const inputs = Float64Array.from({ length: 3 * features }, (_, i) => Math.sin(3.7 * i + 0.4));
        const targets = [0.3, -5, 4];
        const lossOf = (): number => {
          const { predictions, slopes } = forward(network, inputs);
          return measureBatch(params, predictions, targets, slopes).loss;
        };
        const ahead = forward(network, inputs);
        const { byPredictions, bySlopes } = measureBatch(params, ahead.predictions, targets, ahead.slopes);
        // Away from the kinks of the factor and of the absolute error.
        const near = Array.from(ahead.slopes, Math.abs).some((k) =>
          [params.lambda as number, Math.sqrt(params.lambda as number)].some((kink) => Math.abs(k - kink) < 1e-3),
        );
        const norms = targets.map((_, i) => Math.hypot(...ahead.slopes.subarray(i * features, (i + 1) * features)));
        fc.pre(!near && norms.every((k) => Math.abs(k - 1.5) > 1e-3 && k > 1e-3));
        fc.pre(targets.every((t, i) => Math.abs(t - ahead.predictions[i]) > 1e-3));
        const { weights, biases } = ahead.gradients(byPredictions, bySlopes);
        const check = (numbers: Float64Array, gradient: Float64Array, what: string) => {
          const differences = gradient.map((_, i) => {
            const value = numbers[i];
            const step = 1e-6;
            numbers[i] = value + step;
            const above = lossOf();
            numbers[i] = value - step;
            const below = lossOf();
            numbers[i] = value;
            return (above - below) / (2 * step);
          });
          expectClose(gradient, differences, { rtol: 1e-5, atol: 1e-6 }, what);
        };
        for (const l of weights.keys()) {
          check(network.weights[l].data as Float64Array, weights[l], `weights ${l}`);
          check(network.biases[l] as Float64Array, biases[l], `biases ${l}`);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("networks that cannot be", () => {
  const layer = { shape: [1, 2] as const, data: [1, 2] };
  const made = (network: object) => () => forward(network as Network, [1, 2]);
  throws([
    [
      "an unknown activation",
      "parameter",
      /activation must be one of tanh, softplus, relu, linear, got "gelu"/,
      made({ activation: "gelu", weights: [layer], biases: [[0]] }),
    ],
    [
      "no layers",
      "shape",
      /as many biases as weights, and at least one/,
      made({ activation: "tanh", weights: [], biases: [] }),
    ],
    [
      "two outputs",
      "shape",
      /the last layer must have 1 output, got 2/,
      made({ activation: "tanh", weights: [{ shape: [2, 1], data: [1, 2] }], biases: [[0, 0]] }),
    ],
    [
      "layers that do not fit",
      "shape",
      /layer 1 must have 1 inputs, .* got \[1, 2, 2, 1\]/,
      made({ activation: "tanh", weights: [layer, layer], biases: [[0], [0]] }),
    ],
  ]);
});
