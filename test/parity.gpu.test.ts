// The GPU against `evaluate`: every loss, every option, every way in which a kernel can be cut.
import { describe, it } from "vitest";
import {
  binaryCrossEntropy,
  defineBinaryLoss,
  defineRegressionLoss,
  evaluate,
  type Inputs,
  type Loss,
  type Options,
  type PlanOutput,
  type Reduction,
  squaredError,
  type Tuning,
  wgslFunctions,
  zbce,
  zMasked,
  zmse,
} from "../src/index.js";
import { binaryData, regressionData, weightsFor } from "./support/data.js";
import { exhaustive, requestTestDevice, thoroughIn } from "./support/device.js";
import { elementLosses } from "./support/losses.js";
import { expectParity, maskOf } from "./support/parity.js";
import { runPlan } from "./support/plan.js";

const { device } = await requestTestDevice();
const thorough = thoroughIn("parity");

type Cut = Options & { tuning?: Partial<Tuning>; capacity?: number; planOutputs?: PlanOutput[] };

async function compare(loss: Loss, inputs: Inputs, what: string, options: Cut = {}): Promise<void> {
  const { tuning: _, capacity: __, planOutputs: ___, ...plain } = options;
  const expected = evaluate(loss, inputs, plain);
  const threshold = maskOf(loss)?.threshold ?? 2;
  expectParity(await runPlan(device, loss, inputs, options), expected, what, { threshold });
}

/** One dispatch, several slices, and rows split over bindings; the same four lanes, so that kernels are compiled once. */
const cuts: Record<string, Partial<Tuning>> = {
  small: { workgroupSize: 4, smallBatch: 1e9 },
  slices: { workgroupSize: 4, smallBatch: 0, minElements: 16, maxWorkgroups: 64 },
  chunks: { workgroupSize: 4, smallBatch: 0, minElements: 64, maxBindingSize: 4096 },
};
/** Outputs that one dispatch of a masked loss has the bindings for; with more of them the small regime has several, too. */
const fitting: PlanOutput[] = ["loss", "gradient", "mask", "summary"];
/** Workgroups as GPUs want them, in one dispatch and in few slices. */
const wide: Record<string, Partial<Tuning>> = {
  "16 lanes": { workgroupSize: 16, smallBatch: 0, minElements: 256 },
  "16 lanes, small": { workgroupSize: 16, smallBatch: 1e9 },
};

const parameters: Record<string, Record<string, number>> = { barron: { alpha: -0.5 } };
const all: Loss[] = elementLosses.map((factory) =>
  (factory as (p?: object) => Loss)(parameters[factory.definition.name]),
);

describe("every loss", () => {
  it.each(all.map((loss) => [loss.name, loss] as const))("%s, plain and masked", async (name, loss) => {
    const n = 301;
    const data = loss.family === "regression" ? regressionData(n, 3) : binaryData(n, 3);
    const inputs = { ...data, weights: weightsFor(n) } as unknown as Inputs;
    for (const [cut, tuning] of Object.entries({ small: cuts.small, slices: cuts.slices })) {
      await compare(loss, inputs, `${name}, ${cut}`, { tuning });
    }
    await compare(zMasked(loss as never), inputs, `masked ${name}`, { tuning: cuts.small, planOutputs: fitting });
  });
});

describe("losses of one's own use the library's functions", () => {
  const documentation = { formula: "", gradient: "", source: "" };
  const parameters = {};
  const traits = { convex: false, boundedSlope: true };
  it("log1p, expm1 and tanh", async () => {
    const bump = defineRegressionLoss({
      name: "bump",
      parameters,
      uses: [wgslFunctions.log1p, wgslFunctions.expm1, wgslFunctions.tanh_accurate],
      wgsl: "fn bump(r: f32) -> vec2f { let t = tanh_accurate(r); return vec2f(log1p(r * r) - expm1(-t * t), 2.0 * r / (1.0 + r * r) + 2.0 * t * (1.0 - t * t) * exp(-t * t)); }",
      value: (r) => Math.log1p(r * r) - Math.expm1(-(Math.tanh(r) ** 2)),
      slope: (r) => {
        const t = Math.tanh(r);
        return (2 * r) / (1 + r * r) + 2 * t * (1 - t * t) * Math.exp(-t * t);
      },
      traits,
      documentation,
    });
    await compare(bump(), regressionData(301), "bump", { tuning: cuts.small });
    await compare(zMasked(bump()), regressionData(301), "masked bump", { tuning: cuts.slices });
  });
  it("the sigmoid, which a z-mask of probabilities uses as well", async () => {
    const brier = defineBinaryLoss({
      name: "brier",
      parameters,
      uses: [wgslFunctions.sigmoid],
      wgsl: "fn brier(o: f32, t: f32) -> vec2f { let p = sigmoid(o); return (p - t) * vec2f(p - t, 2.0 * p * sigmoid(-o)); }",
      value: (o, _, label) => (1 / (1 + Math.exp(-o)) - label) ** 2,
      slope: (o, _, label) => (2 * (1 / (1 + Math.exp(-o)) - label)) / ((1 + Math.exp(-o)) * (1 + Math.exp(o))),
      traits,
      documentation,
    });
    const loss = zMasked(brier(), { statistic: "probability" });
    await compare(loss, binaryData(301, 3, 0.1), "masked brier", { tuning: cuts.slices });
  });
});

describe("sizes", () => {
  // Around a quad, a workgroup of 64 and 256 lanes, a slice; odd sizes take the scalar path.
  const sizes = [0, 1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 255, 256, 257, 1023, 1024, 1025, 4099, 10_000];
  it.each(Object.entries({ ...cuts, ...wide }))("zmse and zbce, %s", async (cut, tuning) => {
    for (const n of sizes) {
      await compare(zmse(), regressionData(n, n + 1), `zmse ${n}, ${cut}`, { tuning });
      await compare(zbce(), binaryData(n, n + 1, 0.1), `zbce ${n}, ${cut}`, { tuning });
    }
  });
  it("65,537 and 1,000,003 samples, tuned for the adapter", async () => {
    for (const n of [65_537, 1_000_003]) {
      await compare(zmse(), regressionData(n, 5), `zmse ${n}`);
      await compare(zmse({ statistic: "error" }), regressionData(n, 5), `zmse ${n}, error`);
    }
    await compare(zbce({ posWeight: 2 }), binaryData(65_537, 6, 0.2), "zbce 65,537");
  });
});

describe("class weights of binary losses", () => {
  it.each(Object.entries(cuts))("%s", async (cut, tuning) => {
    for (const weights of [undefined, weightsFor(3001)]) {
      const inputs = { ...binaryData(3001, 4, 0.1), classWeights: [0.5, 3], ...(weights && { weights }) };
      await compare(binaryCrossEntropy(), inputs, `bce, ${cut}`, { tuning });
      await compare(zbce(), inputs, `zbce, ${cut}`, { tuning });
    }
  });
});

it("lanes are rounded down to a power of two", async () => {
  await compare(zmse(), regressionData(1000), "three lanes", { tuning: { workgroupSize: 3 } });
});

describe("shapes", () => {
  const shapes: [number, number][] = [
    [0, 3],
    [1, 1],
    [1, 7],
    [5, 1],
    [7, 2],
    [33, 3],
    [14, 4],
    [3, 130],
    [100, 17],
    [2, 1000],
    [600, 5],
    [513, 8],
  ];
  it.each(Object.entries({ ...cuts, ...wide }))("rows of several columns, %s", async (cut, tuning) => {
    for (const [rows, columns] of shapes) {
      const shape = [rows, columns] as const;
      if (tuning.maxBindingSize && columns * 4 * 64 > tuning.maxBindingSize) continue; // one aligned block of rows must fit
      const n = rows * columns;
      const what = `[${shape}], ${cut}`;
      const options = { shape, tuning };
      await compare(zmse(), regressionData(n, n + 2), `rows ${what}`, options);
      await compare(
        zmse({ statistic: "error" }),
        { ...regressionData(n, n + 2), weights: weightsFor(rows) },
        `errors of rows ${what}`,
        options,
      );
      await compare(zmse({ granularity: "element" }), regressionData(n, n + 2), `elements ${what}`, options);
      await compare(
        zbce({ threshold: 1.5 }),
        { ...binaryData(n, n + 3, 0.15), weights: weightsFor(n) },
        `zbce ${what}`,
        options,
      );
      const pooled = zbce({ statistic: "loss", per: "batch", granularity: "sample" });
      await compare(pooled, { ...binaryData(n, n + 3, 0.3), weights: weightsFor(rows) }, `zbce rows ${what}`, options);
      await compare(squaredError(), { ...regressionData(n, 4), weights: weightsFor(n) }, `mse ${what}`, options);
    }
  });
  it("many columns, per class", async () => {
    for (const tuning of [cuts.slices, wide["16 lanes"], {}]) {
      await compare(zbce(), binaryData(40 * 700, 9, 0.1), "zbce [40, 700]", { shape: [40, 700], tuning });
    }
  });
  it("256 lanes", async () => {
    const tuning = { workgroupSize: 256, smallBatch: 0, minElements: 1024, maxWorkgroups: 7 };
    await compare(zmse(), regressionData(20_001, 9), "zmse 20,001", { tuning });
  });
});

describe("options", () => {
  const n = 530;
  type Case = readonly [Reduction, weighted: boolean];
  const everyCase: Case[] = (["mean", "sum", "none"] as const).flatMap((reduction) => [
    [reduction, false],
    [reduction, true],
  ]);
  // Statistics end in the same moments and bounds, whatever is scored: these lead through every kernel.
  const leading = [
    zmse({ threshold: 1 }),
    zbce({ statistic: "loss", per: "class", ddof: 0 }),
    binaryCrossEntropy({ posWeight: 3 }),
    squaredError(),
  ];
  const others = [
    zmse({ statistic: "error", side: "upper", threshold: 1.2 }),
    zmse({ ddof: 0, eps: 0.5 }),
    zbce({ statistic: "probability", threshold: 1.3 }),
    zbce({ statistic: "loss", per: "batch" }),
    zbce({ per: "batch", side: "upper" }),
  ];
  const otherCases: Case[] = [
    ["mean", false],
    ["none", true],
  ];
  const label = (loss: Loss) => JSON.stringify(loss.toJSON());
  it.each([
    ...leading.map((loss) => [label(loss), loss, everyCase] as const),
    ...(thorough ? others : []).map((loss) => [label(loss), loss, otherCases] as const),
  ])("%s: reductions, weights, upstream", async (what, loss, cases) => {
    const data = loss.family === "regression" ? regressionData(n, 21) : binaryData(n, 21, 0.1);
    for (const [cut, tuning] of Object.entries(cuts)) {
      for (const [reduction, weighted] of cases) {
        const upstream = reduction === "none" ? weightsFor(n, 9) : 2.5;
        const inputs = { ...data, ...(weighted && { weights: weightsFor(n), upstream }) } as unknown as Inputs;
        await compare(loss, inputs, `${what} ${reduction} ${weighted} ${cut}`, { reduction, tuning });
      }
    }
  });

  it("given statistics take the place of the batch's own", async () => {
    for (const [cut, tuning] of Object.entries(cuts)) {
      const shape = [53, 10] as const;
      const groups = Array.from({ length: 20 }, (_, g) => ({
        column: g >> 1,
        class: g & 1,
        mean: g & 1 ? 1.5 : -1,
        standardDeviation: 1 + 0.1 * g,
      }));
      await compare(zbce(), { ...binaryData(n, 31), givenStatistics: groups }, `zbce given ${cut}`, { shape, tuning });
      const one = [{ column: 0, class: 0, mean: 0.3, standardDeviation: 0.8 }];
      await compare(zmse(), { ...regressionData(n, 31), givenStatistics: one }, `zmse given ${cut}`, { tuning });
      await compare(zmse(), { ...regressionData(n, 31), givenStatistics: one }, `zmse rows given ${cut}`, {
        shape,
        tuning,
      });
    }
  });

  it("fewer rows than the capacity", async () => {
    for (const tuning of Object.values(cuts)) {
      for (const rows of [0, 1, 100, 333]) {
        await compare(zmse(), regressionData(rows, 8), `zmse ${rows} of 1000`, { capacity: 1000, tuning });
        await compare(zbce(), binaryData(3 * rows, 8), `zbce ${rows} of 1000`, {
          shape: [rows, 3],
          capacity: 1000,
          tuning,
        });
        await compare(zmse(), regressionData(5 * rows, 8), `rows ${rows} of 1000`, {
          shape: [rows, 5],
          capacity: 1000,
          tuning: { ...tuning, maxBindingSize: 1 << 20 },
        });
      }
    }
  });
});

describe("samples that are not finite", () => {
  const n = 259;
  const spoil = (values: Float32Array) => {
    const spoiled = values.slice();
    for (const [i, x] of [
      [3, Number.NaN],
      [77, Number.POSITIVE_INFINITY],
      [200, Number.NEGATIVE_INFINITY],
    ] as const)
      spoiled[i] = x;
    return spoiled;
  };
  it.each(Object.entries(cuts))("omitted or propagated, %s", async (cut, tuning) => {
    const regression = regressionData(n, 41);
    const binary = binaryData(n, 41, 0.1);
    binary.labels[3] = 0; // a NaN under an ignored label would not count
    binary.labels[77] = 1;
    binary.labels[200] = 1;
    const spoiledTargets = { ...regression, targets: spoil(regression.targets) };
    const spoiledLogits = { ...binary, logits: spoil(binary.logits) };
    for (const nonFinite of ["omit", "propagate"] as const) {
      for (const reduction of exhaustive ? (["mean", "sum", "none"] as const) : (["mean", "none"] as const)) {
        const options = { nonFinite, reduction, tuning };
        const what = `${nonFinite} ${reduction} ${cut}`;
        await compare(zmse(), spoiledTargets, `zmse ${what}`, options);
        await compare(squaredError(), spoiledTargets, `mse ${what}`, options);
        await compare(zbce(), spoiledLogits, `zbce ${what}`, options);
        if (reduction === "sum") continue; // what is left out or spoiled is settled before sums are taken
        await compare(zmse(), spoiledTargets, `zmse rows ${what}`, { ...options, shape: [37, 7] });
        await compare(zbce(), spoiledLogits, `zbce columns ${what}`, { ...options, shape: [37, 7] });
        await compare(binaryCrossEntropy(), spoiledLogits, `bce ${what}`, options);
        const spoiledWeights = { ...regression, weights: spoil(weightsFor(n)) };
        await compare(zmse(), spoiledWeights, `weights ${what}`, options);
      }
    }
    const ignored = {
      logits: spoil(binary.logits),
      labels: binary.labels.map((t, i) => ([3, 77, 200].includes(i) ? -100 : t)),
    };
    await compare(zbce(), ignored, `ignored ${cut}`, { tuning });
  });
});
