// Networks on the GPU against float64: vectors, shapes around the edges of tiles, plans, training, and what cannot be.
import { beforeAll, describe, expect, it } from "vitest";
import {
  type Activation,
  absoluteError,
  createNetworkPlan,
  evaluateNetwork,
  flattenNetwork,
  huber,
  type Loss,
  lai,
  laiMae,
  laiMse,
  type NetworkBuffers,
  type NetworkInputs,
  type NetworkOptions,
  type NetworkPlanOptions,
  runNetwork,
  squaredError,
  unflattenNetwork,
  zMasked,
} from "../src/index.js";
import { expectClose } from "./support/compare.js";
import { requestTestDevice, type TestDevice } from "./support/device.js";
import { expectLossError, expectRejected, type Untyped } from "./support/errors.js";
import { expectNetwork, networkVectors, randomNetwork } from "./support/networks.js";
import { readBuffers, storageBuffer } from "./support/plan.js";

let opened: TestDevice;
let device: GPUDevice;
beforeAll(async () => {
  opened = await requestTestDevice();
  device = opened.device;
});

/** Sums of float32 products: relative to the largest number of an array. */
const float32 = (values: ArrayLike<number>) => ({
  rtol: 1e-5,
  atol: 5e-6 * Math.max(1e-30, ...Array.from(values, Math.abs).filter(Number.isFinite)),
});

describe("vectors", () => {
  it("are all there", () => expect(networkVectors.length).toBe(7));
  it.each(networkVectors.map((one) => [one.id, one] as const))("%s", async (_, vector) => {
    const { network, loss, inputs, options, expected, tolerance } = vector;
    expectNetwork(await runNetwork(device, network, loss, inputs, options), expected, tolerance);
  });
});

/** Runs a plan of its own, with the tuning of an adapter. */
async function runPlan(
  units: readonly number[],
  activation: Activation,
  loss: Loss<"regression">,
  { inputs, targets, ...more }: NetworkInputs,
  parameters: Float32Array,
  options: Partial<NetworkPlanOptions> = {},
  call: { rows?: number; step?: number } = {},
) {
  const outputs = ["loss", "predictions", "slopes", "parameterGradients"] as const;
  const batch = options.batch ?? targets.length;
  const names = Object.keys(more) as (keyof NetworkBuffers)[];
  const plan = await createNetworkPlan(device, loss, {
    units,
    activation,
    batch,
    outputs,
    inputs: names as never,
    ...options,
  });
  const sources = { parameters, inputs, targets, ...more } as unknown as Record<string, ArrayLike<number>>;
  const buffers: NetworkBuffers = {};
  for (const [name, values] of Object.entries(sources)) {
    buffers[name as "inputs"] = storageBuffer(device, values);
  }
  for (const name of outputs) buffers[name] = storageBuffer(device, plan.sizes[name]);
  const encoder = device.createCommandEncoder();
  plan.encode(encoder, buffers, call);
  device.queue.submit([encoder.finish()]);
  await plan.check();
  const rows = call.rows ?? batch;
  const [loss_, predictions, slopes, gradients] = (
    await readBuffers(
      device,
      outputs.map((name) => ({ buffer: buffers[name] as GPUBuffer, size: plan.sizes[name] })),
    )
  ).map((bytes) => new Float32Array(bytes));
  plan.destroy();
  const byLayer = unflattenNetwork({ units, activation }, gradients);
  return {
    loss: options.reduction === "none" ? loss_.subarray(0, rows) : loss_[0],
    predictions: predictions.subarray(0, rows),
    slopes: slopes.subarray(0, rows * units[0]),
    weightGradients: [...byLayer.weights],
    biasGradients: [...byLayer.biases],
  };
}

const tunings = { direct: { workgroupSize: 4 }, tiled: { workgroupSize: 64 } };

describe.each(Object.entries(tunings))("%s products", (_, tuning) => {
  const shapes: [units: number[], activation: Activation, batch: number][] = [
    [[1, 1], "linear", 1],
    [[5, 1], "tanh", 9],
    [[3, 6, 1], "linear", 33],
    [[1, 15, 1], "tanh", 16],
    [[2, 16, 1], "softplus", 17],
    [[3, 17, 1], "relu", 64],
    [[15, 63, 65, 1], "tanh", 65],
    [[16, 64, 1], "softplus", 255],
    [[4, 40, 24, 8, 1], "relu", 513],
  ];
  it.each(shapes)("%j %s, %i samples", async (units, activation, batch) => {
    const { network, data } = randomNetwork(units, activation, batch, units.length + batch);
    for (const loss of [laiMse({ lambda: 0.6 }), zMasked(huber({ delta: 1 }))]) {
      const got = await runPlan(units, activation, loss, data, flattenNetwork(network), { tuning });
      expectNetwork(got, evaluateNetwork(network, loss, data), float32);
    }
  });

  it("a wide network and thousands of samples", async () => {
    const units = [8, 130, 70, 1];
    const { network, data } = randomNetwork(units, "tanh", 2049);
    const loss = laiMae({ lambda: 0.5, aggregate: "norm" });
    const got = await runPlan(units, "tanh", loss, data, flattenNetwork(network), { tuning });
    expectNetwork(got, evaluateNetwork(network, loss, data), float32);
  });

  it("fewer rows than the capacity, with whatever the last step left behind", async () => {
    const units = [3, 20, 1];
    const { network, data } = randomNetwork(units, "softplus", 90);
    const loss = laiMse({ lambda: 0.6 });
    const first = { inputs: data.inputs.subarray(0, 3 * 37), targets: data.targets.subarray(0, 37) };
    const plan = await createNetworkPlan(device, loss, { units, activation: "softplus", batch: 90, tuning });
    const buffers = {
      parameters: storageBuffer(device, flattenNetwork(network)),
      inputs: storageBuffer(device, data.inputs),
      targets: storageBuffer(device, data.targets),
      loss: storageBuffer(device, 4),
      parameterGradients: storageBuffer(device, plan.sizes.parameterGradients),
    };
    for (const rows of [90, 37, 0]) {
      const encoder = device.createCommandEncoder();
      plan.encode(encoder, buffers, { rows });
      device.queue.submit([encoder.finish()]);
      const { buffer } = { buffer: buffers.parameterGradients };
      const [bytes] = await readBuffers(device, [{ buffer, size: plan.sizes.parameterGradients }]);
      const gradients = unflattenNetwork({ units, activation: "softplus" }, new Float32Array(bytes));
      const batch = rows === 90 ? data : rows === 37 ? first : { inputs: [], targets: [] };
      const expected = evaluateNetwork(network, loss, batch);
      for (const [l, { data }] of expected.weightGradients.entries()) {
        expectClose(gradients.weights[l].data, data, float32(data), `weights ${l} of ${rows}`);
        expectClose(gradients.biases[l], expected.biasGradients[l], float32(expected.biasGradients[l]), `biases ${l}`);
      }
    }
    plan.destroy();
  });

  it("is the same to the bit in every run", async () => {
    const { network, data } = randomNetwork([6, 50, 1], "tanh", 700);
    const run = () => runPlan([6, 50, 1], "tanh", laiMse({ lambda: 1 }), data, flattenNetwork(network), { tuning });
    const first = await run();
    for (let i = 0; i < 3; i++) expect(await run()).toEqual(first);
  });
});

describe("options", () => {
  const { network, data } = randomNetwork([3, 12, 1], "tanh", 50);
  const compare = async (loss: Loss<"regression">, inputs: Partial<NetworkInputs>, options: NetworkOptions = {}) => {
    const all = { ...data, ...inputs };
    const got = await runNetwork(device, network, loss, all, options);
    expectNetwork(got, evaluateNetwork(network, loss, all, options), float32);
  };
  const weights = data.targets.map((_, i) => 0.5 + (i % 3));
  const applyMask = data.targets.map((_, i) => i % 2);
  it("weights", () => compare(laiMse({ lambda: 0.4 }), { weights }));
  it("applyMask", () => compare(laiMae({ lambda: 0.4 }), { applyMask }));
  it("an upstream gradient", () => compare(laiMse({ lambda: 0.4 }), { upstream: 2.5 }));
  it("the sum", () => compare(laiMse({ lambda: 0.4 }), { weights }, { reduction: "sum" }));
  it("no reduction", () => compare(laiMse({ lambda: 0.4 }), { upstream: weights }, { reduction: "none" }));
  it("a number for all samples without reduction", () => {
    return compare(laiMse({ lambda: 0.4 }), { upstream: 0.5 }, { reduction: "none" });
  });
  it("given statistics", () => {
    const givenStatistics = [{ column: 0, class: 0, mean: 1, standardDeviation: 0.5 }];
    return compare(zMasked(laiMse({ lambda: 0.4 })), { givenStatistics });
  });
  it("a lambda per feature", () => compare(laiMae({ lambda: [0.1, 1, 10] }), {}));
  it.each(["relu", "tanh", "softplus"] as const)(
    "samples that overflow are absent on request, %s",
    async (activation) => {
      const weights = [[10, 10], [1, -1], [1]].map((data, l) => ({
        shape: [l ? 1 : 2, l === 1 ? 2 : 1] as const,
        data,
      }));
      const deep = { activation, weights, biases: [[0, 0], [0], [0]] };
      const data = { inputs: [0.2, 1e38, 0.1, -1e38], targets: [1, 2, 3, 4] };
      const left = { inputs: [0.2, 0.1], targets: [1, 3] };
      for (const loss of [squaredError(), laiMse({ lambda: 0.5 })]) {
        const got = await runNetwork(device, deep, loss, data, { nonFinite: "omit" });
        const expected = evaluateNetwork(deep, loss, left);
        expectClose(got.loss, expected.loss, { rtol: 1e-5, atol: 0 }, "loss");
        expect(Array.from(got.predictions, Number.isNaN)).toEqual([false, true, false, true]);
        for (const [l, { data }] of expected.weightGradients.entries()) {
          expectClose(got.weightGradients[l].data, data, float32(data), `weights ${l}`);
        }
      }
    },
  );
  it.each<[string, Partial<NetworkInputs>]>([
    ["weights", { weights: [1, 2] }],
    ["applyMask", { applyMask: [1, 2] }],
    ["upstream", { upstream: [] }],
  ])("%s of another length", async (name, inputs) => {
    const action = () => runNetwork(device, network, laiMse({ lambda: 1 }), { ...data, ...inputs });
    await expectRejected(action, "shape", new RegExp(`${name} must have length`));
  });
  it("no samples at all", async () => {
    const none = { inputs: [], targets: [] };
    for (const loss of [laiMse({ lambda: 1 }), zMasked(squaredError())]) {
      const got = await runNetwork(device, network, loss, none);
      expectNetwork(got, evaluateNetwork(network, loss, none), { rtol: 0, atol: 0 });
      expect(got.weightGradients[0].data.every((x) => x === 0)).toBe(true);
    }
  });
  it("a plain loss", () => compare(absoluteError(), { weights }));

  const spoiled = data.inputs.map((x, i) => (i === 7 ? NaN : i === 70 ? -Infinity : x));
  it("samples that are not finite spoil the rest", () => compare(laiMse({ lambda: 1 }), { inputs: spoiled }));
  it("samples that are not finite spoil the sum", () => {
    return compare(laiMse({ lambda: 1 }), { inputs: spoiled }, { reduction: "sum" });
  });
  it("samples that are not finite are absent on request", () => {
    return compare(zMasked(lai(huber({ delta: 1 }), { lambda: 1 })), { inputs: spoiled }, { nonFinite: "omit" });
  });
  it("targets that are not finite are absent on request", () => {
    const targets = data.targets.map((t, i) => (i === 3 ? Infinity : t));
    return compare(laiMse({ lambda: 1 }), { targets }, { nonFinite: "omit" });
  });
  it.each(["tanh", "softplus"] as const)("units that saturate, %s", async (activation) => {
    const { network, data } = randomNetwork([3, 12, 1], activation, 50);
    const inputs = data.inputs.map((x) => 1e4 * x);
    const got = await runNetwork(device, network, laiMse({ lambda: 1 }), { ...data, inputs });
    const expected = evaluateNetwork(network, laiMse({ lambda: 1 }), { ...data, inputs });
    // The rounding of pre-activations of 10^4 is amplified by the exponentials.
    expectNetwork(got, expected, (values) => ({ ...float32(values), rtol: 1e-2 }));
  });
});

describe("training", () => {
  const units = [2, 9, 1];
  const { network, data } = randomNetwork(units, "tanh", 300);
  const loss = zMasked(laiMse({ lambda: 0.3 }));
  const training = { subset: 0.4, plainSteps: 2, laiSteps: 2, seed: 4_000_000_000 };
  it.each([0, 1, 2, 3, 4, 2 ** 32 - 1])("step %i", async (step) => {
    const expected = evaluateNetwork(network, loss, data, { training, step });
    expectNetwork(await runNetwork(device, network, loss, data, { training, step }), expected, float32);
    const got = await runPlan(units, "tanh", loss, data, flattenNetwork(network), { training }, { step });
    expectNetwork(got, expected, float32);
  });
  it("of a subset alone, and of steps alone", async () => {
    for (const training of [{ subset: 0.5 }, { plainSteps: 1 }, { subset: 0 }]) {
      const got = await runPlan(units, "tanh", loss, data, flattenNetwork(network), { training }, { step: 1 });
      expectNetwork(got, evaluateNetwork(network, loss, data, { training, step: 1 }), float32);
    }
  });
});

describe("plans", () => {
  const units = [2, 9, 1];
  const { network, data } = randomNetwork(units, "tanh", 30);
  const make = (loss: Loss<"regression"> | undefined, options: Partial<NetworkPlanOptions> = {}) =>
    createNetworkPlan(device, loss, { units, activation: "tanh", batch: 30, ...options });
  const fill = (sizes: Readonly<Record<string, number>>): NetworkBuffers => {
    const given: Record<string, ArrayLike<number>> = { parameters: flattenNetwork(network), ...data };
    const entries = Object.entries(sizes).map(([name, size]) => {
      return [name, storageBuffer(device, given[name] ?? size)];
    });
    return Object.fromEntries(entries);
  };

  it("predictions and slopes alone need neither targets nor a loss", async () => {
    const plan = await make(undefined, { outputs: ["predictions", "slopes"] });
    expect(Object.keys(plan.sizes)).toEqual(["parameters", "inputs", "predictions", "slopes"]);
    const buffers = fill(plan.sizes);
    const encoder = device.createCommandEncoder();
    plan.encode(encoder, buffers);
    device.queue.submit([encoder.finish()]);
    const [bytes] = await readBuffers(device, [{ buffer: buffers.slopes as GPUBuffer, size: 240 }]);
    const { slopes } = evaluateNetwork(network, squaredError(), data);
    expectClose(new Float32Array(bytes), slopes, float32(slopes), "slopes");
    expectLossError(() => plan.setLoss(squaredError()), "parameter", /setLoss must go with a loss/);
    plan.destroy();
    expectLossError(() => plan.encode(encoder, buffers), "buffer", /the plan must be alive/);
    plan.destroy();
  });

  it("hands on what the loss writes, and takes another lambda", async () => {
    const first = zMasked(laiMse({ lambda: 0.3 }));
    const plan = await make(first, { outputs: ["loss", "mask", "z", "parameterGradients"] });
    const buffers = fill(plan.sizes);
    const second = zMasked(laiMse({ lambda: 3 }), { threshold: 1 });
    for (const loss of [first, second]) {
      plan.setLoss(loss);
      const pass = device.createCommandEncoder();
      plan.encode(pass, buffers);
      device.queue.submit([pass.finish()]);
      const [value, mask] = await readBuffers(device, [
        { buffer: buffers.loss as GPUBuffer, size: 4 },
        { buffer: buffers.mask as GPUBuffer, size: 120 },
      ]);
      const expected = evaluateNetwork(network, loss, data);
      expect(new Float32Array(value)[0]).toBeCloseTo(expected.loss as number, 4);
      const kept = new Uint32Array(mask).reduce((sum, x) => sum + x, 0);
      expect(kept).toBeGreaterThan(0);
      expect(kept).toBeLessThan(30);
    }
    plan.destroy();
  });

  it("records into an open pass", async () => {
    const plan = await make(laiMse({ lambda: 1 }));
    const buffers = fill(plan.sizes);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    plan.encode(pass, buffers);
    plan.encode(pass, buffers);
    pass.end();
    device.queue.submit([encoder.finish()]);
    const [bytes] = await readBuffers(device, [{ buffer: buffers.loss as GPUBuffer, size: 4 }]);
    const { loss } = evaluateNetwork(network, laiMse({ lambda: 1 }), data);
    expect(new Float32Array(bytes)[0]).toBeCloseTo(loss as number, 5);
    plan.destroy();
  });

  it("trains: gradient descent on the GPU and in float64 go the same way", async () => {
    const loss = laiMse({ lambda: 0.5 });
    const training = { subset: 0.5, plainSteps: 1, seed: 3 };
    const parameters = [flattenNetwork(network), Float64Array.from(flattenNetwork(network))] as const;
    for (let step = 0; step < 20; step++) {
      const options = { training, step };
      const results = [
        await runNetwork(device, unflattenNetwork({ units, activation: "tanh" }, parameters[0]), loss, data, options),
        evaluateNetwork(unflattenNetwork({ units, activation: "tanh" }, parameters[1]), loss, data, options),
      ];
      for (const [side, { weightGradients, biasGradients }] of results.entries()) {
        const gradient = flattenNetwork({ activation: "tanh", weights: weightGradients, biases: biasGradients });
        for (const [i, g] of gradient.entries()) parameters[side][i] -= 0.1 * g;
      }
    }
    expectClose(parameters[0], parameters[1], { rtol: 1e-4, atol: 1e-5 }, "parameters");
  });

  const encode = (change: (buffers: NetworkBuffers) => unknown, call?: object) => async () => {
    const plan = await make(laiMse({ lambda: 1 }));
    const buffers = fill(plan.sizes);
    change(buffers);
    (plan.encode as Untyped)(device.createCommandEncoder(), buffers, call);
  };
  const create = (options: object, loss: unknown = laiMse({ lambda: 1 })) => {
    return () => (createNetworkPlan as Untyped)(device, loss, { units, activation: "tanh", batch: 30, ...options });
  };
  it.each([
    ["a missing buffer", "buffer", /targets must be a GPUBuffer/, encode((b) => delete b.targets)],
    ["an unknown buffer", "parameter", /buffer must be one of/, encode((b) => Object.assign(b, { slopes: b.inputs }))],
    [
      "parameters that are too small",
      "buffer",
      /parameters must have at least 148 bytes/,
      encode((b) => Object.assign(b, { parameters: storageBuffer(device, 16) })),
    ],
    [
      "gradients in place of parameters",
      "buffer",
      /parameterGradients must not share a buffer with parameters/,
      encode((b) => Object.assign(b, { parameterGradients: b.parameters })),
    ],
    [
      "a loss beside the slopes that it follows from",
      "buffer",
      /loss must not share a buffer with slopes/,
      async () => {
        const plan = await make(laiMse({ lambda: 1 }), { outputs: ["loss", "slopes"] });
        const buffer = storageBuffer(device, 1024);
        plan.encode(device.createCommandEncoder(), {
          ...fill(plan.sizes),
          loss: buffer,
          slopes: { buffer, offset: 256 },
        });
      },
    ],
    ["too many rows", "shape", /rows must be an integer up to 30, got 31/, encode(() => {}, { rows: 31 })],
    ["half a step", "parameter", /step must be an integer/, encode(() => {}, { step: 0.5 })],
    ["units that are no list", "shape", /units must be whole numbers/, create({ units: 3 })],
    ["half a sample", "shape", /batch must be an integer/, create({ batch: 1.5 })],
    ["an unknown activation", "parameter", /activation must be one of/, create({ activation: "gelu" })],
    ["an unknown option", "parameter", /option must be one of/, create({ layers: 3 })],
    ["an unknown output", "parameter", /an output must be one of/, create({ outputs: ["gradient"] })],
    ["an unknown input", "parameter", /an input must be one of/, create({ inputs: ["classWeights"] })],
    [
      "training of a plain loss",
      "parameter",
      /training must go with a Lai loss/,
      create({ training: {} }, squaredError()),
    ],
    [
      "a subset beside applyMask",
      "parameter",
      /applyMask must not go with a subset/,
      create({ training: { subset: 0.5 }, inputs: ["applyMask"] }),
    ],
    [
      "applyMask of a plain loss",
      "parameter",
      /applyMask must go with a Lai loss/,
      create({ inputs: ["applyMask"] }, squaredError()),
    ],
    [
      "parameters beyond a binding",
      "unsupported",
      /parameters must have at most .* bytes/,
      create({ units: [...new Array(9).fill(2048), 1], batch: 64, tuning: { maxBindingSize: 2 ** 27 } }),
    ],
    ["no loss", "parameter", /the loss must be one of regression/, create({}, null)],
    [
      "lambdas for other features",
      "shape",
      /lambda must have one entry per feature, 2/,
      create({}, laiMse({ lambda: [1, 2, 3] })),
    ],
    [
      "a layer beyond a binding",
      "unsupported",
      /a layer's matrix must have at most .* bytes/,
      create({ units: [2, 512, 1], batch: 2 ** 24 }),
    ],
  ] as const)("%s", async (_, code, text, action) => {
    await expectRejected(action, code, text);
    expect(opened.errors).toEqual([]);
  });
});
