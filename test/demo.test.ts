// The lab's data and training, on the CPU: known fits are reached, and what does not settle is said.
import { expect, test } from "vitest";
import { calls } from "../demo/data/calls.js";
import { cleanPoints, nameList } from "../demo/data/dataset.js";
import { stars } from "../demo/data/stars.js";
import { cpuEngine } from "../demo/lib/engine.js";
import { placeLabels } from "../demo/lib/labels.js";
import { leastSquares, leverages, median, robustScale, standardize } from "../demo/lib/line.js";
import { train } from "../demo/lib/train.js";
import { explain } from "../demo/panels/outliers/explain.js";
import { report } from "../demo/panels/outliers/report.js";
import { compared, everySetting, masked } from "../demo/panels/outliers/settings.js";
import { startLine } from "../demo/panels/outliers/starts.js";

const engine = cpuEngine("a test");
const datasets = [calls, stars];
const atTwo = { statistic: "error", threshold: 2, annealed: false } as const;

async function fitOne(
  data: typeof calls,
  setting: (typeof everySetting)[number],
  start = startLine(data, "leastSquares"),
) {
  const [result] = await train(engine, data, [setting], start);
  return result;
}

test("the tables have the published sizes, and least squares the published lines", () => {
  expect([calls.x.length, calls.y.length, stars.x.length, stars.y.length]).toEqual([24, 24, 47, 47]);
  expect(calls.outliers.map((i) => calls.y[i])).toEqual([119, 124, 142, 159, 182, 212]);
  expect(stars.outliers.map((i) => stars.x[i])).toEqual([3.84, 3.49, 3.49, 3.48, 3.49]);
  const phones = leastSquares(calls.x, calls.y);
  expect(phones.slope).toBeCloseTo(5.041, 3);
  expect(phones.intercept).toBeCloseTo(-260.059, 3);
  const cluster = leastSquares(stars.x, stars.y);
  expect(cluster.slope).toBeCloseTo(-0.413, 3);
  expect(cluster.intercept).toBeCloseTo(6.793, 3);
});

test("least squares leaves out what it is told to, and its residuals are orthogonal to x", () => {
  const keep = cleanPoints(calls);
  const { slope, intercept } = leastSquares(calls.x, calls.y, keep);
  const residuals = calls.x.map((x, i) => (keep[i] ? intercept + slope * x - calls.y[i] : 0));
  expect(residuals.reduce((sum, r) => sum + r, 0)).toBeCloseTo(0, 9);
  expect(residuals.reduce((sum, r, i) => sum + r * calls.x[i], 0)).toBeCloseTo(0, 7);
  expect(slope).toBeCloseTo(1.085, 3);
});

test("median, robust scale, leverages, names", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(robustScale([1, 2, 3, 4, 1000])).toBeCloseTo(1.4826, 9); // one wild value does not matter
  expect(leverages(stars.x).reduce((sum, h) => sum + h, 0)).toBeCloseTo(2, 9); // the number of parameters
  expect(nameList(["a", "b", "c", "d", "e"], [0, 2, 3, 4])).toBe("a, c-e");
});

test("labels cover neither each other nor marks, and stay within the frame", () => {
  const frame = { x: 72, y: 16, width: 552, height: 348 };
  // The wrong years: neighbours that once lay on each other in narrow windows.
  const years = [1964, 1965, 1966, 1967, 1968, 1969];
  const heights = [119, 124, 142, 159, 182, 212];
  const marks = years.map((year, i) => ({ at: [380 + 23 * i, 350 - 1.4 * heights[i]] as const, text: String(year) }));
  const places = placeLabels(marks, frame);
  expect(places.map((place) => place?.anchor)).toEqual(["end", "start", "start", "start", "start", "start"]);
  const [corner] = placeLabels([{ at: [620, 40], text: "1973" }], frame);
  expect(corner?.anchor).toBe("end");
  const crowd = Array.from({ length: 30 }, (_, i) => ({
    at: [300 + (i % 6), 200 + Math.floor(i / 6)] as const,
    text: "1",
  }));
  expect(placeLabels(crowd, frame).filter((place) => place === undefined).length).toBeGreaterThan(20);
});

test("standardized coordinates are left and entered without loss", () => {
  const { x, inward, outward } = standardize(calls.x, calls.y);
  expect(x.reduce((sum, v) => sum + v * v, 0)).toBeCloseTo(24, 9);
  const there = outward(inward({ slope: 1.5, intercept: -70 }));
  expect(there.slope).toBeCloseTo(1.5, 9);
  expect(there.intercept).toBeCloseTo(-70, 9);
});

test.each(datasets)("$id: MSE reaches the closed form from a flat line", async (data) => {
  const [mse] = everySetting;
  const { line, state } = await fitOne(data, mse, startLine(data, "flat"));
  const exact = leastSquares(data.x, data.y);
  expect(state).toBe("settled");
  expect(Math.abs(line.slope - exact.slope)).toBeLessThan(1e-6);
  expect(Math.abs(line.intercept - exact.intercept)).toBeLessThan(1e-6);
});

test.each(datasets)("$id: a settled z-mask ends at least squares on the points that it keeps", async (data) => {
  const settings = everySetting.filter(({ estimator }) => estimator !== undefined);
  const fits = await train(engine, data, settings, startLine(data, "leastSquares"));
  for (const { line, dropped, state } of fits) {
    const exact = leastSquares(
      data.x,
      data.y,
      data.x.map((_, i) => !dropped.includes(i)),
    );
    expect(state).toBe("settled");
    expect(Math.abs(line.slope - exact.slope)).toBeLessThan(1e-6);
    expect(Math.abs(line.intercept - exact.intercept)).toBeLessThan(1e-6);
  }
});

test("calls: Tukey leaves out the wrong years, a threshold of 2 does not, the signed error at 1 does", async () => {
  const [mse, , tukey, moments] = await train(
    engine,
    calls,
    compared({ ...atTwo, statistic: "loss" }),
    startLine(calls, "leastSquares"),
  );
  expect(tukey.line.slope).toBeCloseTo(1.099, 3);
  expect(nameList(calls.names, tukey.dropped)).toBe("1964-1970");
  expect(nameList(calls.names, moments.dropped)).toBe("1968, 1969");
  expect(explain(calls, moments)).toContain(
    "Masking effect: the 6 wrong years are 25 % of the batch, above 1/(1+2²) = 20 %",
  );
  expect(explain(calls, mse)).toContain("4.6 times the clean slope, 1.085");

  const atOne = await fitOne(calls, masked("moments", { ...atTwo, threshold: 1 }));
  expect(nameList(calls.names, atOne.dropped)).toBe("1964-1969");
  expect(explain(calls, atOne)).toContain("Masks all of the 6 wrong years.");
});

test("stars: from least squares no mask leaves the giants, from the clean line it stays there", async () => {
  const setting = masked("moments", { ...atTwo, statistic: "loss" });
  const there = await fitOne(stars, setting);
  expect(there.line.slope).toBeLessThan(0);
  expect(explain(stars, there)).toContain("All giants stay: high leverage");
  const clean = await fitOne(stars, setting, startLine(stars, "clean"));
  expect(nameList(stars.names, clean.dropped)).toBe("11, 20, 30, 34");
  expect(clean.line.slope).toBeCloseTo(2.047, 3);
});

test("the report has three tables per data set, and every row of the long ones its sentence", async () => {
  const { tables, agreement } = await report(engine, datasets);
  expect(tables.map(({ rows }) => rows.length)).toEqual([12, 15, 2, 12, 15, 10]);
  for (const { rows, columns } of tables) for (const { cells } of rows) expect(cells.length).toBe(columns.length);
  for (const { rows } of tables.filter(({ folded }) => folded)) {
    for (const { note } of rows) expect(note).toMatch(/clean slope, -?\d/);
  }
  expect(agreement).toBeUndefined(); // nothing to compare with on the CPU
});

test("a mask that comes and goes with the line is reported, not hidden", async () => {
  const result = await fitOne(stars, masked("moments", { statistic: "loss", threshold: 0.8, annealed: true }));
  expect(result.state).toBe("unsettled");
  expect(result.recent.length).toBeGreaterThan(1);
  expect(explain(stars, result)).toMatch(/^Does not settle: alternates between 2 masks; \d+/);
});
