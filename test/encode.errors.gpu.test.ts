// Bad input to `encode`: buffers, calls, and losses that a plan cannot take.
import { beforeAll, describe, expect, it } from "vitest";
import {
  createPlan,
  evaluate,
  huber,
  type Loss,
  type Plan,
  type PlanBuffers,
  squaredError,
  zbce,
  zMasked,
  zmse,
} from "../src/index.js";
import { regressionData } from "./support/data.js";
import { requestTestDevice } from "./support/device.js";
import { expectLossError, expectRejected, throws, type Untyped } from "./support/errors.js";

import { readBuffer, storageBuffer } from "./support/plan.js";

const tuning = { workgroupSize: 4 };
const rows = 64;
const { device } = await requestTestDevice();

describe("encode", () => {
  let plan: Plan;
  let buffers: Record<"predictions" | "targets" | "loss" | "gradient" | "mask", GPUBuffer>;
  beforeAll(async () => {
    plan = await createPlan(device, zmse(), { shape: [rows], outputs: ["loss", "gradient", "mask"], tuning });
    const data = regressionData(rows);
    buffers = {
      predictions: storageBuffer(device, data.predictions),
      targets: storageBuffer(device, data.targets),
      loss: storageBuffer(device, 4),
      gradient: storageBuffer(device, 4 * rows),
      mask: storageBuffer(device, 4 * rows),
    };
  });
  const encode = (change: Untyped, call?: Untyped, whole = false) => {
    const encoder = device.createCommandEncoder();
    plan.encode(encoder, whole ? change : { ...buffers, ...change }, call);
    return encoder;
  };
  const storage = (bytes: number) => storageBuffer(device, bytes);
  const other = (usage: number) => device.createBuffer({ size: 4 * rows, usage });

  throws([
    [
      "a missing input",
      "buffer",
      /^zMasked\(squaredError\): targets must be a GPUBuffer .* got undefined\. Give /,
      () => encode({ targets: undefined }),
    ],
    ["a missing output", "buffer", /mask must be a GPUBuffer or/, () => encode({ mask: undefined })],
    ["no buffers", "buffer", /predictions must be a GPUBuffer/, () => encode(undefined, {}, true)],
    ["null for a buffer", "buffer", /targets must be a GPUBuffer .* got null/, () => encode({ targets: null })],
    [
      "an array for a buffer",
      "buffer",
      /predictions must be a GPUBuffer .* got object/,
      () => encode({ predictions: new Float32Array(rows) }),
    ],
    [
      "an empty object for a buffer",
      "buffer",
      /predictions must be a GPUBuffer .* got object/,
      () => encode({ predictions: {} }),
    ],
    ["a number for a buffer", "buffer", /predictions must be a GPUBuffer .* got 5/, () => encode({ predictions: 5 })],
    [
      "a string for a buffer",
      "buffer",
      /predictions must be a GPUBuffer .* got "p"/,
      () => encode({ predictions: "p" }),
    ],
    [
      "an input that the plan has not",
      "parameter",
      /buffer must be one of predictions, targets, .* got "weights"\. Check the spelling/,
      () => encode({ weights: storage(4 * rows) }),
    ],
    [
      "an output that the plan has not",
      "parameter",
      /buffer must be one of .* got "z"/,
      () => encode({ z: storage(4 * rows) }),
    ],
    ["an unknown name", "parameter", /got "prediction"/, () => encode({ prediction: storage(4 * rows) })],
    [
      "usage without STORAGE",
      "buffer",
      /^zMasked\(squaredError\): targets must have usage STORAGE, got 8\. Add it/,
      () => encode({ targets: other(GPUBufferUsage.COPY_DST) }),
    ],
    [
      "a uniform output",
      "buffer",
      /loss must have usage STORAGE/,
      () => encode({ loss: other(GPUBufferUsage.UNIFORM) }),
    ],
    [
      "a short input",
      "buffer",
      /predictions must have at least 256 bytes within its buffer, got 252/,
      () => encode({ predictions: storage(4 * rows - 4) }),
    ],
    [
      "a short output",
      "buffer",
      /gradient must have at least 256 bytes within its buffer, got 128/,
      () => encode({ gradient: storage(2 * rows) }),
    ],
    [
      "a size below the need",
      "buffer",
      /mask must have at least 256 bytes within its buffer, got 100/,
      () => encode({ mask: { buffer: buffers.mask, size: 100 } }),
    ],
    [
      "a size beyond the buffer",
      "buffer",
      /mask must have at least 256 bytes within its buffer, got/,
      () => encode({ mask: { buffer: storage(512), offset: 256, size: 512 } }),
    ],
    [
      "an offset beyond the buffer",
      "buffer",
      /mask must have at least 256 bytes within its buffer, got/,
      () => encode({ mask: { buffer: buffers.mask, offset: 1024 } }),
    ],
    [
      "an offset that is not aligned",
      "buffer",
      /the offset of mask must be a multiple of 256, got 4/,
      () => encode({ mask: { buffer: storage(1024), offset: 4 } }),
    ],
    [
      "a negative offset",
      "buffer",
      /the offset of mask must be a multiple of 256, got -256/,
      () => encode({ mask: { buffer: storage(1024), offset: -256 } }),
    ],
    [
      "a fractional offset",
      "buffer",
      /the offset of mask must be a multiple of 256, got 0.5/,
      () => encode({ mask: { buffer: storage(1024), offset: 0.5 } }),
    ],
    [
      "an output on an input",
      "buffer",
      /gradient must not share a buffer with predictions/,
      () => encode({ gradient: buffers.predictions }),
    ],
    [
      "an output in the buffer of an input",
      "buffer",
      /gradient must not share a buffer with targets, got \[512, 0\]\. Use another/,
      () => {
        const buffer = storage(1024);
        return encode({ targets: { buffer, offset: 0, size: 256 }, gradient: { buffer, offset: 512 } });
      },
    ],
    ["an output on an output", "buffer", /must not overlap mask, got/, () => encode({ gradient: buffers.mask })],
    [
      "outputs that overlap in part",
      "buffer",
      /must not overlap mask/,
      () => {
        const buffer = storage(1024);
        return encode({ gradient: { buffer, offset: 0 }, mask: { buffer, offset: 0, size: 512 } });
      },
    ],
    [
      "rows above the capacity",
      "shape",
      /^zMasked\(squaredError\): rows must be an integer up to 64, got 65\. Create a larger plan/,
      () => encode({}, { rows: 65 }),
    ],
    ["negative rows", "shape", /rows must .* got -1/, () => encode({}, { rows: -1 })],
    ["fractional rows", "shape", /rows must .* got 1.5/, () => encode({}, { rows: 1.5 })],
    ["rows that are a string", "shape", /rows must .* got "3"/, () => encode({}, { rows: "3" })],
    [
      "no encoder",
      "parameter",
      /^zMasked\(squaredError\): encoder must be a GPUCommandEncoder/,
      () => plan.encode(undefined as Untyped, buffers),
    ],
    [
      "another structure",
      "parameter",
      /^zMasked\(squaredError\): setLoss must keep the structure .* Create another plan/,
      () => plan.setLoss(zmse({ statistic: "error" })),
    ],
    ["another base loss", "parameter", /setLoss must keep the structure/, () => plan.setLoss(zMasked(huber()))],
    ["another family", "parameter", /setLoss must keep the structure/, () => plan.setLoss(zbce() as Loss)],
    ["no mask", "parameter", /setLoss must keep the structure/, () => plan.setLoss(squaredError())],
    ["no loss", "parameter", /^loss: the loss must come from a factory/, () => plan.setLoss(null as Untyped)],
  ]);

  it("an unknown name is refused beside buffers that were seen before", () => {
    encode({});
    expectLossError(() => encode({ prediction: buffers.targets }), "parameter", /got "prediction"/);
  });

  it("what is allowed: outputs side by side in one buffer, one buffer for both inputs, larger buffers, a compute pass", async () => {
    const shared = storage(1024);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    plan.encode(pass, {
      predictions: buffers.predictions,
      targets: buffers.predictions,
      loss: { buffer: shared, offset: 0 },
      gradient: { buffer: shared, offset: 256 },
      mask: { buffer: shared, offset: 512, size: 512 },
    });
    pass.end();
    device.queue.submit([encoder.finish()]);
    await plan.check();
    const words = new Uint32Array(await readBuffer(device, shared));
    expect([...words]).toEqual([...Array(128).fill(0), ...Array(rows).fill(1), ...Array(rows).fill(0)]);
  });

  it("a refused call leaves the plan as it was", async () => {
    expectLossError(() => encode({ targets: undefined }), "buffer", /targets/);
    expect(plan.loss.toJSON()).toEqual({ loss: "zmse", params: {} });
    device.queue.submit([encode({}).finish()]);
    await plan.check();
    const got = new Float32Array(await readBuffer(device, buffers.loss));
    expect(got[0]).toBeCloseTo(evaluate(zmse(), regressionData(rows)).loss as number, 4);
  });

  it("a destroyed plan", async () => {
    const own = await createPlan(device, zmse(), { shape: [rows], outputs: ["loss", "gradient", "mask"], tuning });
    own.destroy();
    own.destroy();
    const encoder = device.createCommandEncoder();
    expectLossError(
      () => own.encode(encoder, buffers),
      "buffer",
      /^zMasked\(squaredError\): the plan must be alive, got "destroyed"\. Create another plan/,
    );
  });

  it("buffers of another device", async () => {
    const { device: foreign } = await requestTestDevice();
    const own = await createPlan(device, zmse(), { shape: [rows], outputs: ["loss"], tuning });
    const call: PlanBuffers = {
      predictions: buffers.predictions,
      targets: storageBuffer(foreign, 4 * rows),
      loss: buffers.loss,
    };
    // The encoder is spoilt, which is WebGPU's own error when it is finished; it never is.
    own.encode(device.createCommandEncoder(), call);
    await expectRejected(
      () => own.check(),
      "buffer",
      /^zMasked\(squaredError\): buffers must belong to the plan's device, got: ./,
    );
    // Other buffers may do, and do.
    own.encode(device.createCommandEncoder(), { ...call, targets: buffers.targets });
    await own.check();
    // These are refused again, not remembered as if they were sound.
    own.encode(device.createCommandEncoder(), call);
    await expectRejected(() => own.check(), "buffer", /must belong to the plan's device/);
    own.destroy();
  });
});
