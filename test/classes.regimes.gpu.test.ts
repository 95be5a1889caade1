// Class losses on the GPU against float64 on the same float32 inputs: every way to cut rows, with every option that kernels differ in.
import { describe, expect, it } from "vitest";
import {
  type ClassLoss,
  crossEntropy,
  epsilonSoftmaxCrossEntropy,
  evaluate,
  focal,
  type Loss,
  normalized,
  sgce,
  smoothed,
  symmetrized,
  type Tuning,
  weightedSum,
  zMasked,
} from "../src/index.js";
import { subgroupOf } from "../src/subgroups.js";
import { classComparer, labelRows } from "./support/classes.js";
import { expectEqual } from "./support/compare.js";
import { classData, normal, random, weightsFor } from "./support/data.js";
import { exhaustive, requestTestDevice, skip, thoroughIn } from "./support/device.js";
import { named } from "./support/losses.js";
import { expectParity } from "./support/parity.js";
import { runPlan } from "./support/plan.js";

const { device } = await requestTestDevice();
const thorough = thoroughIn("classes.regimes");

const compare = classComparer(device);

/** The quick way and the general way. Kernels differ by these and by the regime; what else a loss has is the same function in all. */
const ways: readonly ClassLoss[] = [
  sgce({ q: 0.5 }),
  weightedSum([
    [1, normalized(crossEntropy())],
    [2, smoothed(focal())],
  ]),
];
/** The quick way without a power, and with transformed probabilities. */
const variants: readonly ClassLoss[] = [crossEntropy(), symmetrized(epsilonSoftmaxCrossEntropy({ m: 10 }))];

const tunings: Partial<Tuning>[] = [
  { workgroupSize: 1, smallBatch: 0 },
  { workgroupSize: 4, smallBatch: 0, minElements: 64 },
  { workgroupSize: 32, smallBatch: 0, minElements: 64, maxWorkgroups: 3 },
  { workgroupSize: 128, smallBatch: 0, minElements: 512 },
  { workgroupSize: 64, smallBatch: 1e6 },
];

async function compareShortAndLongRows(loss: ClassLoss, tuning: Partial<Tuning>, what: string) {
  for (const classes of [2, 10, 64, 257]) {
    const rows = classes > 200 ? 9 : 150;
    const { logits, labels } = classData(rows, classes, classes);
    const inputs = { logits, labels, weights: weightsFor(rows) };
    await compare(loss, inputs, { shape: [rows, classes], tuning }, `${what}, ${classes} classes`);
  }
}

describe.each(named(thorough ? variants : []))("row regimes, variants: %s", (_, loss) => {
  it("a few lanes", () => compareShortAndLongRows(loss, tunings[1], "a few lanes"));
});

describe.each(named(ways))("row regimes: %s", (_, loss) => {
  // Lanes exchange alike in both ways: the quick one takes every tuning and statistic.
  const whole = exhaustive || loss === ways[0];

  it.each(
    (whole && thorough ? tunings : tunings.slice(1, 3)).map((tuning) => [JSON.stringify(tuning), tuning] as const),
  )("%s", (what, tuning) => compareShortAndLongRows(loss, tuning, what));

  it("few long rows", async () => {
    for (const [rows, classes] of [
      [1, 50257],
      [2, 20000],
    ] as const) {
      const { logits, labels } = classData(rows, classes, 5, 0);
      await compare(loss, { logits, labels }, { shape: [rows, classes] }, `${rows} x ${classes}`);
    }
  });

  it("bindings that hold a part of the rows", async () => {
    const [rows, classes] = [300, 10];
    const { logits, labels } = classData(rows, classes);
    const tuning = { maxBindingSize: 64 * classes * 4, smallBatch: 0 };
    for (const masked of [loss, zMasked(loss, { threshold: 1.5 }), zMasked(loss, { threshold: 1.5, per: "class" })]) {
      await compare(masked as Loss, { logits, labels }, { shape: [rows, classes], tuning }, masked.name);
    }
  });

  it.each(thorough ? (["mean", "sum", "none"] as const) : (["mean", "none"] as const))(
    "weights, class weights, upstream: %s",
    async (reduction) => {
      const [rows, classes] = [90, 5];
      const { logits, labels } = classData(rows, classes);
      const next = random(4);
      const inputs = {
        logits,
        labels,
        weights: weightsFor(rows),
        classWeights: Float32Array.from({ length: classes }, () => 0.5 + next()),
        upstream: reduction === "none" ? Float32Array.from({ length: rows }, () => normal(next)) : 0.7,
      };
      for (const smallBatch of [0, 1e5]) {
        const options = { shape: [rows, classes] as const, reduction, tuning: { smallBatch } };
        await compare(loss, inputs, options, reduction);
        await compare(zMasked(loss, { threshold: 1.5 }), inputs, options, `masked, ${reduction}`);
        const soft = { ...inputs, labels: labelRows(rows, classes) };
        await compare(loss, soft, options, `rows of probabilities, ${reduction}`);
      }
    },
  );

  it.each(whole ? (["loss", "logit", "probability"] as const) : (["loss"] as const))(
    "masks that score the %s",
    async (statistic) => {
      const [rows, classes] = [130, 6];
      const { logits, labels } = classData(rows, classes);
      for (const per of ["batch", "class"] as const) {
        for (const smallBatch of [0, 1e5]) {
          const masked = zMasked(loss, { statistic, per, threshold: 1.5 });
          await compare(
            masked,
            { logits, labels },
            { shape: [rows, classes], tuning: { smallBatch } },
            `${statistic}, ${per}`,
          );
        }
      }
    },
  );

  it("rows that are not finite", async () => {
    const [rows, classes] = [60, 4];
    const { logits, labels } = classData(rows, classes);
    logits[5 * classes + 1] = NaN;
    logits[20 * classes] = Infinity;
    logits[33 * classes + 3] = -Infinity;
    labels[7] = -100;
    logits[7 * classes] = NaN;
    for (const reduction of whole ? (["mean", "sum", "none"] as const) : (["mean", "none"] as const)) {
      for (const nonFinite of ["propagate", "omit"] as const) {
        for (const smallBatch of reduction === "mean" ? [0, 1e5] : [0]) {
          const options = { shape: [rows, classes] as const, reduction, nonFinite, tuning: { smallBatch } };
          const what = `${reduction}, ${nonFinite}, ${smallBatch}`;
          await compare(loss, { logits, labels }, options, what);
          if (reduction === "sum") continue; // under a mask, of the same kernels as "none" but for the last
          await compare(zMasked(loss, { threshold: 2 }), { logits, labels }, options, `masked, ${what}`);
        }
      }
    }
  });
});

describe("lanes that exchange as subgroups", () => {
  it.for(named(ways))("%s", async ([, loss], context) => {
    const { adapter } = await requestTestDevice();
    if (!adapter.features.has("subgroups")) skip(context, "the adapter has no subgroups");
    const { device: faster } = await requestTestDevice(["subgroups"]);
    expect(await subgroupOf(faster)).toBe(faster.adapterInfo.subgroupMinSize);
    expect(subgroupOf(device)).toBe(1);
    for (const classes of [10, 1200]) {
      for (const workgroupSize of [4, 64]) {
        const shape = [3, classes] as const;
        const options = { shape, tuning: { workgroupSize, smallBatch: 0 } };
        const data = classData(3, classes, classes);
        const what = `${classes} classes, ${workgroupSize} lanes`;
        const got = await runPlan(faster, loss, data, options);
        expectParity(got, evaluate(loss, data, { shape }), what, { rtol: 1e-4 });
        const through = await runPlan(device, loss, data, options);
        expectEqual(got.gradient, through.gradient!, `${what}: the bits that shared memory gives`);
      }
    }
  });
});

describe.each(named(ways))("in place: %s", (_, loss) => {
  it.each(thorough ? (["mean", "none"] as const) : (["mean"] as const))("%s", async (reduction) => {
    for (const [rows, classes] of [
      [40, 6],
      [9, 300],
    ] as const) {
      const data = { ...classData(rows, classes), weights: weightsFor(rows) };
      const losses = [loss, zMasked(loss, { threshold: 1.5 }), zMasked(loss, { threshold: 1.5, per: "class" })];
      if (!exhaustive && reduction === "none" && classes > 100) continue; // what differs is the factor of a row
      for (const one of classes > 100 ? losses.slice(0, 2) : losses) {
        // Lanes that share a row, whose logits each of them overwrites; 32 in both regimes, so that kernels are compiled once.
        for (const tuning of [
          { workgroupSize: 32, smallBatch: 0 },
          { workgroupSize: 32, smallBatch: 1e6 },
        ]) {
          const options = { shape: [rows, classes] as const, reduction, tuning, inPlace: true };
          await compare(one as Loss, data, options, `${one.name}, ${rows} x ${classes}`);
        }
      }
    }
  });
});
