// Logits and gradients that are f16 in memory, where the device has the feature for it.
import { beforeAll, beforeEach, describe, expect, it, type TestContext } from "vitest";
import {
  type ClassLoss,
  createPlan,
  crossEntropy,
  evaluate,
  focal,
  type Inputs,
  type Loss,
  LossError,
  type PlanOptions,
  sgce,
  squaredError,
  unhingedL2,
  zMasked,
} from "../src/index.js";
import { expectClose } from "./support/compare.js";
import { classData, weightsFor } from "./support/data.js";
import { requestTestDevice, skipUnlessSupported } from "./support/device.js";
import { readBuffers, storageBuffer } from "./support/plan.js";

/** The bits of the nearest f16, ties to even. */
function toHalf(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const a = Math.abs(x);
  if (Number.isNaN(x)) return 0x7e00;
  if (a >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(a || 2 ** -20)));
  const steps = a / 2 ** (exponent - 10);
  const floor = Math.floor(steps);
  const up = steps - floor > 0.5 || (steps - floor === 0.5 && floor % 2 === 1);
  return sign | ((exponent + 14) * 1024 + floor + (up ? 1 : 0)); // below 2^-14 the hidden bit is missing, and so is its exponent
}

/** The number behind such bits. */
function fromHalf(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

let device: GPUDevice | undefined;
beforeAll(async () => {
  const { device: plain, adapter } = await requestTestDevice();
  if (adapter.features.has("shader-f16")) device = (await requestTestDevice(["shader-f16"])).device;
  else plain.destroy();
});
const needsHalf = (context: TestContext) => skipUnlessSupported(context, "shader-f16");

/** Loss and gradient of a plan with f16 logits. Halves behind the gradient show writes beyond its end. */
async function runHalf(loss: Loss, { logits, labels, weights }: Inputs<"class">, options: PlanOptions, rows: number) {
  const inputs = weights ? (["weights"] as const) : [];
  const plan = await createPlan(device!, loss, { ...options, logits: "f16", inputs });
  const written = Uint16Array.from(logits, toHalf);
  const elements = written.length;
  const words = new Uint32Array(Math.ceil(elements / 2) + 4).fill(0x12341234);
  new Uint16Array(words.buffer).set(written);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const gradient = device!.createBuffer({ size: Math.max(plan.sizes.gradient, words.byteLength), usage });
  const source = options.inPlace ? gradient : device!.createBuffer({ size: gradient.size, usage });
  for (const buffer of [gradient, source]) device!.queue.writeBuffer(buffer, 0, words);
  const data = {
    logits: source,
    gradient,
    labels: storageBuffer(device!, options.labels === "rows" ? labels : Int32Array.from(labels)),
    loss: storageBuffer(device!, 4 * Math.max(1, rows)),
    ...(weights && { weights: storageBuffer(device!, weights) }),
  };
  const encoder = device!.createCommandEncoder();
  plan.encode(encoder, data, { rows });
  device!.queue.submit([encoder.finish()]);
  await plan.check();
  const [bytes, value] = await readBuffers(device!, [
    { buffer: gradient, size: words.byteLength },
    { buffer: data.loss, size: data.loss.size },
  ]);
  plan.destroy();
  const halves = new Uint16Array(bytes);
  const behind = halves.subarray(2 * Math.ceil(elements / 2));
  expect([...new Set(behind)]).toEqual([0x1234]);
  const losses = new Float32Array(value);
  return {
    loss: options.reduction === "none" ? losses : losses[0],
    gradient: Float64Array.from(halves.subarray(0, elements), fromHalf),
  };
}

async function compare(loss: Loss, data: Inputs<"class">, options: PlanOptions, what: string) {
  const [, classes] = options.shape as readonly [number, number];
  const inputs = { ...data, logits: Float64Array.from(data.logits, (x) => fromHalf(toHalf(x))) };
  const shape = [inputs.logits.length / classes, classes] as const;
  const got = await runHalf(loss, inputs, options, shape[0]);
  const { reduction, nonFinite } = options;
  const expected = evaluate(loss, inputs, {
    shape,
    ...(reduction && { reduction }),
    ...(nonFinite && { nonFinite }),
  });
  expectClose(got.loss, expected.loss, { rtol: 1e-4, atol: 1e-6 }, `${what}: loss`);
  // Half a unit in the last place of f16, or of its smallest numbers.
  expectClose(got.gradient, expected.gradient!, { rtol: 2 ** -11 + 1e-4, atol: 2 ** -24 }, `${what}: gradient`);
}

describe("f16 logits", () => {
  beforeEach(needsHalf);

  const losses: [string, ClassLoss][] = [
    ["crossEntropy", crossEntropy()],
    ["sgce", sgce({ q: 0.7 })],
    ["focal", focal({ gamma: 2 })],
    ["unhingedL2", unhingedL2()],
  ];
  it.each(losses)("%s", async (name, loss) => {
    for (const [rows, classes] of [
      [40, 6],
      [9, 300],
      [7, 33],
      [3, 1001],
      [5, 4],
    ]) {
      const data = { ...classData(rows, classes), weights: weightsFor(rows) };
      for (const tuning of [{ smallBatch: 0, workgroupSize: 4 }, { workgroupSize: 32 }]) {
        for (const reduction of ["sum", "none"] as const) {
          const shape = [rows, classes] as const;
          await compare(loss, data, { shape, reduction, tuning }, `${name}, ${shape}, ${reduction}`);
        }
      }
    }
  });

  it("masked, in place, with rows of probabilities", async () => {
    const [rows, classes] = [24, 7];
    const data = classData(rows, classes);
    const soft = Float32Array.from({ length: rows * classes }, (_, i) => 1 / (1 + (i % classes)));
    const shape = [rows, classes] as const;
    const tuning = { smallBatch: 0 };
    for (const loss of [crossEntropy(), zMasked(crossEntropy(), { threshold: 1 })]) {
      await compare(loss, data, { shape, reduction: "sum", tuning, inPlace: true }, "in place");
      await compare(loss, { ...data, labels: soft }, { shape, reduction: "sum", labels: "rows" }, "rows");
    }
  });

  it("in chunks, and fewer rows than there may be", async () => {
    const [rows, classes] = [700, 3];
    const tuning = { maxBindingSize: 4096, minElements: 64 };
    const options = { shape: [rows, classes] as const, reduction: "sum" as const, tuning };
    await compare(crossEntropy(), classData(rows, classes), options, "chunks");
    await compare(sgce({ q: 0.5 }), classData(501, classes), options, "501 of 700 rows");
  });

  it("what is not finite", async () => {
    const data = classData(6, 5);
    const logits = Float32Array.from(data.logits);
    [logits[7], logits[16]] = [NaN, 1e6]; // beyond f16: an infinity
    for (const nonFinite of ["propagate", "omit"] as const) {
      await compare(crossEntropy(), { ...data, logits }, { shape: [6, 5], reduction: "none", nonFinite }, nonFinite);
    }
  });

  it("sizes in whole words", async () => {
    const plan = await createPlan(device!, crossEntropy(), { shape: [3, 3], logits: "f16" });
    expect(plan.sizes).toMatchObject({ logits: 20, gradient: 20, labels: 12 });
    plan.destroy();
  });
});

describe("what is refused", () => {
  it("f16 logits without the feature, another type, and another family", async () => {
    const { device: plain } = await requestTestDevice();
    const refused = async (loss: Loss, options: object, code: string, text: RegExp) => {
      const error = await createPlan(plain, loss, { shape: [2, 3], ...options }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(LossError);
      expect((error as LossError).code).toBe(code);
      expect((error as LossError).message).toMatch(text);
    };
    await refused(
      crossEntropy(),
      { logits: "f16" },
      "unsupported",
      /feature shader-f16 for f16 logits, got .* Request it/,
    );
    await refused(crossEntropy(), { logits: "f64" }, "parameter", /logits must be one of f32, f16, got "f64"/);
    await refused(squaredError(), { logits: "f16" }, "parameter", /option must be one of .* got "logits"/);
  });
});

describe("a plan", () => {
  it("keeps its options, whatever becomes of the object", async () => {
    const { device: plain } = await requestTestDevice();
    const options: { shape: [number, number]; inPlace?: boolean } = { shape: [2, 3] };
    const plan = await createPlan(plain, crossEntropy(), options);
    options.inPlace = true;
    const [logits, gradient] = [1, 2].map(() => storageBuffer(plain, 24));
    const labels = storageBuffer(plain, Int32Array.of(0, 2));
    const encoder = plain.createCommandEncoder();
    plan.encode(encoder, { logits, gradient, labels, loss: storageBuffer(plain, 4) });
    plain.queue.submit([encoder.finish()]);
    await plan.check();
    expect(() => plan.setLoss(squaredError())).toThrow(/setLoss must keep the structure crossEntropy class, got/);
    plan.destroy();
  });
});

describe("the f16 of these tests", () => {
  it("rounds to the nearest, ties to even", () => {
    for (const [x, bits] of [
      [0, 0],
      [1, 0x3c00],
      [-2, 0xc000],
      [65504, 0x7bff],
      [65520, 0x7c00],
      [2 ** -24, 1],
      [2 ** -14, 0x400],
      [1 + 2 ** -11, 0x3c00],
      [1 + 3 * 2 ** -11, 0x3c02],
      [2047.9999, 0x6800],
    ]) {
      expect(toHalf(x)).toBe(bits);
      if (x !== 65520) expect(Math.abs(fromHalf(bits) - x)).toBeLessThanOrEqual(Math.abs(x) * 2 ** -11 + 2 ** -25);
    }
  });
});
