// Training with TensorFlow.js on WebGPU: outliers, memory over many steps, ledgers, and devices of either side.
import type * as Tensorflow from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  createLedger,
  crossEntropy,
  defineRegressionLoss,
  evaluate,
  type LogitInputs,
  LossError,
  squaredError,
  zMasked,
  zmse,
} from "../src/index.js";
import { ledgerCallback, lossKernel, registerLossKernel, toTfjs } from "../src/tfjs.js";
import { expectClose } from "./support/compare.js";
import { classData, normal, random, regressionData } from "./support/data.js";
import {
  requestTestDevice,
  runtime,
  skip,
  skipUnlessSupported,
  type TestDevice,
  thoroughIn,
} from "./support/device.js";
import { expectLossError } from "./support/errors.js";
import { expectParity } from "./support/parity.js";
import { compute, loadTf, type Tf, useOwnWebgpu, useWebgpu } from "./support/tfjs.js";
import { leaks, leavesNoTensors } from "./support/tfjsMemory.js";

let tf: Tf;
let opened: TestDevice;
beforeAll(async () => {
  opened = await requestTestDevice();
  tf = await loadTf();
  await useWebgpu(tf, opened.device);
});

leavesNoTensors(() => tf);

/** What of the backend shows whether memory grows. */
const memory = () => {
  const { bufferManager } = tf.backend() as unknown as {
    bufferManager: { numBytesAllocated: number; getNumUsedBuffers(): number };
  };
  const { numTensors, numDataBuffers, numBytes } = tf.memory();
  const { numBytesAllocated: allocated } = bufferManager;
  return { numTensors, numDataBuffers, numBytes, allocated, buffers: bufferManager.getNumUsedBuffers() };
};

/** y = 2 x - 1 with little noise; 5 % of the samples are far above. */
function lineWithOutliers(n: number) {
  const next = random(5);
  const x = Float32Array.from({ length: n }, () => 2 * next() - 1);
  const clean = x.map((x) => 2 * x - 1 + 0.05 * normal(next));
  const y = clean.map((y, i) => (i % 20 === 0 ? y + 30 : y));
  return { x, y, clean };
}

describe("a line with 5 % of outliers on one side", () => {
  const { x, y, clean } = lineWithOutliers(200);
  /** The least squares line, in float64. */
  const fitOf = (y: Float32Array): [slope: number, intercept: number] => {
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
    const [mx, my] = [mean(x), mean(y)];
    const slope = mean(x.map((x, i) => (x - mx) * (y[i] - my))) / mean(x.map((x) => (x - mx) ** 2));
    return [slope, my - slope * mx];
  };
  it.each([
    ["the z-masked squared error finds the clean line", zMasked(squaredError(), { threshold: 2 }), true],
    ["the squared error does not", squaredError(), false],
  ] as const)("%s", async (_, loss, finds) => {
    const xs = tf.tensor2d(x, [200, 1]);
    const ys = tf.tensor2d(y, [200, 1]);
    const dense = tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: "zeros" });
    const model = tf.sequential({ layers: [dense] });
    const optimizer = tf.train.sgd(0.3);
    const f = toTfjs(tf, loss);
    model.compile({ optimizer, loss: f });
    await model.fit(xs, ys, { batchSize: 200, epochs: 60, verbose: 0 });
    const [[slope], [intercept]] = await Promise.all(model.getWeights().map((w) => w.data()));
    const [cleanSlope, cleanIntercept] = fitOf(clean);
    const distance = Math.hypot(slope - cleanSlope, intercept - cleanIntercept);
    if (finds) expect(distance).toBeLessThan(0.02);
    else {
      expect(distance).toBeGreaterThan(1);
      const [ownSlope, ownIntercept] = fitOf(y);
      expectClose([slope, intercept], [ownSlope, ownIntercept], { rtol: 0.01, atol: 0.01 }, "the fit of all samples");
    }
    tf.dispose([xs, ys]);
    optimizer.dispose();
    model.dispose();
    f.dispose();
  });
});

const steps = thoroughIn("tfjs.training") ? 10_000 : 1000;

it(`${steps} steps leave no tensor, and take no memory`, { timeout: 900_000 }, async () => {
  const { predictions, targets } = regressionData(32, 2);
  const [x, y] = [tf.tensor1d(predictions), tf.tensor1d(targets)];
  const w = tf.tidy(() => tf.variable(tf.scalar(0.5)));
  const loss = toTfjs(tf, zmse(), { keep: ["summary", "mask", "z", "statistics"] });
  const optimizer = tf.train.sgd(1e-3);
  const step = (i: number) => {
    loss.setLoss(zmse({ threshold: 2 + (i % 7) / 10 }));
    optimizer.minimize(() => loss(y, tf.mul(w, x)), false, [w]);
  };
  const settle = async () => {
    await w.data();
    return memory();
  };
  for (let i = 0; i < 100; i++) step(i);
  const before = await settle();
  const create = opened.device.createBuffer;
  let created = 0;
  opened.device.createBuffer = function (this: GPUDevice, descriptor) {
    created += 1;
    return create.call(this, descriptor);
  };
  try {
    for (let i = 0; i < steps; i++) {
      step(i);
      if (i % 500 === 499) expect(await settle()).toEqual(before);
    }
  } finally {
    opened.device.createBuffer = create;
  }
  expect(created, "buffers made after the first 100 steps").toBe(0);
  expect((await w.data())[0]).not.toBeCloseTo(0.5, 2); // it has learned something
  loss.dispose();
  optimizer.dispose();
  tf.dispose([x, y, w]);
});

it("a call copies nothing and submits nothing", async () => {
  const { predictions, targets } = regressionData(40, 3);
  const [x, y] = tf.tidy(() => [tf.add(tf.tensor1d(predictions), 0), tf.add(tf.tensor1d(targets), 0)]);
  await Promise.all([x.data(), y.data()]);
  const loss = toTfjs(tf, zmse());
  const run = () => tf.valueAndGrad((x: Tensorflow.Tensor) => loss(y, x))(x);
  tf.dispose(run() as never);
  const calls: string[] = [];
  const prototypes = { GPUQueue, GPUCommandEncoder, GPUComputePassEncoder } as unknown as Record<
    string,
    { prototype: Record<string, (...given: unknown[]) => unknown> }
  >;
  const restore = [
    "GPUQueue submit",
    "GPUCommandEncoder copyBufferToBuffer",
    "GPUComputePassEncoder dispatchWorkgroups",
  ].map((name) => {
    const [type, method] = name.split(" ");
    const { prototype } = prototypes[type];
    const original = prototype[method];
    prototype[method] = function (this: unknown, ...given: unknown[]) {
      calls.push(method);
      return original.apply(this, given);
    };
    return () => {
      prototype[method] = original;
    };
  });
  const { value, grad } = run();
  for (const back of restore) back();
  expect(calls).toEqual(["dispatchWorkgroups"]);
  expectClose(await grad.data(), evaluate(zmse(), { predictions, targets }).gradient!, { rtol: 1e-4, atol: 1e-6 }, "g");
  tf.dispose([x, y, value, grad]);
  loss.dispose();
});

it("losses alone, one after another, are submitted in time", async () => {
  const [x, y] = [tf.tensor1d(regressionData(40, 3).predictions), tf.tensor1d(regressionData(40, 3).targets)];
  const loss = toTfjs(tf, zmse(), { keep: ["mask"] });
  const run = (times: number) => {
    for (let i = 0; i < times; i++) loss(y, x).dispose();
  };
  run(60);
  const { allocated } = memory();
  run(600);
  expect(memory().allocated).toBe(allocated);
  loss.dispose();
  tf.dispose([x, y]);
});

it("a ledger counts the outliers of fit, by place and by ids", async () => {
  const { x, y } = lineWithOutliers(100);
  const [xs, ys] = [tf.tensor2d(x, [100, 1]), tf.tensor2d(y, [100, 1])];
  const dense = tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: "zeros" });
  const model = tf.sequential({ layers: [dense] });
  const optimizer = tf.train.sgd(0.1);
  const loss = toTfjs(tf, zmse(), { keep: ["mask", "z"] });
  model.compile({ optimizer, loss });
  const { device } = tf.backend() as unknown as { device: GPUDevice };
  const ledger = await createLedger(device, { capacity: 100 });
  const outliers = [0, 20, 40, 60, 80];
  for (const options of [
    {},
    { ids: (start: number, size: number) => Array.from({ length: size }, (_, i) => 99 - start - i) },
  ]) {
    ledger.reset();
    const callback = ledgerCallback(tf, loss, ledger, options);
    await model.fit(xs, ys, { batchSize: 40, epochs: 3, shuffle: false, verbose: 0, callbacks: [callback] });
    await ys.data(); // submits what is recorded
    const entries = await ledger.read();
    expect(entries.length).toBe(100);
    expect(entries.every(({ scored }) => scored === 3)).toBe(true);
    const worst = entries.slice(0, 5).map(({ id }) => id);
    expect(worst.sort((a, b) => a - b)).toEqual(
      "ids" in options ? outliers.map((i) => 99 - i).sort((a, b) => a - b) : outliers,
    );
    expect(entries[4]).toMatchObject({ share: 1 });
    expect(entries[5].share).toBeLessThan(1);
  }
  ledger.destroy();
  tf.dispose([xs, ys]);
  optimizer.dispose();
  model.dispose();
  loss.dispose();
});

it("medians are loaded on demand", async () => {
  const { predictions, targets } = regressionData(40, 3);
  const masked = zmse({ estimator: "median", statistic: "error" });
  const loss = toTfjs(tf, masked);
  const [x, y] = [tf.tensor1d(predictions), tf.tensor1d(targets)];
  expectLossError(() => loss(y, x), "unsupported", /ready\(\) must come before the first call/);
  await loss.ready();
  const value = loss(y, x);
  expectClose(
    (await value.data())[0],
    evaluate(masked, { predictions, targets }).loss,
    { rtol: 1e-5, atol: 0 },
    "loss",
  );
  tf.dispose([x, y, value]);
  loss.dispose();
});

it("the kernel refuses whole numbers that are float32 by name", () => {
  const name = registerLossKernel(tf);
  expect(name).toBe(lossKernel);
  const cast = () => tf.tensor1d([1, 2, 3, 4], "int32").cast("float32");
  const run = () =>
    void tf.engine().runKernel(name, { predictions: cast(), targets: cast() }, { loss: zmse() } as never);
  expectLossError(() => tf.tidy(run), "shape", /must be float32 in memory/);
});

it("large batches, more plans than are kept, and smaller last batches", async () => {
  for (let columns = 1; columns <= 18; columns++) {
    const [big, small] = [64, 50].map((rows) => regressionData(rows * columns, columns));
    for (const [data, rows] of [
      [big, 64],
      [small, 50],
    ] as const) {
      const got = await compute(tf, zmse({ granularity: "element" }), data, [rows, columns]);
      expectParity(got, evaluate(zmse({ granularity: "element" }), data, { shape: [rows, columns] }), `${columns}`);
    }
  }
  const data = regressionData(20_000, 4);
  expectParity(await compute(tf, zmse(), data, [20_000]), evaluate(zmse(), data), "20,000");
});

it("a kernel that does not compile is reported by the next call", async () => {
  const broken = defineRegressionLoss({
    name: "brokenOnPurpose",
    wgsl: "fn brokenOnPurpose(r: f32) -> vec2f { return vec2f(undeclared_name, r); }",
    parameters: {},
    value: (r) => r * r,
    slope: (r) => 2 * r,
    traits: { convex: true, boundedSlope: false },
    documentation: { formula: "r²", gradient: "2 r", source: "none" },
  });
  const loss = toTfjs(tf, broken(), { keep: [] });
  const [x, y] = [tf.tensor1d([1, 2]), tf.tensor1d([1, 3])];
  const before = memory().numTensors;
  // What compilers have to say comes when they are done; until then, calls seem to succeed.
  let error: unknown;
  for (let tries = 0; tries < 100 && !(error instanceof LossError); tries++) {
    try {
      loss(y, x).dispose();
    } catch (reason) {
      error = reason;
    }
    await y.data().catch(() => {});
    await opened.device.queue.onSubmittedWorkDone();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const again = () => {
    throw error;
  };
  expectLossError(again, "device", /must compile, got: .*undeclared_name/s);
  opened.errors.length = 0; // of the calls before
  leaks(memory().numTensors - before);
  tf.dispose([x, y]);
});

describe("devices and backends", () => {
  const data: LogitInputs = classData(40, 300, 3, 0.1);
  const expected = evaluate(crossEntropy(), data);
  const check = async (what: string) => {
    const loss = toTfjs(tf, crossEntropy());
    await loss.ready();
    loss.dispose();
    expectParity(await compute(tf, crossEntropy(), data, [40, 300]), expected, what);
  };

  it("one of yours with subgroups", async (context) => {
    await skipUnlessSupported(context, "subgroups");
    const { device } = await requestTestDevice(["subgroups"]);
    await useWebgpu(tf, device);
    await check(`subgroups, ${runtime}`);
  });

  it("that of TensorFlow.js itself", async () => {
    await useOwnWebgpu(tf);
    expect((tf.backend() as unknown as { device: GPUDevice }).device).not.toBe(opened.device);
    await check("its own device");
  });

  it("WebGL, by evaluate", async (context) => {
    const found = tf.findBackendFactory("webgl") ? await tf.setBackend("webgl").catch(() => false) : false;
    if (!found) skip(context, `${runtime} has no WebGL`);
    expect(tf.getBackend()).toBe("webgl");
    await check("webgl");
    const regression = regressionData(40, 3);
    expectParity(await compute(tf, zmse(), regression, [40]), evaluate(zmse(), regression), "zmse on webgl");
  });
});
