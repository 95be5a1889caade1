// The Lai loss on the GPU against float64, for predictions and slopes.
import { describe, expect, it } from "vitest";
import {
  absoluteError,
  cauchy,
  createPlan,
  evaluate,
  huber,
  type Inputs,
  type LaiOptions,
  type Loss,
  lai,
  laiMae,
  laiMse,
  type Options,
  type PlanOptions,
  run,
  squaredError,
  trimmed,
  tukey,
  zMasked,
} from "../src/index.js";
import { expectClose } from "./support/compare.js";
import { normal, random, weightsFor } from "./support/data.js";
import { exhaustive, requestTestDevice, thoroughIn } from "./support/device.js";
import { expectRejected, rejects, throws, type Untyped } from "./support/errors.js";
import { expectParity } from "./support/parity.js";
import { readBuffers, storageBuffer } from "./support/plan.js";

const { device } = await requestTestDevice();
const thorough = thoroughIn("lai");

/** Residuals with outliers, and slopes on both sides of 1. */
function slopedData(samples: number, features: number, seed = 5): Inputs<"regression"> {
  const next = random(seed);
  const floats = (n: number, make: (i: number) => number) => Float32Array.from({ length: n }, (_, i) => make(i));
  return {
    predictions: floats(samples, () => 3 * normal(next)),
    targets: floats(samples, (i) => 3 * normal(next) + (i % 29 === 3 ? 30 : 0)),
    slopes: floats(samples * features, () => 2 * normal(next)),
  };
}

/** Both gradients, the loss and all else of a result against float64. */
async function compare(loss: Loss, inputs: Inputs, options: Options, what: string, on = device) {
  const expected = evaluate(loss, inputs, options);
  const got = await run(on, loss, inputs, options);
  expectParity(got, expected, what);
  const size = Math.max(1e-30, ...Array.from(expected.slopeGradient!, Math.abs).filter(Number.isFinite));
  expectClose(got.slopeGradient, expected.slopeGradient!, { rtol: 2e-4, atol: 4e-6 * size }, `${what}: slopeGradient`);
}

/** One for every way to count features, and the form of its own. */
const kinds: [string, Loss][] = [
  ["absolute error", laiMae({ lambda: 0.5 })],
  ["squared error, plain", laiMse({ lambda: 0.3, form: "plain" })],
  ["Huber, norm", lai(huber({ delta: 2 }), { lambda: 1, aggregate: "norm" })],
  ["Cauchy, one feature", lai(cauchy({ c: 3 }), { lambda: 0.7, aggregate: "feature", feature: 0 })],
];
/** These differ from the first kind in the loss alone. */
const others: [string, Loss][] = [
  ["Tukey, which has no slope far out", lai(tukey({ c: 2 }), { lambda: 1.5 })],
  ["squared error", laiMse({ lambda: 2 })],
];

async function compareSizes(loss: Loss, features: number) {
  for (const samples of [1, 7, 1000, 9001]) {
    const inputs = slopedData(samples, features, samples);
    await compare(loss, inputs, {}, `${samples} samples`);
    if (samples === 1000) await compare(zMasked(loss as never, { threshold: 1.5 }), inputs, {}, "masked");
  }
}

it.each(others)("%s, 3 features", (_, loss) => compareSizes(loss, 3));

describe.each(kinds.map(([name, loss], k) => [name, loss, k] as const))("%s", (_, loss, k) => {
  // Several features are walked by a mean and by a norm alike, whatever the loss; two have the tests of options.
  const counts = exhaustive ? [1, 2, 3, 8] : thorough && k % 2 === 0 ? [1, 3, 8] : [3];
  it.each(counts)("%i features", (features) => compareSizes(loss, features));
  // The first kind with every option; the others, which differ in the loss and in how slopes are counted, with each option once.
  const whole = exhaustive || k === 0;

  it("reductions, weights, upstream, a mask of samples", async () => {
    const samples = 501;
    const applyMask = Float32Array.from({ length: samples }, (_, i) => (i % 3 === 0 ? 0 : 1));
    const inputs = { ...slopedData(samples, 2), weights: weightsFor(samples), applyMask };
    for (const reduction of thorough ? (["mean", "sum", "none"] as const) : (["mean", "none"] as const)) {
      const upstream = reduction === "none" ? weightsFor(samples, 9) : 0.7;
      for (const one of [loss, zMasked(loss as never, { threshold: 1.2, statistic: "error" })]) {
        if (!whole && (reduction === "mean") !== "base" in one) continue;
        await compare(one, { ...inputs, upstream }, { reduction }, `${one.name}, ${reduction}`);
      }
    }
  });

  it("what is not finite", async () => {
    const inputs = slopedData(300, 2);
    (inputs.slopes as Float32Array)[41] = NaN;
    (inputs.targets as Float32Array)[250] = Infinity;
    for (const nonFinite of ["propagate", "omit"] as const) {
      for (const reduction of ["mean", "sum"] as const) {
        for (const one of [loss, zMasked(loss as never)]) {
          if (!whole && (reduction === "mean") !== "base" in one) continue;
          const options = { nonFinite, reduction };
          const expected = evaluate(one, inputs, options);
          const got = await run(device, one, inputs, options);
          const what = `${one.name}, ${nonFinite}, ${reduction}`;
          expectParity(got, expected, what);
          const broken = Array.from(expected.slopeGradient!, Number.isNaN);
          expect(Array.from(got.slopeGradient!, Number.isNaN), what).toEqual(broken);
        }
      }
    }
  });
});

describe("extremes", () => {
  it("slopes of 0, at lambda, and up to 1e15", async () => {
    for (const lambda of [1e-3, 0.5, 1, 2, 1e3]) {
      const slopes = [0, lambda, -lambda, 1e15, -1e15, 1e-20, 1e10, 1];
      const inputs = { predictions: slopes.map((_, i) => i - 3.5), targets: slopes.map(() => 0.25), slopes };
      const float32 = { ...inputs, slopes: Float32Array.from(slopes) };
      for (const loss of [laiMae({ lambda }), laiMse({ lambda }), laiMse({ lambda, form: "plain" })]) {
        await compare(loss, float32, { reduction: "sum" }, `lambda ${lambda}`);
      }
      const steep = Float32Array.of(0, 0, 3e19, 4e19, 3e38, 0, -1e-37, 1e-37);
      const norm = { predictions: [1, 2, 3, 4], targets: [0, 0, 0, 0], slopes: steep };
      await compare(laiMae({ lambda, aggregate: "norm" }), norm, { reduction: "sum" }, `norm, lambda ${lambda}`);
    }
  });

  it("no samples", async () => {
    const none = { predictions: [], targets: [], slopes: [] };
    for (const loss of [laiMae({ lambda: [0.5, 2] }), laiMae({ lambda: 1, aggregate: "feature", feature: 1 })]) {
      expect(evaluate(loss, none).loss).toBe(0);
      expect((await run(device, loss, none)).loss).toBe(0);
    }
  });

  it("losses without a slope far out: a derivative of 0, or a residual that overflows and spoils the loss", async () => {
    const loss = lai(tukey(), { lambda: 1000 });
    for (const far of [1e36, 3e38]) {
      const data = {
        predictions: Float32Array.of(far, 1, 2, 3),
        targets: [-far, 0, 0, 0],
        slopes: [0.9, 0.9, 0.9, 0.9],
      };
      const got = await run(device, loss, data);
      const expected = evaluate(loss, data);
      const whole = far < 1e38;
      expectClose(got.loss, whole ? expected.loss : NaN, { rtol: 1e-5, atol: 0 }, "loss");
      const slopeGradient = whole ? expected.slopeGradient! : [NaN, NaN, NaN, NaN];
      expectClose(got.slopeGradient, slopeGradient, { rtol: 1e-4, atol: 1e-9 }, "slopeGradient");
    }
  });

  it("residuals whose products overflow before the derivatives do", async () => {
    const inputs = { predictions: Float32Array.of(1.5e19, 1e18, -1.5e19), targets: [0, 0, 0], slopes: [0, 1e13, 0.25] };
    for (const loss of [laiMse({ lambda: 1 }), laiMse({ lambda: 1, form: "plain" })]) {
      const expected = evaluate(loss, inputs, { reduction: "none" });
      const got = await run(device, loss, inputs, { reduction: "none" });
      expectClose(got.slopeGradient, expected.slopeGradient!, { rtol: 1e-4, atol: 0 }, loss.name);
    }
  });
});

describe("plans", () => {
  const samples = 5000;
  const features = 3;
  const inputs = { ...slopedData(samples, features), weights: weightsFor(samples) };

  /** Loss and gradients of a plan for fewer samples than it could have. */
  async function planned(loss: Loss, later: Loss, options: Partial<PlanOptions>) {
    const plan = await createPlan(device, loss, {
      shape: [samples + 100],
      slopes: features,
      inputs: ["weights"],
      outputs: ["loss", "gradient", "slopeGradient"],
      ...options,
    });
    const outputs = { loss: 1, gradient: samples, slopeGradient: samples * features };
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const create = (name: string) => device.createBuffer({ size: plan.sizes[name], usage });
    const written = Object.keys(outputs).map((name) => [name, create(name)] as const);
    const read = Object.entries(inputs).map(([name, data]) => {
      const buffer = create(name);
      device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
      return [name, buffer] as const;
    });
    plan.setLoss(later);
    const encoder = device.createCommandEncoder();
    plan.encode(encoder, Object.fromEntries([...read, ...written]), { rows: samples });
    device.queue.submit([encoder.finish()]);
    await plan.check();
    const bytes = await readBuffers(
      device,
      written.map(([name, buffer]) => ({ buffer, size: 4 * outputs[name as "loss"] })),
    );
    plan.destroy();
    const [value, gradient, slopeGradient] = bytes.map((one) => new Float32Array(one));
    return { loss: value[0], gradient, slopeGradient };
  }

  it.each([
    ["slices", {}],
    ["a workgroup of 64", { workgroupSize: 64, minElements: 100 }],
    ["bindings that hold a part of the samples", { maxBindingSize: 16384, minElements: 512 }],
    ["one dispatch", { smallBatch: 1e6 }],
  ])("%s", async (what, tuning) => {
    const [loss, later] = [lai(squaredError(), { lambda: [1, 1, 1] }), lai(squaredError(), { lambda: [0.2, 1, 3] })];
    for (const masked of [false, true]) {
      const wrap = (one: Loss): Loss => (masked ? zMasked(one as never, { threshold: 2 }) : one);
      const expected = evaluate(wrap(later), inputs);
      const got = await planned(wrap(loss), wrap(later), { tuning });
      const size = Math.max(...Array.from(expected.slopeGradient!, Math.abs));
      expectClose(got.loss, expected.loss, { rtol: 2e-5, atol: 0 }, `${what}: loss`);
      expectClose(got.gradient, expected.gradient!, { rtol: 1e-4, atol: 1e-9 }, `${what}: gradient`);
      expectClose(
        got.slopeGradient,
        expected.slopeGradient!,
        { rtol: 1e-4, atol: 4e-6 * size },
        `${what}: slopeGradient`,
      );
    }
  });

  it("every input and output at once", async () => {
    const applyMask = weightsFor(40, 3).map((x) => (x > 1 ? 1 : 0));
    const few = { ...slopedData(40, 2), weights: weightsFor(40), applyMask };
    const givenStatistics = [{ column: 0, class: 0, mean: 2, standardDeviation: 3 }];
    const loss = zMasked(laiMae({ lambda: 1 }), { threshold: 1 });
    for (const reduction of ["mean", "none"] as const) {
      const upstream = reduction === "none" ? weightsFor(40, 7) : 0.5;
      await compare(loss, { ...few, upstream, givenStatistics }, { reduction }, reduction);
    }
  });

  // A trimmed mean has its keys beside them: one of all these more than eight storage buffers hold.
  it("every input of a trimmed mean but one, and all of them refused where there is no room", async () => {
    const limits: Record<string, number> = {};
    for (const name in device.limits) limits[name] = device.limits[name as "maxBufferSize"];
    limits.maxStorageBuffersPerShaderStage = 8;
    const { device: few } = await requestTestDevice();
    Object.defineProperty(few, "limits", { value: limits });
    const inputs = { ...slopedData(40, 2), weights: weightsFor(40) };
    const applyMask = Float32Array.from({ length: 40 }, (_, i) => i % 2);
    const loss = trimmed(laiMae({ lambda: 1 }), { fraction: 0.25 });
    await compare(loss, { ...inputs, applyMask }, {}, "without upstream", few);
    await compare(loss, { ...inputs, upstream: 0.5 }, {}, "without applyMask", few);
    const all = () => run(few, loss, { ...inputs, applyMask, upstream: 0.5 });
    await expectRejected(all, "unsupported", /must leave one of 7 storage buffers to the gradients, got 7/);
  });

  it("structures that setLoss keeps", async () => {
    const plan = await createPlan(device, laiMse({ lambda: 1 }), { shape: [8], slopes: 2 });
    plan.setLoss(laiMse({ lambda: 3 }));
    for (const [other, text] of [
      [laiMse({ lambda: 1, form: "plain" }), "squaredError, plain"],
      [laiMse({ lambda: [1, 2] }), "squaredError, 2 lambdas"],
      [laiMse({ lambda: 1, aggregate: "feature", feature: 5 }), "squaredError, feature 5"],
      [laiMse({ lambda: 1, aggregate: "norm" }), "squaredError, norm"],
    ] as const) {
      const message = `keep the structure lai(squaredError) regression, got "lai(${text}) regression"`;
      expect(() => plan.setLoss(other)).toThrow(message);
    }
    plan.destroy();
  });

  it("without a scale, for whoever applies it", async () => {
    const plan = await createPlan(device, laiMae({ lambda: 2 }), {
      shape: [4],
      outputs: ["unscaledGradient", "slopeGradient", "summary"],
    });
    const data = { predictions: [1, 2, 3, 4], targets: [0, 3, 1, 9], slopes: [0.5, 1, 2, 3] };
    const outputs = { unscaledGradient: 16, slopeGradient: 16, summary: 24 };
    const written = Object.entries(outputs).map(([name, size]) => [name, storageBuffer(device, size)] as const);
    const read = Object.entries(data).map(([name, values]) => [name, storageBuffer(device, values)] as const);
    const encoder = device.createCommandEncoder();
    plan.encode(encoder, Object.fromEntries([...read, ...written]));
    device.queue.submit([encoder.finish()]);
    const [gradient, slopeGradient, summary] = (
      await readBuffers(
        device,
        written.map(([, buffer]) => ({ buffer, size: buffer.size })),
      )
    ).map((bytes) => new Float32Array(bytes));
    const expected = evaluate(laiMae({ lambda: 2 }), data);
    const scaled = (values: Float32Array) => values.map((x) => x * summary[2]);
    expectClose(scaled(gradient), expected.gradient!, { rtol: 1e-5, atol: 1e-7 }, "gradient");
    expectClose(scaled(slopeGradient), expected.slopeGradient!, { rtol: 1e-5, atol: 1e-7 }, "slopeGradient");
    plan.destroy();
  });
});

describe("what is refused", () => {
  const made = (loss: Untyped, options: Untyped) => () => lai(loss, options as LaiOptions);
  throws([
    ["no lambda", "parameter", /lambda must be a finite number above 0, got undefined/, made(absoluteError(), {})],
    ["a lambda of 0", "parameter", /lambda must .* got 0/, made(absoluteError(), { lambda: 0 })],
    ["a negative lambda", "parameter", /lambda must .* got -1/, made(absoluteError(), { lambda: [1, -1] })],
    [
      "several lambdas of a norm",
      "parameter",
      /lambda must be a finite number above 0, got \[1, 2\]/,
      made(absoluteError(), { lambda: [1, 2], aggregate: "norm" }),
    ],
    [
      "the plain form of another loss",
      "parameter",
      /form must be one of scaled, got "plain"/,
      made(absoluteError(), { lambda: 1, form: "plain" }),
    ],
    ["an unknown option", "parameter", /option must be one of .* got "lamda"/, made(absoluteError(), { lamda: 1 })],
    [
      "a masked loss",
      "parameter",
      /lai: the loss must be a base loss of the regression family, got "zMasked"/,
      made(zMasked(absoluteError()), { lambda: 1 }),
    ],
    ["a lai loss", "parameter", /lai stands once/, made(laiMae({ lambda: 1 }), { lambda: 1 })],
    [
      "a feature beyond the lambdas",
      "parameter",
      /feature must be an integer of at most 1, got 2/,
      made(absoluteError(), { lambda: [1, 2], aggregate: "feature", feature: 2 }),
    ],
    [
      "a shape that is none",
      "shape",
      /shape must be integers .* got 4/,
      () => evaluate(laiMae({ lambda: 1 }), { predictions: [1], targets: [1], slopes: [1] }, { shape: 4 as Untyped }),
    ],
    [
      "slopes without samples",
      "shape",
      /slopes must have length 0, got 3/,
      () => evaluate(laiMae({ lambda: 1 }), { predictions: [], targets: [], slopes: [1, 2, 3] }),
    ],
    [
      "no slopes",
      "shape",
      /slopes must be an array, got undefined/,
      () => evaluate(laiMae({ lambda: 1 }), { predictions: [1], targets: [1] }),
    ],
    [
      "slopes that do not go with the samples",
      "shape",
      /slopes must have a whole number of entries for each of 2 samples, got 3/,
      () => evaluate(laiMae({ lambda: 1 }), { predictions: [1, 2], targets: [1, 2], slopes: [1, 2, 3] }),
    ],
    [
      "lambdas for other features",
      "shape",
      /lambda must have one entry per feature, 1, got 2/,
      () => evaluate(laiMae({ lambda: [1, 2] }), { predictions: [1], targets: [1], slopes: [1] }),
    ],
    [
      "slopes of a loss that knows none",
      "parameter",
      /input must be one of .* got "slopes"/,
      () => evaluate(absoluteError(), { predictions: [1], targets: [1], slopes: [1] }),
    ],
  ]);
  rejects([
    [
      "a feature that is not there",
      "shape",
      /there must be slopes of feature 2 and those before, got 1/,
      () => createPlan(device, laiMae({ lambda: 1, aggregate: "feature", feature: 2 }), { shape: [4] }),
    ],
    [
      "several columns",
      "shape",
      /shape must be \[samples\], got \[4, 2\]/,
      () => createPlan(device, laiMae({ lambda: 1 }), { shape: [4, 2] }),
    ],
    [
      "slope gradients of another loss",
      "parameter",
      /an output must be one of .* got "slopeGradient"/,
      () => createPlan(device, absoluteError(), { shape: [4], outputs: ["slopeGradient"] }),
    ],
  ]);
});
