// What the lab says about the two estimators of a z-mask, computed: where the median decides, and where neither can.
import { expect, test } from "vitest";
import { calls } from "../demo/data/calls.js";
import type { Dataset } from "../demo/data/dataset.js";
import { nameList } from "../demo/data/dataset.js";
import { stars } from "../demo/data/stars.js";
import { cpuEngine } from "../demo/lib/engine.js";
import { highLeverage } from "../demo/lib/line.js";
import { spread } from "../demo/lib/strips.js";
import { type Fit, train } from "../demo/lib/train.js";
import { createAgreement } from "../demo/panels/outliers/agreement.js";
import { compareEstimators, count, estimatorTable, pairs, startFinding } from "../demo/panels/outliers/estimators.js";
import { against, explain, freed } from "../demo/panels/outliers/explain.js";
import { statisticFinding } from "../demo/panels/outliers/findings.js";
import {
  compared,
  type estimators,
  fixedMasks,
  type MaskChoice,
  masked,
  type Setting,
  statistics,
} from "../demo/panels/outliers/settings.js";
import { cleanLine, type StartName, startLine, startTitles } from "../demo/panels/outliers/starts.js";
import { evaluate } from "../src/index.js";

const engine = cpuEngine("a test");
const starts = Object.keys(startTitles) as StartName[];
const choice = (changes: Partial<MaskChoice> = {}): MaskChoice => ({
  ...{ statistic: "error", threshold: 2, annealed: false },
  ...changes,
});

const fitFrom = (data: Dataset, settings: readonly Setting[], start: StartName = "leastSquares") =>
  train(engine, data, settings, startLine(data, start));

async function pairOf(data: Dataset, changes: Partial<MaskChoice> = {}, start: StartName = "leastSquares") {
  const [pair] = pairs(await fitFrom(data, compared(choice(changes)), start));
  return { ...pair, text: compareEstimators(data, pair, start) };
}

/** Fixed thresholds from every start. */
async function fromEveryStart(data: Dataset) {
  const fits = await Promise.all(starts.map((start) => fitFrom(data, fixedMasks, start)));
  return Object.fromEntries(starts.map((start, i) => [start, fits[i]])) as Record<StartName, Fit<Setting>[]>;
}
const everyStart = { calls: fromEveryStart(calls), stars: fromEveryStart(stars) };

test("calls: at the same threshold, the median finds the wrong years and moments keep five of six", async () => {
  const { moments, median, text } = await pairOf(calls);
  expect(nameList(calls.names, median.dropped)).toBe("1963-1970");
  expect(median.line.slope).toBeCloseTo(cleanLine(calls).slope, 6); // the clean line leaves out the same years
  expect(count(calls, moments.dropped)).toEqual({ found: 1, others: 0 });
  expect(moments.line.slope).toBeGreaterThan(4);
  expect(explain(calls, median)).toBe(
    "Masks all of the 6 wrong years and 1963, 1970. Close to the clean slope, 1.085.",
  );
  expect(text).toContain(
    "the mask by moments masks 1 of the 6 wrong years and ends at 3.8 times the clean slope; by median it masks all of the 6 wrong years and ends close to the clean slope.",
  );
  expect(text).toContain("Only the median frees the line");
  const sizes = calls.outliers.map((i) => Math.abs(median.outcome!.z![i]));
  expect(text).toContain(`${Math.min(...sizes).toFixed(0)} to ${Math.max(...sizes).toFixed(0)} by median.`);
});

test("calls: from every start, at every threshold of the tables, the median finds all wrong years", async () => {
  for (const fits of Object.values(await everyStart.calls)) {
    for (const { moments, median } of pairs(fits)) {
      expect(count(calls, median.dropped).found).toBe(6);
      expect(against(calls, median.line)).toBe("close");
      const { statistic, threshold } = moments.recipe;
      expect(freed(calls, moments.line)).toBe(statistic === "error" && threshold === 1);
    }
  }
});

test("stars: from least squares, no threshold of the slider frees the line by either estimator, and no other loss does", async () => {
  const thresholds = Array.from({ length: 26 }, (_, i) => Number((0.5 + i / 10).toFixed(1)));
  expect(thresholds[25]).toBe(3);
  const settings = thresholds.flatMap((threshold) =>
    statistics.flatMap((statistic) =>
      [false, true].flatMap((annealed) => compared({ statistic, threshold, annealed }).slice(3)),
    ),
  );
  const others = compared(choice()).slice(0, 3);
  expect(others.map(({ title }) => title)).toEqual(["MSE", "Huber", "Tukey"]);
  const fits = await fitFrom(stars, [...others, ...settings]);
  expect(fits.length).toBe(3 + 26 * 2 * 2 * 2);
  for (const { line } of fits) expect(freed(stars, line)).toBe(false);
});

test("stars: the sentences say that both fail, and why", async () => {
  const { moments, median, text } = await pairOf(stars);
  expect([moments, median].map(({ dropped }) => dropped)).toEqual([[], []]);
  expect(text).toMatch(/Neither frees the line: the giants have high leverage, .*It takes another start\.$/);
  expect(highLeverage(stars.x, stars.outliers)).toBe(true);
  expect(highLeverage(calls.x, calls.outliers)).toBe(false);
  const there = await pairOf(stars, {}, "flat");
  expect(there.text).toMatch(/It takes a lower threshold, or another start\.$/);
});

test("stars: from a horizontal line, both estimators get away at 1 on the signed error", async () => {
  const { moments, median, text } = await pairOf(stars, { threshold: 1 }, "flat");
  for (const { line } of [moments, median]) expect(freed(stars, line)).toBe(true);
  expect(count(stars, median.dropped).found).toBe(5);
  expect(text).toContain("Either estimator frees the line.");
  const higher = await pairOf(stars, { threshold: 1.5 }, "flat");
  expect(higher.text).toContain("Here mean and deviation free the line, and the median does not.");
});

test("stars: from the clean line, the median masks all giants, moments all but the one near the line", async () => {
  for (const { moments, median } of pairs((await everyStart.stars).clean)) {
    expect(count(stars, median.dropped).found).toBe(5);
    expect(stars.outliers.filter((i) => !moments.dropped.includes(i)).map((i) => stars.names[i])).toEqual(["7"]);
    expect(explain(stars, moments)).toContain("7 stays, near this line");
    for (const { line } of [moments, median]) expect(freed(stars, line)).toBe(true);
  }
});

test("calls: a threshold that is too low frees nothing, and the sentence counts what it masks", async () => {
  const { moments, median, text } = await pairOf(calls, { threshold: 0.5 });
  const [a, b] = [moments, median].map(({ dropped }) => count(calls, dropped).others);
  expect(text).toContain(
    `Neither frees the line; points masked beside the wrong years: ${a} by moments, ${b} by median.`,
  );
});

test("equal outliers hide from moments above 1/(1 + threshold²) of a batch, from the median up to half", () => {
  const maskedOf = (estimator: (typeof estimators)[number], threshold: number, outliers: number) => {
    const values = Array.from({ length: 100 }, (_, i) => (i < outliers ? 1000 : (i % 7) - 3));
    const loss = masked(estimator, choice({ threshold })).loss(0, 1);
    const { mask } = evaluate(loss, { predictions: values, targets: values.map(() => 0) });
    return [...mask!.subarray(0, outliers)].filter((kept) => kept === 0).length;
  };
  expect([19, 21].map((n) => maskedOf("moments", 2, n))).toEqual([19, 0]);
  expect([9, 11].map((n) => maskedOf("moments", 3, n))).toEqual([9, 0]);
  expect([48, 52].map((n) => maskedOf("moments", 1, n))).toEqual([48, 0]);
  for (const threshold of [1, 2, 3]) expect(maskedOf("median", threshold, 49)).toBe(49);
});

test("of the squared error, the median masks the upper side only, and moments both", async () => {
  for (const statistic of statistics) {
    const { moments, median } = await pairOf(stars, { statistic, threshold: 0.5 });
    const below = ({ dropped, outcome }: Fit) => dropped.filter((i) => outcome!.z![i] < 0).length;
    expect(below(moments)).toBeGreaterThan(0);
    expect(below(median) > 0).toBe(statistic === "error");
  }
});

test.each([calls, stars])("$id: the table has the numbers of the fits", async (data) => {
  const byStart = await everyStart[data.id as "calls" | "stars"];
  const { rows, remarks, columns } = estimatorTable(data, byStart);
  expect(rows.length).toBe(3 * 4);
  expect(columns.slice(1)).toEqual(["moments: slope", "masked", "verdict", "median: slope", "masked", "verdict"]);
  const all = starts.flatMap((start) => pairs(byStart[start]));
  rows.forEach(({ cells }, i) => {
    const { moments, median } = all[i];
    expect(cells[0]).toContain(`; ${moments.recipe.statistic}, ${moments.recipe.threshold}`);
    expect(median.recipe.statistic).toBe(moments.recipe.statistic);
    expect(median.recipe.threshold).toBe(moments.recipe.threshold);
    for (const [at, { line, dropped }] of [[1, moments] as const, [4, median] as const]) {
      const found = data.outliers.filter((o) => dropped.includes(o)).length;
      expect(cells[at]).toBe(line.slope.toFixed(3));
      expect(cells[at + 1]).toMatch(new RegExp(`^${found} \\+ ${dropped.length - found}( \\(unsettled\\))?$`));
      expect(cells[at + 2]).toBe(against(data, line));
    }
  });
  expect(remarks![1]).toBe(startFinding(data, byStart));
  const freedBy = (name: (typeof estimators)[number]) =>
    pairs(byStart.flat).filter((pair) => freed(data, pair[name].line)).length;
  expect(remarks![1]).toContain(
    `from a horizontal line at the median ${freedBy("moments")} of 4 by moments and ${freedBy("median")} by median`,
  );
  expect(statisticFinding(data, byStart.leastSquares, "median")).toContain("The statistic, by median: of the");
});

test("verdicts", () => {
  const slope = cleanLine(calls).slope;
  const of = (factor: number) => against(calls, { slope: factor * slope, intercept: 0 });
  expect([1.05, 1.3, 0.6, 1.6, 0.2, -1].map(of)).toEqual([
    "close",
    "30 % off",
    "40 % off",
    "1.6 times",
    "0.2 times",
    "wrong sign",
  ]);
});

test("agreement holds for the same lines and masks, and not for others", async () => {
  const fits = await fitFrom(calls, [masked("median", choice())]);
  const [one] = fits;
  const verdictOf = (changes: Partial<Fit<Setting>>, exact = one) => {
    const agreement = createAgreement();
    agreement.add([{ ...one, ...changes }], [exact]);
    return agreement.result();
  };
  expect(verdictOf({})).toEqual({
    holds: true,
    text: "The same training of 1 lines in float64 on the CPU has the same masks, and slopes and intercepts within 0.0e+0.",
  });
  expect(verdictOf({ line: { ...one.line, slope: one.line.slope + 1e-3 } }).holds).toBe(false);
  expect(verdictOf({ dropped: [] }).text).toContain("OTHER MASKS");
  // What alternates is stopped anywhere: the masks that it alternates between count.
  const cycle = { ...one, state: "unsettled" as const, recent: [[1], [1, 2]] };
  const there = { ...cycle, recent: [[1, 2], [1]], line: { slope: 0, intercept: 0 } };
  expect(verdictOf(cycle, there)).toMatchObject({ holds: true });
  expect(verdictOf(cycle, { ...there, recent: [[1], [3]] }).holds).toBe(false);
  expect(verdictOf(cycle).holds).toBe(false);
});

test("marks of scores do not cover each other while there is room", () => {
  const positions = Array.from({ length: 40 }, (_, i) => (i * 37) % 100);
  const heights = spread(positions);
  positions.forEach((x, i) => {
    for (let j = 0; j < i; j++)
      expect(Math.hypot(x - positions[j], heights[i] - heights[j])).toBeGreaterThanOrEqual(10);
  });
});
