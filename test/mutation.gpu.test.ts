// Tests of the tests: kernels that are broken on purpose must make a named check throw.
import { beforeAll, beforeEach, describe, expect, it, type TestContext, vi } from "vitest";
import {
  absoluteError,
  crossEntropy,
  evaluate,
  type Inputs,
  type Loss,
  type Options,
  sgce,
  squaredError,
  type Tuning,
  trimmed,
  zbce,
  zMasked,
  zmse,
} from "../src/index.js";
import { expectClose } from "./support/compare.js";
import { binaryData, classData, normal, random, regressionData, weightsFor } from "./support/data.js";
import { requestTestDevice, runtime, skip } from "./support/device.js";
import { selected } from "./support/median.js";
import { expectParity, maskOf } from "./support/parity.js";
import { runPlan } from "./support/plan.js";

type Change = readonly [find: string | RegExp, replacement: string];

/** The mutation that modules are composed with, and which of its changes found their text. */
const mutation = vi.hoisted(() => ({ changes: [] as Change[], applied: new Set<Change>() }));

// Mutations are written in terms of the shaders as they are read, not as they are shipped.
const readable = vi.hoisted(() => async () => (await import("./support/shaders.js")).readableShaders);
vi.mock("../src/shaders.generated.js", readable);
vi.mock("../src/rows/shaders.generated.js", readable);
vi.mock("../src/selection/shaders.generated.js", readable);
vi.mock("../src/shader.js", async (importOriginal) => {
  const original = await importOriginal<typeof import("../src/shader.js")>();
  return {
    ...original,
    composeModule: (...spec: Parameters<typeof original.composeModule>) =>
      mutation.changes.reduce(
        (code, change) => {
          const changed = code.replaceAll(change[0], change[1]);
          if (changed !== code) mutation.applied.add(change);
          return changed;
        },
        original.composeModule(...spec),
      ),
  };
});

let device: GPUDevice;
beforeAll(async () => {
  if (runtime === "dawn") device = (await requestTestDevice()).device;
});

beforeEach((context: TestContext) => {
  if (runtime !== "dawn") skip(context, "mutants of the kernels are tried on dawn");
});

// SwiftShader runs four lanes in lockstep: barriers matter beyond.
// One workgroup has all samples, in few dispatches.
const small = { workgroupSize: 16, smallBatch: 1e9 };
// Batches that are not small go the quick way where they can.
const quick = { workgroupSize: 16, smallBatch: 0, minElements: 1e9 };
const lane = { workgroupSize: 4, smallBatch: 1e9 };
type Cut = Options & { tuning: Partial<Tuning> };

/** Throws with a message that starts with `what`. */
async function parity(what: string, loss: Loss, inputs: Inputs, { tuning, ...options }: Cut, expectedOf = inputs) {
  const threshold = maskOf(loss)?.threshold ?? 2;
  expectParity(await runPlan(device, loss, inputs, { ...options, tuning }), evaluate(loss, expectedOf, options), what, {
    threshold,
  });
}

function spoiled(n: number, places: Record<number, number>, seed = 3): Inputs<"regression"> {
  const data = regressionData(n, seed);
  for (const [place, value] of Object.entries(places)) data.predictions[Number(place)] = value;
  return data;
}

const columns = { shape: [40, 16] as const, tuning: small };
/** Every look at the data is a dispatch of its own, and lanes have lists. */
const looks = { workgroupSize: 4, smallBatch: 0, minElements: 1000 };

/** About 0, or so close together that rounding counts. */
const centred = (n: number, next: () => number): number => (n % 4 ? normal(next) : 1 + next() ** 4);

/** Medians are float64's to the last bit. */
async function medians(
  what: string,
  sizes: readonly number[],
  tuning: Partial<Tuning>,
  make: (n: number, next: () => number, i: number) => number = centred,
) {
  const loss = zMasked(absoluteError(), { statistic: "error", estimator: "median" });
  for (const n of sizes) {
    const next = random(n);
    const predictions = Float32Array.from({ length: n }, (_, i) => make(n, next, i));
    const inputs = { predictions, targets: new Float32Array(n) };
    const { statistics } = await runPlan(device, loss, inputs, { planOutputs: ["statistics"], tuning });
    const [mean, deviation] = selected(predictions);
    if (statistics![0].mean !== mean || statistics![0].standardDeviation !== deviation) {
      throw new Error(`${what}: ${n}: got ${statistics![0].mean} and ${statistics![0].standardDeviation}`);
    }
  }
}

const checks: Record<string, (what: string) => Promise<void>> = {
  "a masked loss": (what) => parity(what, zmse(), regressionData(1501), { tuning: small }),
  "a weighted loss": (what) =>
    parity(what, zmse(), { ...regressionData(1501), weights: weightsFor(1501) }, { tuning: small }),
  "samples that are rows": (what) => parity(what, zmse(), regressionData(64 * 5), { shape: [64, 5], tuning: small }),
  "columns and classes": (what) => parity(what, zbce({ threshold: 1.5 }), binaryData(640), columns),
  "a NaN in one column": async (what) => {
    const data = binaryData(640);
    data.logits[13] = Number.NaN;
    await parity(what, zbce(), data, columns);
  },
  "a large mean": async (what) => {
    const next = random(9);
    const predictions = Float32Array.from({ length: 4000 }, () => 1e4 + normal(next));
    const inputs = { predictions, targets: new Float32Array(4000) };
    const loss = zmse({ statistic: "error" });
    const sd = (result: { statistics?: { standardDeviation: number }[] }) => result.statistics![0].standardDeviation;
    const got = await runPlan(device, loss, inputs, { tuning: small });
    expectClose(sd(got), sd(evaluate(loss, inputs)), { rtol: 1e-5, atol: 0 }, `${what}: standard deviation`);
  },
  "samples that are not finite": async (what) => {
    const inputs = spoiled(1501, { 5: Number.POSITIVE_INFINITY, 700: Number.NaN });
    await parity(`${what}, omitted`, zmse(), inputs, { nonFinite: "omit", tuning: small });
    await parity(`${what}, propagated`, zmse(), inputs, { tuning: small });
  },
  "a loss beyond float32": (what) =>
    // On the GPU an overflow counts as not finite; float64 has none, so it is told.
    parity(
      what,
      squaredError(),
      spoiled(1501, { 5: 1e30 }),
      { nonFinite: "omit", tuning: quick },
      spoiled(1501, { 5: Infinity }),
    ),
  "scores at the threshold": (what) => {
    const predictions = Float32Array.from({ length: 1501 }, (_, i) => (i % 5) - 2);
    const givenStatistics = [{ column: 0, class: 0, mean: 0, standardDeviation: 1 }];
    const inputs = { predictions, targets: new Float32Array(1501), givenStatistics };
    // Every score is exact here, so nothing is excused for being near the threshold.
    return runPlan(device, zmse({ statistic: "error", threshold: 2 }), inputs, { tuning: small }).then((got) =>
      expectClose(got.mask, new Uint8Array(1501).fill(1), { rtol: 0, atol: 0 }, `${what}: mask`),
    );
  },
  "few samples": (what) => parity(what, zmse(), regressionData(21), { tuning: small }),
  "an upper side": (what) =>
    parity(what, zmse({ statistic: "error", side: "upper", threshold: 1 }), regressionData(1501), { tuning: small }),
  "rows over classes": (what) =>
    parity(what, sgce({ q: 0.5 }), classData(12, 200), { shape: [12, 200], tuning: small }),
  "rows of one lane": (what) => parity(what, sgce({ q: 0.7 }), classData(8, 201, 5), { shape: [8, 201], tuning: lane }),
  "rows that lanes share": (what) =>
    parity(what, sgce({ q: 0.7 }), classData(3, 1201, 4), { shape: [3, 1201], tuning: lane }),
  "rows with a tie": (what) => {
    const data = classData(4, 20);
    for (let i = 0; i < 4; i++) data.logits[20 * i + 2] = data.logits[20 * i + 9] = 8;
    return parity(what, crossEntropy(), data, { shape: [4, 20], tuning: small });
  },
  "rows that are not finite": async (what) => {
    const data = classData(30, 20, 7);
    data.logits[41] = Number.NaN;
    const omitted = { shape: [30, 20] as const, nonFinite: "omit" as const };
    await parity(`${what}, omitted`, crossEntropy(), data, { ...omitted, tuning: small });
    await parity(`${what}, of several slices`, crossEntropy(), data, {
      ...omitted,
      tuning: { ...small, smallBatch: 0 },
    });
  },
  "rows under a mask": (what) =>
    parity(what, zMasked(crossEntropy(), { threshold: 1.5 }), classData(60, 20), { shape: [60, 20], tuning: small }),
  "rows under a mask per class": (what) =>
    parity(what, zMasked(crossEntropy(), { threshold: 1.2, per: "class" }), classData(60, 3), {
      shape: [60, 3],
      tuning: small,
    }),
  medians: (what) =>
    medians(
      what,
      Array.from({ length: 40 }, (_, i) => 1 + i),
      small,
    ),
  "medians of many": (what) => medians(what, [5000, 5002, 5004, 5006], looks),
  // Of every sixteen quads a guess sees the first.
  "medians that are guessed wrong": (what) =>
    medians(what, [5000, 5002], looks, (n, next, i) => centred(n, next) + (Math.floor(i / 4) % 16 === 0 ? 100 : 0)),
  "equal losses, some of which leave": async (what) => {
    const values = Float32Array.from({ length: 700 }, (_, i) => i % 7);
    const loss = trimmed(absoluteError(), { fraction: 0.29 });
    const inputs = { predictions: values, targets: new Float32Array(700) };
    const { mask } = await runPlan(device, loss, inputs, { planOutputs: ["mask"], tuning: small });
    const expected = evaluate(loss, inputs).mask!;
    const wrong = expected.filter((kept, i) => kept !== mask![i]).length;
    if (wrong > 0) throw new Error(`${what}: ${wrong} masks differ`);
  },
  "an eps": (what) => parity(what, zmse({ eps: 3 }), regressionData(1501), { tuning: small }),
};

/** Every sum of squares is about 0, as in the textbook formula, which cancels. */
const textbookVariance: Change[] = [
  [/ - select\(vec4f\(pivots\.x\)[^;]+;/g, ";"],
  ["moments_about(pivots.x,", "moments_about(0.0,"],
  ["moments.values.y > 0.1 * squares", "true"],
];

/**
 * The barrier of the reduction that stands before this text. Lost storage barriers cannot be seen on SwiftShader,
 * which also waits at barriers in branches that nobody takes.
 */
const noBarrier = (next: string): Change[] => [
  [new RegExp(`workgroupBarrier\\(\\);(?=(?:\\s*//.*)?\\s*${next})`, "g"), ""],
];
/** The statistics of every run of quads are taken the careful way. */
const noQuickWay: Change = [/(fn quick_moments\([^{]*\{)/g, "$1 return Moments(Item(), Item());"];

const mutants: [name: string, check: string, changes: Change[]][] = [
  ["no barrier between the levels", "a masked loss", noBarrier("span >>= 1u")],
  ["no barrier after the tree", "a masked loss", noBarrier("return result")],
  ["a slope of the wrong sign", "a masked loss", [["2.0 * r)", "-2.0 * r)"]]],
  ["variance as sum of squares minus square of sum", "a large mean", textbookVariance],
  ["the same on the careful way", "a large mean", [noQuickWay, ["let pivot = moments.values.x;", "let pivot = 0.0;"]]],
  [
    "shards merged without the distance of their means",
    "a masked loss",
    [[/\+ scaled \* scaled \* f32\(a\.counts\.x\) \* share/g, ""]],
  ],
  [
    "NaN by comparing floats",
    "samples that are not finite",
    [["(bits & vec4u(0x7f800000u)) == vec4u(0x7f800000u)", "bitcast<vec4f>(bits) != bitcast<vec4f>(bits)"]],
  ],
  ["NaN that is not propagated", "samples that are not finite", [["quad.broken & vec4<bool>(!OMITS)", "vec4<bool>()"]]],
  [
    "a mask that multiplies",
    "a loss beyond float32",
    [["bitcast<vec4u>(loss) & keep", "bitcast<vec4u>(loss * select(vec4f(), vec4f(1.0), keep != vec4u()))"]],
  ],
  ["a threshold that is not kept itself", "scores at the threshold", [["z <= vec4f(bounds.y)", "z < vec4f(bounds.y)"]]],
  [
    "a sum without weights",
    "a weighted loss",
    [["bitcast<vec4u>(loss) & keep", "bitcast<vec4u>(quad.losses.loss) & keep"]],
  ],
  ["odd samples that nobody sees", "a loss beyond float32", [[/fn is_odd\([^{]*\{/g, "$& return false;"]]],
  [
    "weights that are all 1",
    "a weighted loss",
    [[/(fn read_weights\([^{]*\{)[^}]*\}/g, "$1 return vec4u(0x3f800000u); }"]],
  ],
  ["no ddof", "few samples", [["f32(moments.counts.x) - settings.ddof", "f32(moments.counts.x)"]]],
  ["no eps", "an eps", [["deviation + settings.eps", "deviation"]]],
  ["both sides always", "an upper side", [["vec4f(bounds.x)", "vec4f(-bounds.y)"]]],
  ["a quad beyond the last row", "a masked loss", [["start + vec4u(0u, 1u, 2u, 3u) < vec4u(end)", "vec4<bool>(true)"]]],
  ["a top class among the others", "rows over classes", [["there & !tops", "there"]]],
  ["ties that do not count", "rows with a tie", [["whole.x + (whole.y - 1.0)", "whole.x"]]],
  [
    "a label like the others",
    "rows over classes",
    [[/fn write_gradient_word\([^}]*\}/g, "fn write_gradient_word(at: u32, bits: u32) {}"]],
  ],
  ["a root that is not squared", "rows over classes", [["root * root", "root"]]],
  ["powers of absent classes", "rows over classes", [[" - select(count, 0.0, WAY == ANY)", ""]]],
  ["powers of a part of the exponent", "rows of one lane", [["y *= y + 2.0;", ""]]],
  [
    "sums that stay with the old top",
    "rows of one lane",
    [["((*state).rest + (*state).own) * exp(at_least(factor * d, LEAST))", "(*state).rest + (*state).own"]],
  ],
  ["lanes that keep to themselves", "rows that lanes share", [["[lane ^ span]", "[lane]"]]],
  [
    "lanes merged without their distance",
    "rows that lanes share",
    [["(lower + 1.0) * exp(at_least(factor * d, LEAST))", "(lower + 1.0)"]],
  ],
  ["no barrier between lanes", "rows over classes", noBarrier("return shared_rows")],
  ["a broken row that keeps its gradient", "rows that are not finite", [["seal.keeps && !broken", "seal.keeps"]]],
  ["a scale that nobody repairs", "rows that are not finite", [["1e-6 * abs(presumed)", "1e6 * abs(presumed)"]]],
  [
    "ignored rows that count",
    "rows over classes",
    [["!ignored && label < settings.width", "label < settings.width || ignored"]],
  ],
  [
    "rows that are kept whatever their score",
    "rows under a mask",
    [["(samples[turn.row].state & KEPT) != 0u", "true"]],
  ],
  [
    "scores of another class",
    "rows under a mask per class",
    [["statistics_slot(members - 1u)", "statistics_slot(0u)"]],
  ],
  ["the wrong one of the two in the middle", "medians", [["(max(count, 1u) - 1u) / 2u", "max(count, 1u) / 2u"]]],
  ["one in the middle for two", "medians", [["select(lower, next, count % 2u == 0u)", "lower"]]],
  [
    "a next key that is never above",
    "medians",
    [["select(base + next, ~word_of(group, ABOVE), next == BINS)", "base + next"]],
  ],
  [
    "negative numbers in reverse",
    "medians",
    [["plain | vec4u(0x80000000u), ~plain", "plain | vec4u(0x80000000u), plain"]],
  ],
  ["a deviation that is rounded twice", "medians", [["product + (lost + distance * rest)", "product"]]],
  ["a centre without its rest", "medians", [["away.rest - center.rest", "away.rest"]]],
  ["distances without their rests", "medians", [["middle.y + 0.5 * rests", "middle.y"]]],
  ["bins that are not cleared", "medians", [[/clear_bin\(group, bin\);/g, ""]]],
  [
    "no barrier before bins are compared",
    "medians",
    [[/storageBarrier\(\);\s*workgroupBarrier\(\);[^\n]*\n(?=\s*pass_finalize_digit)/g, ""]],
  ],
  ["no barrier before lanes are compared", "medians", noBarrier("var before")],
  ["a key too many below the range", "medians of many", [["dot(lesser, vec4u(1u))", "dot(lesser, vec4u(1u)) + 1u"]]],
  [
    "half of the keys in question that are not listed",
    "medians of many",
    [["vec4u(ends.last - ends.first)", "vec4u((ends.last - ends.first) / 2u)"]],
  ],
  [
    "a guess that nobody doubts",
    "medians that are guessed wrong",
    [["guessed && (rank >= all || rank + 1u >= all)", "false"]],
  ],
  ["a tie too many", "equal losses, some of which leave", [["places_at(row) > vec4u", "places_at(row) >= vec4u"]]],
  ["ties that all stay", "equal losses, some of which leave", [["chosen.y + 1u == chosen.z));", "true));"]]],
  ["a fraction of half the digits", "equal losses, some of which leave", [["bit < 48u", "bit < 47u"]]],
  ["a gradient without its scale", "columns and classes", [[" * ratio", ""]]],
  [
    "a scale that is right because it was expected",
    "columns and classes",
    [["conclusion.scale == expected_scale()", "true"]],
  ],
  ["the same of residuals", "a masked loss", [["pull *= conclusion.scale;", ""]]],
  [
    "residuals of broken samples that look whole",
    "samples that are not finite",
    [["or_nan(bitcast<vec4u>(quad.losses.x), quad.broken)", "bitcast<vec4u>(quad.losses.x)"]],
  ],
  ["a mean over all samples", "a masked loss", [["1.0 / weight, 0.0, empty", "1.0 / f32(settings.rows), 0.0, empty"]]],
];

describe("the kernels as they are pass", () => {
  it.each(Object.entries(checks))("%s", async (what, check) => {
    await check(what);
  });
});

describe("a mutant is caught", () => {
  it.each(mutants)("%s", async (_, what, changes) => {
    mutation.changes = changes;
    mutation.applied.clear();
    const outcome = await checks[what](what).then(
      () => "nothing: the mutant survived",
      (error: Error) => error.message,
    );
    mutation.changes = [];
    for (const change of changes) expect(mutation.applied, `the kernels no longer hold ${change[0]}`).toContain(change);
    // Not any error: a mutant that does not compile would throw, too.
    expect(outcome.startsWith(what), outcome).toBe(true);
  });
});
