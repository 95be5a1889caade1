// Networks in float64: vectors, central differences through the whole chain, training options, and what cannot be.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Activation,
  absoluteError,
  evaluate,
  evaluateNetwork,
  flattenNetwork,
  huber,
  type Inputs,
  type Loss,
  lai,
  laiApplyMask,
  laiMae,
  laiMse,
  type Network,
  squaredError,
  unflattenNetwork,
  zMasked,
} from "../src/index.js";
import { expectClose, float64 } from "./support/compare.js";
import { expectLossError, throws, type Untyped } from "./support/errors.js";
import { expectNetwork, networkVectors, randomNetwork } from "./support/networks.js";

describe("vectors", () => {
  it("are all there", () => expect(networkVectors.length).toBe(7));
  it.each(networkVectors.map((one) => [one.id, one] as const))(
    "%s",
    (_, { network, loss, inputs, options, expected }) => {
      expectNetwork(evaluateNetwork(network, loss, inputs, options), expected, float64);
    },
  );
});

describe.each(["tanh", "softplus", "relu", "linear"] as const)("networks with %s", (activation: Activation) => {
  const losses: [Loss<"regression">, (k: Float64Array) => number[], number[]][] = [
    [laiMse({ lambda: 0.7 }), (k) => Array.from(k), [0.7]],
    [laiMae({ lambda: 1.5, aggregate: "norm" }), (k) => [Math.hypot(...k)], [1.5, 0]],
    [laiMse({ lambda: 0.4, form: "plain", aggregate: "feature" }), (k) => [k[0]], [Math.sqrt(0.4)]],
    [zMasked(lai(huber({ delta: 0.5 }), { lambda: 2 }), { threshold: 1 }), (k) => Array.from(k), [2]],
    [squaredError(), () => [], []],
  ];
  const units = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });
  const whole = fc.integer({ min: 1, max: 1e6 });
  it("gradients are those of central differences", () => {
    fc.assert(
      fc.property(units, whole, fc.nat(losses.length - 1), (hidden, seed, which) => {
        const [loss, slopesOf, kinks] = losses[which];
        const [features] = hidden;
        const { network: made, data } = randomNetwork([...hidden, 1], activation, 3, seed);
        const parameters = flattenNetwork(made, new Float64Array(flattenNetwork(made).length));
        const network = unflattenNetwork({ units: [...hidden, 1], activation }, parameters);
        const { predictions, slopes, weightGradients, biasGradients } = evaluateNetwork(network, loss, data);
        // Away from the kinks of factors, losses and activations, and where no mask is about to change.
        const sorted = data.targets.map((t, i) => Math.abs(t - predictions[i])).sort();
        fc.pre(sorted.every((r, i) => Math.min(r, Math.abs(r - 0.5), r - (sorted[i - 1] ?? -1)) > 1e-2));
        for (let i = 0; i < 3; i++) {
          const near = slopesOf(slopes.slice(i * features, (i + 1) * features));
          fc.pre(near.every((k) => kinks.every((kink) => Math.abs(Math.abs(k) - kink) > 1e-3)));
        }
        fc.pre(activation !== "relu" || awayFromKinks(network, data.inputs));
        const differences = parameters.map((value, i) => {
          const at = (x: number): number => {
            parameters[i] = x;
            const { loss: result } = evaluateNetwork(network, loss, data);
            parameters[i] = value;
            return result as number;
          };
          return (at(value + 1e-6) - at(value - 1e-6)) / 2e-6;
        });
        const expected = unflattenNetwork({ units: [...hidden, 1], activation }, differences);
        for (const [l, { data }] of expected.weights.entries()) {
          expectClose(weightGradients[l].data, data, { rtol: 1e-5, atol: 1e-6 }, `weights ${l}`);
          expectClose(biasGradients[l], expected.biases[l], { rtol: 1e-5, atol: 1e-6 }, `biases ${l}`);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("slopes are central differences of predictions", () => {
    const { network, data } = randomNetwork([3, 5, 4, 1], activation, 4);
    const { slopes } = evaluateNetwork(network, squaredError(), data);
    const inputs = Float64Array.from(data.inputs);
    const differences = slopes.map((_, at) => {
      const predict = (x: number): number => {
        const moved = inputs.map((value, i) => (i === at ? x : value));
        return evaluateNetwork(network, squaredError(), { ...data, inputs: moved }).predictions[Math.floor(at / 3)];
      };
      return (predict(inputs[at] + 1e-6) - predict(inputs[at] - 1e-6)) / 2e-6;
    });
    expectClose(slopes, differences, { rtol: 1e-6, atol: 1e-7 }, "slopes");
  });
});

/** Every pre-activation of hidden layers is so far from 0 that small steps do not cross it. */
function awayFromKinks(network: Network, inputs: ArrayLike<number>): boolean {
  const features = network.weights[0].shape[1];
  let values = Array.from({ length: inputs.length / features }, (_, s) =>
    Array.from({ length: features }, (_, j) => inputs[s * features + j]),
  );
  for (const [l, { shape, data }] of network.weights.slice(0, -1).entries()) {
    const sums = values.map((x) =>
      Array.from({ length: shape[0] }, (_, o) =>
        x.reduce((sum, v, i) => sum + v * data[o * shape[1] + i], network.biases[l][o]),
      ),
    );
    if (sums.flat().some((a) => Math.abs(a) < 1e-3)) return false;
    values = sums.map((row) => row.map((a) => Math.max(a, 0)));
  }
  return true;
}

describe("losses of predictions alone", () => {
  it("are those of evaluate, with the slopes beside them", () => {
    const { network, data } = randomNetwork([2, 6, 1], "tanh", 9);
    const { loss, predictions, slopes } = evaluateNetwork(network, zMasked(absoluteError()), data);
    const inputs = { predictions, targets: data.targets } as Inputs<"regression">;
    expect(loss).toBe(evaluate(zMasked(absoluteError()), inputs).loss);
    expect(slopes.length).toBe(18);
  });
});

describe("a sample that is not finite", () => {
  const { network, data } = randomNetwork([2, 6, 1], "relu", 5);
  const spoiled = { ...data, inputs: data.inputs.map((x, i) => (i === 5 ? Infinity : x)) };
  const without = {
    inputs: data.inputs.filter((_, i) => i !== 4 && i !== 5),
    targets: data.targets.filter((_, i) => i !== 2),
  };
  it("spoils loss and gradients", () => {
    const { loss, predictions, weightGradients } = evaluateNetwork(network, laiMse({ lambda: 1 }), spoiled);
    expect(loss).toBeNaN();
    expect(Array.from(predictions, Number.isNaN)).toEqual([false, false, true, false, false]);
    expect(weightGradients[0].data.every(Number.isNaN)).toBe(true);
  });
  it("is absent on request", () => {
    const got = evaluateNetwork(network, laiMse({ lambda: 1 }), spoiled, { nonFinite: "omit" });
    const expected = evaluateNetwork(network, laiMse({ lambda: 1 }), without);
    expect(got.loss).toBeCloseTo(expected.loss as number, 12);
    expectClose(got.weightGradients[0].data, expected.weightGradients[0].data, float64, "weights");
    expectClose(got.biasGradients[1], expected.biasGradients[1], float64, "biases");
  });
});

describe("a sample that overflows", () => {
  const network = {
    activation: "relu",
    weights: [[10], [1]].map((data) => ({ shape: [1, 1], data })),
    biases: [[0], [0]],
  };
  const data = { inputs: [1, 1.7e308], targets: [0, 0] };
  it.each([squaredError(), laiMse({ lambda: 0.5 })])("counts as not finite: $name", (loss) => {
    const spoiled = evaluateNetwork(network as unknown as Network, loss, data);
    expect([spoiled.loss, spoiled.biasGradients[1][0]]).toEqual([NaN, NaN]);
    const left = evaluateNetwork(network as unknown as Network, loss, data, { nonFinite: "omit" });
    const one = evaluateNetwork(network as unknown as Network, loss, { inputs: [1], targets: [0] });
    expect(left.loss).toBe(one.loss);
    expect(left.weightGradients).toEqual(one.weightGradients);
  });
});

describe("training", () => {
  const { network, data } = randomNetwork([2, 6, 1], "tanh", 40);
  const loss = laiMse({ lambda: 0.3 });
  it("alternates plain steps and Lai steps", () => {
    const training = { plainSteps: 2, laiSteps: 1 };
    const lossesOf = (which: Loss<"regression">) => evaluateNetwork(network, which, data).loss;
    const losses = [0, 1, 2, 3, 4, 5].map((step) => evaluateNetwork(network, loss, data, { training, step }).loss);
    const [plain, full] = [lossesOf(squaredError()), lossesOf(loss)];
    expect(plain).not.toBe(full);
    expect(losses).toEqual([plain, plain, full, plain, plain, full]);
  });
  it("a subset is what applyMask says", () => {
    const training = { subset: 0.4, seed: 7 };
    const applyMask = laiApplyMask(training, 3, 40);
    const got = evaluateNetwork(network, loss, data, { training, step: 3 });
    expectNetwork(got, evaluateNetwork(network, loss, { ...data, applyMask }), { rtol: 0, atol: 0 });
  });
  it("subsets have their share, differ from step to step, and are the same for a seed", () => {
    const draw = (subset: number, step = 0, seed = 0) => laiApplyMask({ subset, seed }, step, 10_000);
    const share = (mask: Float32Array) => mask.reduce((sum, x) => sum + x, 0) / 10_000;
    expect(share(draw(0))).toBe(0);
    expect(share(draw(1))).toBe(1);
    for (const subset of [0.1, 0.5, 0.9]) {
      const off = 4 * Math.sqrt((subset * (1 - subset)) / 10_000);
      for (let step = 0; step < 5; step++) expect(Math.abs(share(draw(subset, step)) - subset)).toBeLessThan(off);
    }
    expect(draw(0.5, 1, 3)).toEqual(draw(0.5, 1, 3));
    const same = (a: Float32Array, b: Float32Array) => share(a.map((x, i) => (x === b[i] ? 1 : 0)));
    // Independent draws agree half of the time.
    for (const [step, seed] of [
      [1, 0],
      [0, 1],
      [2 ** 32 - 1, 0],
      [5, 2 ** 32 - 1],
    ]) {
      expect(Math.abs(same(draw(0.5), draw(0.5, step, seed)) - 0.5)).toBeLessThan(0.02);
    }
  });
  it("a plain step ignores applyMask, and keeps a z-mask", () => {
    const masked = zMasked(loss, { threshold: 1 });
    const options = { training: { plainSteps: 1 }, step: 0 };
    const got = evaluateNetwork(network, masked, { ...data, applyMask: new Float32Array(40).fill(1) }, options);
    expect(got.loss).toBe(evaluateNetwork(network, zMasked(squaredError(), { threshold: 1 }), data).loss);
  });
});

describe("parameters in one array", () => {
  it("go there and back", () => {
    const { network } = randomNetwork([3, 4, 2, 1], "relu", 1);
    const flat = flattenNetwork(network);
    expect(flat.length).toBe(3 * 4 + 4 + 4 * 2 + 2 + 2 + 1);
    expect(Array.from(flat.slice(12, 16))).toEqual(Array.from(network.biases[0]));
    expect(unflattenNetwork({ units: [3, 4, 2, 1], activation: "relu" }, flat)).toEqual(network);
    const exact = new Float64Array(flat.length);
    expect(flattenNetwork({ ...network, biases: [[0.1, 0, 0, 0], [0, 0], [0]] }, exact)).toBe(exact);
    expect(exact[12]).toBe(0.1);
  });
});

describe("what cannot be", () => {
  const layer = { shape: [1, 2] as const, data: [1, 2] };
  const good = { activation: "tanh", weights: [layer], biases: [[0]] };
  const data = { inputs: [1, 2], targets: [0] };
  const run: Untyped = evaluateNetwork;
  const made = (network: object) => () => run({ ...good, ...network }, squaredError(), data);
  const fed = (more: object, loss: object = squaredError(), options: object = {}) => {
    return () => run(good, loss, { ...data, ...more }, options);
  };
  throws([
    [
      "an unknown activation",
      "parameter",
      /activation must be one of tanh, softplus, relu, linear, got "gelu"/,
      made({ activation: "gelu" }),
    ],
    ["no layers", "shape", /as many biases as weights, and at least one/, made({ weights: [], biases: [] })],
    ["no weights", "shape", /as many biases as weights, and at least one/, made({ weights: undefined })],
    [
      "two outputs",
      "shape",
      /units must be whole numbers above 0, .* got \[2, 2\]\. Train one network for each output/,
      made({ weights: [{ shape: [2, 2], data: [1, 2, 3, 4] }], biases: [[0, 0]] }),
    ],
    [
      "layers that do not fit",
      "shape",
      /layer 1 must have 1 inputs, .* got \[1, 2, 2, 1\]/,
      made({ weights: [layer, layer], biases: [[0], [0]] }),
    ],
    ["a matrix without a shape", "shape", /units must be/, made({ weights: [{ data: [1, 2] }] })],
    ["a matrix that is missing", "shape", /units must be/, made({ weights: [undefined] })],
    ["numbers that are missing", "shape", /layer 0 must have 2 inputs/, made({ weights: [{ shape: [1, 2] }] })],
    ["a layer without biases", "shape", /layer 0 must have 2 inputs/, made({ biases: [undefined] })],
    ["a layer without units", "shape", /units must be/, made({ weights: [{ shape: [0, 2], data: [] }], biases: [[]] })],
    [
      "too few inputs",
      "shape",
      /inputs must be \[batch, 2\], and targets \[batch\], got \[1, 1\]/,
      fed({ inputs: [1] }),
    ],
    ["no targets", "shape", /inputs must be \[batch, 2\]/, fed({ targets: undefined })],
    ["an unknown input", "parameter", /input must be one of inputs, targets, .* got "slopes"/, fed({ slopes: [1] })],
    ["a class loss", "parameter", /the loss must be one of regression, got "binary"/, fed({}, { family: "binary" })],
    ["no loss", "parameter", /the loss must be one of regression/, () => run(good, undefined, data)],
    [
      "training of a plain loss",
      "parameter",
      /training must go with a Lai loss, got "squaredError"/,
      fed({}, squaredError(), { training: {} }),
    ],
    [
      "a subset beside applyMask",
      "parameter",
      /applyMask must not go with a subset/,
      fed({ applyMask: [1] }, laiMse({ lambda: 1 }), { training: { subset: 0.5 } }),
    ],
    [
      "an unknown training option",
      "parameter",
      /training: .* must be one of/,
      fed({}, laiMse({ lambda: 1 }), { training: { share: 1 } }),
    ],
    ["a step before the first", "parameter", /step must be/, fed({}, laiMse({ lambda: 1 }), { step: -1 })],
    [
      "an applyMask of another length",
      "shape",
      /applyMask must have length 1/,
      fed({ applyMask: [1, 1] }, laiMse({ lambda: 1 })),
    ],
    [
      "an array of another length",
      "shape",
      /there must be 3 parameters, got 4/,
      () => flattenNetwork(good as unknown as Network, new Float64Array(4)),
    ],
    [
      "too few parameters",
      "shape",
      /there must be 3 parameters, got 2/,
      () => unflattenNetwork({ units: [2, 1], activation: "tanh" }, new Float32Array(2)),
    ],
  ]);
  it.each([
    ["subset", 1.5],
    ["subset", "1"],
    ["plainSteps", -1],
    ["laiSteps", 0],
    ["seed", 0.5],
    ["seed", 2 ** 32],
  ])("training with %s %j", (name, value) => {
    const text = new RegExp(`training: ${name} must be`);
    expectLossError(fed({}, laiMse({ lambda: 1 }), { training: { [name]: value } }), "parameter", text);
  });
});
