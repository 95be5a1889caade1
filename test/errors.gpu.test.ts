// Bad input to `run` and `createPlan`, and devices that are lost, foreign or none.
import { describe, expect, it } from "vitest";
import {
  binaryCrossEntropy,
  createPlan,
  defineRegressionLoss,
  evaluate,
  huber,
  type Loss,
  run,
  squaredError,
  zbce,
  zmse,
} from "../src/index.js";
import { regressionData } from "./support/data.js";
import { requestTestDevice } from "./support/device.js";
import { expectLossError, expectRejected, rejects, type Untyped } from "./support/errors.js";
import { expectParity } from "./support/parity.js";
import { runPlan, storageBuffer } from "./support/plan.js";

const tuning = { workgroupSize: 4 };
const rows = 64;
const { device } = await requestTestDevice();

describe("run", () => {
  const two = { predictions: [1, 2], targets: [0, 0] };
  const ran =
    (loss: Untyped, inputs: Untyped, options?: Untyped, on: () => Untyped = () => device) =>
    () =>
      run(on(), loss, inputs, options);
  rejects([
    ["no loss", "parameter", /^loss: the loss must come from a factory/, ran(null, two)],
    [
      "a device of another kind",
      "device",
      /^squaredError: device must be a GPUDevice, got object\. Without one, use evaluate/,
      ran(squaredError(), two, {}, () => ({})),
    ],
    [
      "no device",
      "device",
      /^squaredError: device must be a GPUDevice, got undefined/,
      ran(squaredError(), two, {}, () => undefined),
    ],
    [
      "null for a device",
      "device",
      /^squaredError: device must be a GPUDevice/,
      ran(squaredError(), two, {}, () => null),
    ],
    [
      "targets of another length",
      "shape",
      /^squaredError: targets must have length 2, got 1/,
      ran(squaredError(), { ...two, targets: [1] }),
    ],
    [
      "a shape of 3 dimensions",
      "shape",
      /^squaredError: shape must .* got \[1, 1, 2\]/,
      ran(squaredError(), two, { shape: [1, 1, 2] }),
    ],
    ["a fractional shape", "shape", /shape must .* got \[0.5, 4\]/, ran(squaredError(), two, { shape: [0.5, 4] })],
    [
      "an unknown option",
      "parameter",
      /^squaredError: option must be one of .* got "tuning"\. Check the spelling/,
      ran(squaredError(), two, { tuning }),
    ],
    [
      "an unknown output",
      "parameter",
      /an output must be one of .* got "summary"/,
      ran(squaredError(), two, { outputs: ["summary"] }),
    ],
    [
      "an unknown input",
      "parameter",
      /input must be one of .* got "slopes"/,
      ran(squaredError(), { ...two, slopes: [1] }),
    ],
    [
      "a label of 2",
      "shape",
      /label 1 must be 0, 1 or ignoreIndex \(-100\), got 2\. Mark/,
      ran(zbce(), { logits: [1, 2], labels: [0, 2] }),
    ],
    [
      "options of null",
      "parameter",
      /^squaredError: options must be an object, got null/,
      ran(squaredError(), two, null),
    ],
  ]);

  it("two losses of one text are two losses", async () => {
    // As after a hot reload: equal in all but identity.
    const define = () => defineRegressionLoss({ ...huber.definition, name: "huber", id: "mine" });
    const data = regressionData(40, 5);
    for (const delta of [1, 2]) {
      const loss = define()({ delta });
      expectParity(await run(device, loss, data), evaluate(loss, data), `delta ${delta}`);
    }
  });
});

describe("createPlan", () => {
  const planned =
    (loss: Untyped, options: Untyped, on: () => Untyped = () => device) =>
    () =>
      createPlan(on(), loss, options);
  const shape = [rows];
  rejects([
    [
      "no device",
      "device",
      /^squaredError: device must be a GPUDevice, got undefined. Without one, use evaluate/,
      planned(squaredError(), { shape }, () => undefined),
    ],
    [
      "an adapter for a device",
      "device",
      /device must be a GPUDevice/,
      planned(squaredError(), { shape }, () => navigator.gpu),
    ],
    ["no loss", "parameter", /^loss: the loss must come from a factory/, planned(undefined, { shape })],
    [
      "no options",
      "parameter",
      /^squaredError: options must be an object, got undefined/,
      planned(squaredError(), undefined),
    ],
    [
      "no shape",
      "shape",
      /^squaredError: shape must be integers \[rows\] or .* got undefined/,
      planned(squaredError(), {}),
    ],
    ["a fractional shape", "shape", /shape must .* got \[1.5\]/, planned(squaredError(), { shape: [1.5] })],
    [
      "a shape of 3 dimensions",
      "shape",
      /shape must .* got \[1, 2, 3\]/,
      planned(squaredError(), { shape: [1, 2, 3] }),
    ],
    [
      "an unknown option",
      "parameter",
      /^squaredError: option must be one of shape, .* got "weights"/,
      planned(squaredError(), { shape, weights: true }),
    ],
    [
      "an unknown output",
      "parameter",
      /^squaredError: an output must be one of .* got "grad"/,
      planned(squaredError(), { shape, outputs: ["grad"] }),
    ],
    [
      "an unknown input",
      "parameter",
      /an input must be one of .* got "predictions"/,
      planned(squaredError(), { shape, inputs: ["predictions"] }),
    ],
    [
      "both gradients",
      "parameter",
      /must hold gradient or unscaledGradient, got \["gradient", "unscaledGradient"\]/,
      planned(squaredError(), { shape, outputs: ["gradient", "unscaledGradient"] }),
    ],
    [
      "a mask without zMasked",
      "parameter",
      /^squaredError: mask must go with zMasked/,
      planned(squaredError(), { shape, outputs: ["mask"] }),
    ],
    [
      "given statistics without zMasked",
      "parameter",
      /must go with zMasked/,
      planned(squaredError(), { shape, inputs: ["givenStatistics"] }),
    ],
    [
      "an unknown reduction",
      "parameter",
      /reduction must be one of .* got "avg"/,
      planned(squaredError(), { shape, reduction: "avg" }),
    ],
    [
      "rows beyond a binding",
      "unsupported",
      /^zMasked\(squaredError\): rows must have at most 16 elements, got 100\. Request a higher maxStorageBufferBindingSize/,
      planned(zmse(), { shape: [300, 100], tuning: { maxBindingSize: 4096 } }),
    ],
    [
      "an unknown tuning",
      "parameter",
      /^squaredError: tuning must be one of workgroupSize, .* got "workgroups"/,
      planned(squaredError(), { shape, tuning: { workgroups: 4 } }),
    ],
    [
      "class weights of rows",
      "parameter",
      /classWeights must go with single elements/,
      planned(zbce({ per: "batch", granularity: "sample" }), { shape: [4, 2], inputs: ["classWeights"] }),
    ],
    [
      "a negative tuning",
      "parameter",
      /^squaredError: .*minElements must /,
      planned(squaredError(), { shape, tuning: { minElements: -1 } }),
    ],
  ]);

  it("broken WGSL rejects with the compiler's text", async () => {
    const broken = defineRegressionLoss({
      ...squaredError.definition,
      name: "broken",
      id: "broken",
      wgsl: "fn broken(r: f32) -> vec2f { return vec2f(r, undeclared_name); }",
    });
    await expectRejected(
      planned(broken(), { shape, tuning }),
      "device",
      /^broken: the kernel small must compile, got: .*undeclared_name/s,
    );
    const syntax = defineRegressionLoss({
      ...broken.definition,
      wgsl: "fn broken(r: f32) -> vec2f { return vec2f(r r) }",
    });
    await expectRejected(
      planned(syntax(), { shape, tuning }),
      "device",
      /^broken: the kernel small must compile, got: ./s,
    );
    await expectRejected(
      () => run(device, syntax(), { predictions: [1], targets: [0] }),
      "device",
      /^broken: the kernel/,
    );
    // That no error was left uncaptured is checked after every test.
  });
});

describe("lost devices", () => {
  const data = regressionData(16);
  const options = { shape: [16] as const, tuning };

  it("run and createPlan reject, encode throws, and a new device works", async () => {
    const { device: doomed } = await requestTestDevice();
    const plan = await createPlan(doomed, squaredError(), options);
    await run(doomed, squaredError(), data);
    const buffers = {
      predictions: storageBuffer(doomed, data.predictions),
      targets: storageBuffer(doomed, data.targets),
      loss: storageBuffer(doomed, 4),
      gradient: storageBuffer(doomed, 64),
    };
    const encoder = doomed.createCommandEncoder();
    doomed.destroy();
    await doomed.lost;
    const lost = /^\w+: the device must be alive, got "lost: .*"\. Request a new one\./s;
    await expectRejected(() => run(doomed, squaredError(), data), "device", lost);
    await expectRejected(() => run(doomed, huber(), data), "device", lost); // not compiled yet
    await expectRejected(() => createPlan(doomed, huber(), options), "device", lost);
    await expectRejected(() => createPlan(doomed, squaredError(), options), "device", lost); // compiled before
    expectLossError(() => plan.encode(encoder, buffers), "device", lost);
    plan.destroy();

    const { device: fresh } = await requestTestDevice();
    expectParity(await run(fresh, squaredError(), data), evaluate(squaredError(), data), "a new device");
  });

  it("a device that is lost during the call", async () => {
    const { device: doomed } = await requestTestDevice();
    await run(doomed, squaredError(), data);
    const underway = run(doomed, squaredError(), data);
    doomed.destroy();
    await expectRejected(() => underway, "device", /^squaredError: /);
  });

  it("a device that was lost before the first call", async () => {
    const { device: dead } = await requestTestDevice();
    dead.destroy();
    await dead.lost;
    await expectRejected(
      () => createPlan(dead, squaredError(), options),
      "device",
      /^squaredError: the device must be alive/,
    );
  });
});

describe("what is no error", () => {
  it("empty batches", async () => {
    const none = { predictions: [], targets: [] };
    for (const loss of [squaredError(), zmse()]) {
      const result = await run(device, loss, none);
      expect(result).toMatchObject({ loss: 0, count: 0, weightSum: 0, warnings: [] });
      expect(result.gradient).toHaveLength(0);
    }
    for (const shape of [
      [0, 3],
      [4, 0],
    ] as const) {
      const inputs = { logits: [], labels: [] };
      expectParity(
        await run(device, zbce(), inputs, { shape }),
        evaluate(zbce(), inputs, { shape }),
        `zbce [${shape}]`,
      );
      expect((await run(device, zbce(), inputs, { shape })).loss).toBe(0);
    }
  });

  it("a mask that keeps nothing, and weights that add up to 0", async () => {
    const inputs = { predictions: [0, 0, 2, 2], targets: [0, 0, 0, 0] };
    const masked = await run(device, zmse({ threshold: 0.5 }), inputs);
    expect(masked).toMatchObject({ loss: 0, count: 0, weightSum: 0 });
    expect([...masked.gradient!, ...masked.mask!]).toEqual(Array(8).fill(0));
    const weightless = await run(device, zmse(), { ...inputs, weights: [0, 0, 0, 0] });
    expect(weightless).toMatchObject({ loss: 0, count: 0, weightSum: 0 });
    expect([...weightless.gradient!]).toEqual([0, 0, 0, 0]);
  });

  it("a threshold that can never fire", async () => {
    const five = { predictions: [0, 0, 0, 0, 9], targets: [0, 0, 0, 0, 0] };
    const result = await run(device, zmse(), five);
    expect(result.warnings).toEqual(evaluate(zmse(), five).warnings);
    expect(result.warnings).toHaveLength(1);
    const classes = { logits: [1, 2, 3, 4, 5, 6, 7, 8], labels: [1, 0, 0, 0, 0, 0, 0, 1] };
    const perClass = (await run(device, zbce(), classes)).warnings;
    expect(perClass).toEqual(evaluate(zbce(), classes).warnings);
    expect(perClass[0]).toMatch(/column 0, class 1: .* 2 samples/);
  });

  it("labels out of range in a plan: counted, without gradient, and nobody else's business", async () => {
    const n = 40;
    const logits = Float32Array.from({ length: n }, (_, i) => Math.sin(7 * i));
    const labels = Float32Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const bad = new Map([
      [0, 2],
      [9, -1],
      [17, 0.5],
      [30, Number.NaN],
      [39, 1e9],
    ]);
    const spoiled = labels.map((label, i) => bad.get(i) ?? label);
    const ignored = labels.map((label, i) => (bad.has(i) ? -100 : label));
    for (const loss of [binaryCrossEntropy(), zbce({ threshold: 1.2 })]) {
      const { summary, ...got } = await runPlan(device, loss as Loss, { logits, labels: spoiled }, { tuning });
      expect(summary.invalidLabels).toBe(bad.size);
      expect([...bad.keys()].map((i) => got.gradient![i])).toEqual([0, 0, 0, 0, 0]);
      expectParity(got, evaluate(loss as Loss, { logits, labels: ignored }), loss.name, { threshold: 1.2 });
    }
  });
});
