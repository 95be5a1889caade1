// Random masks against float64: estimators, statistics, groups, shapes, options and data that nobody would think of.
// A failure names its seed: MASK_SEEDS=17 runs that case alone, MASK_CASES=1000 many.
import { describe, it } from "vitest";
import {
  absoluteError,
  binaryCrossEntropy,
  crossEntropy,
  evaluate,
  generalizedCrossEntropy,
  huber,
  type Inputs,
  type Loss,
  laiMse,
  type Options,
  run,
  squaredError,
  type Tuning,
  trimmed,
  type ZMaskOptions,
  zMasked,
} from "../src/index.js";
import { familyData, normal, type Random, random, weightsFor } from "./support/data.js";
import { requestTestDevice, runtime } from "./support/device.js";
import { choicesOf, seedsOf } from "./support/fuzz.js";
import { expectParity, maskOf } from "./support/parity.js";
import { runPlan } from "./support/plan.js";
import { expectTrimmed } from "./support/uncertainty.js";

const { device } = await requestTestDevice();
const seeds = seedsOf("MASK", runtime === "dawn" ? 16 : 6);

interface Problem {
  readonly loss: Loss;
  readonly inputs: Inputs;
  readonly options: Options & { tuning: Partial<Tuning> };
}

function problemOf(seed: number): Problem {
  const next: Random = random(7919 * seed);
  const { pick, chance } = choicesOf(next);

  const family = pick("regression", "regression", "binary", "class", "lai");
  const rows = pick(1, 2, 7, 33, 200, 1001, 4100, 9001);
  const columns = family === "class" ? pick(2, 3, 10) : family === "lai" ? 1 : pick(1, 1, 1, 3, 8);
  const shape = [rows, columns] as const;
  const estimator = pick("moments", "median", "median", "trimmed", "trimmed");
  const granularity = family === "class" || family === "lai" ? undefined : pick("sample", "element");
  const per =
    granularity === "sample" || family === "regression" || family === "lai" ? "batch" : pick("batch", "class");
  const statistics = {
    regression: ["loss", "error"],
    lai: ["loss", "error"],
    binary: ["loss", "logit", "probability"],
    class: ["loss", "logit", "probability"],
  } as const;
  const mask: ZMaskOptions = {
    threshold: pick(0.5, 1, 2, 3),
    statistic: pick(...statistics[family]),
    side: pick("both", "upper"),
    ddof: pick(0, 1),
    eps: chance(0.2) ? 0.05 : 0,
    per,
    ...(granularity && { granularity }),
  };
  const base = {
    regression: () => pick(squaredError(), absoluteError(), huber()),
    lai: () => laiMse({ lambda: 0.5 }),
    binary: () => binaryCrossEntropy(),
    class: () => pick(crossEntropy(), generalizedCrossEntropy()),
  }[family]() as ReturnType<typeof squaredError>;
  const loss =
    estimator === "trimmed"
      ? trimmed(base, { fraction: pick(0, 0.1, 0.29, 0.5, 0.9), ...(granularity && { granularity }) })
      : zMasked(base, { ...mask, estimator });

  const elements = family === "class" || family === "lai" ? rows : rows * columns;
  const samples = granularity === "element" || columns === 1 || family === "class" ? elements : rows;
  const ignored = chance(0.3) ? 0.2 : 0;
  const data = familyData(family, rows, columns, seed, ignored);
  const first = "logits" in data ? data.logits : data.predictions;
  // Equal values, a far one, and broken ones.
  if (chance(0.4)) first.set(first.map((x) => Math.round(x)));
  if (chance(0.3)) first[Math.floor(next() * first.length)] *= 1e3;
  const broken = chance(0.25);
  if (broken) for (let k = 0; k < 3; k++) first[Math.floor(next() * first.length)] = pick(NaN, Infinity, -Infinity);
  const slopes = family === "lai" && { slopes: Float32Array.from({ length: rows }, () => normal(next)) };
  const reduction = pick("mean", "mean", "sum", "none");
  const inputs = {
    ...data,
    ...slopes,
    ...(chance(0.3) && { weights: weightsFor(samples) }),
    ...(chance(0.2) && { upstream: reduction === "none" ? weightsFor(samples, 5) : 2.5 }),
  } as Inputs;
  const options = {
    shape,
    reduction,
    nonFinite: pick("omit", "omit", "propagate"),
    tuning: pick({}, { smallBatch: 0, minElements: 500 }, { workgroupSize: 32, smallBatch: 100, minElements: 1000 }),
  } as const;
  return { loss, inputs, options };
}

describe(`${seeds.length} random masks`, () => {
  it.each(seeds)("seed %i", async (seed) => {
    const { loss, inputs, options } = problemOf(seed);
    const { tuning, ...own } = options;
    const what = `seed ${seed}: ${JSON.stringify(loss)} ${JSON.stringify(options)}`;
    const expected = evaluate(loss, inputs, own);
    // Plans of the tests' own bind no slopes.
    const got =
      "slopes" in inputs ? await run(device, loss, inputs, own) : await runPlan(device, loss, inputs, options);
    const mask = maskOf(loss)!;
    const scored = Math.max(0, ...expected.perSample!.filter(Number.isFinite).map(Math.abs));
    if (mask.estimator === "trimmed" && Number.isFinite(got.loss as number)) expectTrimmed(got, expected);
    expectParity(got, expected, what, { rtol: 2e-4, threshold: mask.threshold, scored });
  });
});
