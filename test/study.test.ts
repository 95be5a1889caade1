// The study without its trainings: data, scores, rows, and what is said about differences.
import { describe, expect, test } from "vitest";
import * as library from "../src/index.js";
import { casesOf, extentOf } from "../study/cases.js";
import { classContenders, regressionContenders } from "../study/losses.js";
import { leftTable, maskTable, scoreTable, friedman as subject, table } from "../study/report/tables.js";
import { baselines, countTable, verdictList } from "../study/report/words.js";
import { bestOf, csvOf, parseResults, type Row, rowOf } from "../study/results.js";
import { accuracy, medianError, rootMeanSquare } from "../study/scores.js";
import { difference, estimate, picksOf } from "../study/summary.js";
import { digitTask, friedman, friedmanTask, labelNoises, outlierNoises, shareOfWrong, sizes } from "../study/tasks.js";
import { patterns } from "./support/digits.js";

const digits = { train: patterns(2000, 3, 1), test: patterns(1100, 3, 2) };

describe("the tasks", () => {
  test.each(labelNoises)("$kind noise of $percent % has that share of wrong labels, and a clean test", (noise) => {
    const task = digitTask(digits, noise, 1);
    const clean = digitTask(digits, { kind: "symmetric", percent: 0 }, 1);
    const differing = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a, (label, i) => Number(label !== b[i]));
    expect(Array.from(task.wrong)).toEqual(differing(task.train.targets, clean.train.targets));
    const most = noise.percent / 100;
    if (noise.kind === "symmetric") expect(shareOfWrong(task)).toBeCloseTo(most, 2);
    else expect(shareOfWrong(task)).toBeGreaterThan(0.35 * most); // half of the classes
    const validation = differing(task.validation.targets, clean.validation.targets);
    expect(Math.abs(validation.reduce((a, b) => a + b, 0) / sizes.validation - shareOfWrong(task))).toBeLessThan(0.06);
    // As texts: the comparison of long arrays takes seconds.
    expect(task.test.inputs.join()).toBe(clean.test.inputs.join());
    expect(Array.from(task.test.targets).join()).toBe(Array.from(clean.test.targets).join());
    expect(task.train.inputs.join()).toBe(clean.train.inputs.join());
  });

  test("training and validation digits are different ones, others for another seed", () => {
    const [one, other] = [1, 2].map((seed) => digitTask(digits, labelNoises[0], seed));
    const rowsOf = ({ inputs }: typeof one.train) =>
      Array.from({ length: inputs.length / 64 }, (_, i) => inputs.subarray(64 * i, 64 * (i + 1)).join());
    const all = [...rowsOf(one.train), ...rowsOf(one.validation)];
    expect(new Set(all).size).toBe(all.length);
    expect(rowsOf(other.train)).not.toEqual(rowsOf(one.train));
    expect(rowsOf(one.train).every((row) => row.startsWith("1,"))).toBe(true);
  });

  test.each(outlierNoises)("$percent % of the function's values are too high", (noise) => {
    const [task, clean] = [friedmanTask(noise, 3), friedmanTask(outlierNoises[0], 3)];
    expect(shareOfWrong(task)).toBeCloseTo(noise.percent / 100, 2);
    const value = (i: number) => {
      const x = Array.from(task.train.inputs.subarray(16 * i, 16 * i + 10), (v) => v / Math.sqrt(12) + 0.5);
      return friedman(x);
    };
    const center = value(0) - task.train.targets[0] * task.unit!;
    for (const [i, wrong] of task.wrong.entries()) {
      const error = task.train.targets[i] * task.unit! - value(i) + center;
      // Up to the noise of this one and of the first.
      if (task.wrong[0] === 0) expect(error > 15, `${error}`).toBe(wrong === 1);
    }
    expect(clean.test.targets).toHaveLength(sizes.test);
  });
});

test("scores", () => {
  expect(accuracy(Float32Array.of(0, 1, 3, 2, 1, 5), [1, 0, 0])).toBeCloseTo(2 / 3);
  expect(accuracy(Float32Array.of(Number.NaN, Number.NaN), [0])).toBe(0);
  expect(medianError(Float32Array.of(1, 2, 100), [0, 0, 0])).toBe(2);
  expect(rootMeanSquare(Float32Array.of(3, 4), [0, 0])).toBeCloseTo(Math.sqrt(12.5));
});

test("every loss over classes and of regression that the package has is under study, or there is a reason", () => {
  const contenders = [...classContenders(0.2), ...regressionContenders(0.2)];
  expect(new Set(contenders.map(({ id }) => id)).size).toBe(contenders.length);
  const texts = contenders.map(({ loss }) => JSON.stringify(loss(1).toJSON())).join();
  const reasons: Record<string, string> = {
    smoothL1: "Huber's, divided by its scale",
    barron: "Cauchy, Geman-McClure and Welsch are of this family",
    quantile: "the absolute error, for a quantile of one half",
  };
  for (const { definition } of library.losses) {
    if (definition.family === "binary" || reasons[definition.id]) continue;
    expect(texts, definition.id).toContain(`"${definition.id}"`);
  }
});

const row = (more: Partial<Row>): Row => ({
  noise: "outliers",
  percent: 5,
  seed: 1,
  rate: 0.01,
  loss: "mse",
  validation: 1,
  test: 2,
  bestEpoch: 1,
  bestTest: 1.5,
  stopEpoch: 2,
  stopValidation: 0.9,
  stopTest: 1.8,
  ...more,
});

test("rows survive CSV, and other columns are refused", () => {
  const rows = [row({}), row({ masked: 0.25, precision: 0.5, recall: 1 }), row({ test: Number.NaN })];
  const header =
    "noise,percent,seed,rate,loss,validation,test,bestEpoch,bestTest,stopEpoch,stopValidation,stopTest,masked,precision,recall";
  const text = `# a machine\n${header}\n${csvOf(rows)}`;
  expect(parseResults(text)).toEqual({
    machine: "a machine",
    rows: rows.map((one) => ({ masked: undefined, precision: undefined, recall: undefined, ...one })),
  });
  expect(() => parseResults(text.replace("seed", "sead"))).toThrow("the columns must be");
  expect(() => parseResults(text.replace("outliers,5,", "outliers,"))).toThrow("15 cells");
});

test("a course becomes a row", () => {
  const [contender] = regressionContenders(0);
  const mask = { masked: 10, wrong: 8, wrongMasked: 4, seen: 40 };
  const course = { contender, validation: [3, 1, 2], test: [5, 4, 3], mask };
  const made = rowOf(course, { kind: "outliers", percent: 5 }, { seed: 2, rate: 0.03 }, false);
  expect(made).toEqual({
    ...{ noise: "outliers", percent: 5, seed: 2, rate: 0.03, loss: "mse", validation: 2, test: 3 },
    ...{ bestEpoch: 3, bestTest: 3, stopEpoch: 2, stopValidation: 1, stopTest: 4 },
    ...{ masked: 0.25, precision: 0.4, recall: 0.5 },
  });
  expect(bestOf([Number.NaN, 2, 3, 3], true)).toBe(2);
  expect(bestOf([2, Number.NaN, 1], false)).toBe(2);
});

const noise = { kind: "outliers", percent: 5 } as const;

test("a seed takes the rate that its validation prefers; early stopping rate and epoch together", () => {
  const rows = [
    row({ rate: 0.01, validation: 1, test: 2, stopValidation: 0.9, stopTest: 1.8 }),
    row({ rate: 0.03, validation: 1.2, test: 1, stopValidation: 0.5, stopTest: 1.1, bestTest: 0.7 }),
    row({ seed: 2, rate: 0.03, validation: 0.3, test: 3 }),
  ];
  const scores = (moment: "last" | "stopped" | "best") => picksOf(rows, noise, "mse", moment).map(({ score }) => score);
  expect(scores("last")).toEqual([2, 3]);
  expect(scores("best")).toEqual([1.5, 1.5]);
  expect(scores("stopped")).toEqual([1.1, 1.8]);
});

test("a difference counts only beyond what the seeds scatter", () => {
  const picks = (scores: readonly number[]) => scores.map((score, i) => ({ seed: i + 1, score, row: row({}) }));
  const base = picks([1, 2, 3, 4, 5]);
  const verdict = (scores: readonly number[], larger = true) => difference(picks(scores), base, larger).verdict;
  expect(estimate([1, 2, 3])).toEqual({ mean: 2, deviation: 1, n: 3 });
  // Paired: a constant gain counts however much the seeds differ.
  expect(verdict([1.5, 2.4, 3.6, 4.5, 5.4])).toBe("better");
  expect(verdict([1.5, 2.4, 3.6, 4.5, 5.4], false)).toBe("worse");
  expect(verdict([2, 1, 4, 3, 6])).toBe("none");
  // Student's interval at four degrees of freedom: 2.776 standard errors.
  expect(verdict([1, 2, 3, 4, 6])).toBe("none");
  expect(verdict([1.0001, 2.0001, 3.0001, 4.0001, 5.0001])).toBe("none");
  expect(difference(picks([1]), base, true).verdict).toBe("none");
});

test("words say what the differences say", () => {
  const rows = [1, 2, 3].flatMap((seed) => [
    row({ seed, test: 2 + seed / 10 }),
    row({ seed, loss: "huber", test: 1 + seed / 10 }),
    row({ seed, loss: "tukey", test: 3 + seed / 10 }),
    row({ seed, loss: "cauchy", test: 2 + [0.3, -0.3, 0][seed - 1] }),
  ]);
  const lines = verdictList(rows, subject, baselines.regression).split("\n");
  expect(lines).toEqual([
    "- **MSE**: against Huber on a robust scale it hurts at 5 %.",
    "- **Huber, robust scale**: against MSE after its last epoch it helps at 5 %.",
    "- **Cauchy, robust scale**: against MSE after its last epoch it shows no difference; against Huber on a robust scale it shows no difference.",
    "- **Tukey, robust scale**: against MSE after its last epoch it hurts at 5 %; against Huber on a robust scale it hurts at 5 %.",
  ]);
  const [, , first, second] = countTable(rows, subject, baselines.regression).split("\n");
  expect(first).toMatch(/^\| than MSE after its last epoch +\| 0, 0 +\| 1, 1 +\|/);
  expect(second).toMatch(/^\| than Huber on a robust scale +\| 0, 0 +\| 0, 2 +\|/);
});

test("tables have a row for every loss that was trained", () => {
  const rows = [1, 2, 3].flatMap((seed) => [
    row({ seed, test: 2 + seed / 10 }),
    row({ seed, loss: "huber", test: 1 + seed / 10 }),
    row({ seed, loss: "mse-median", test: 1 + seed / 10, masked: 0.1, precision: 0.5 }),
  ]);
  const lines = scoreTable(rows, subject, "last").split("\n");
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/^\| loss +\| 0 % +\| 5 % +\|/);
  expect(lines[2]).toMatch(/^\| MSE +\| +\| 2.20 ± 0.10 +\|/);
  expect(lines[3]).toContain("1.20 ± 0.10 ▲");
  expect(leftTable(rows, subject, "huber", "last")).toContain("+1.00 ± 0.00 ▼");
  expect(maskTable(rows, subject)).toContain("10; 50, -");
  expect(table([["a"], ["bcd"]])).toBe("| a   |\n| --- |\n| bcd |");
});

test("the cases go seed by seed, and a short study has few", () => {
  const cases = casesOf("digits", extentOf(false));
  expect(cases.map(({ seed }) => seed)).toEqual(cases.map(({ seed }) => seed).sort((a, b) => a - b));
  expect(new Set(cases.map((one) => JSON.stringify(one))).size).toBe(cases.length);
  expect(new Set(cases.map(({ seed }) => seed)).size).toBeGreaterThanOrEqual(5);
  expect(casesOf("friedman", extentOf(true))).toHaveLength(2);
});
