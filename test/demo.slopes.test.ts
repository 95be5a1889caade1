// The lab's panel on slopes, on the CPU: its data, its training, and sentences that say what the numbers say.
import { expect, test } from "vitest";
import { cars, features, mpg } from "../demo/data/cars.js";
import { agreementOf, compare, leastAt } from "../demo/lib/agreement.js";
import { cpuEngine } from "../demo/lib/engine.js";
import { shuffled } from "../demo/lib/random.js";
import { run } from "../demo/lib/run.js";
import { adamRates, type Experiment, initialParameters } from "../demo/lib/trainer.js";
import { evaluateCandidate } from "../demo/lib/trainer-cpu.js";
import { grid, trueCurves } from "../demo/panels/slopes/curve.js";
import { against, errorFinding, explain, slopeFinding } from "../demo/panels/slopes/explain.js";
import { describeFactors, factors } from "../demo/panels/slopes/factor.js";
import { fleetDefaults, fleetExperiment, measurePairs, split } from "../demo/panels/slopes/fleet.js";
import { errorTable, explainPair, otherChange, sensitivityTable } from "../demo/panels/slopes/fleet-tables.js";
import { distanceTo, histogram, measureFits, outline } from "../demo/panels/slopes/measure.js";
import { report } from "../demo/panels/slopes/report.js";
import { type Choice, compared, curveExperiment, defaults, laiSettings } from "../demo/panels/slopes/settings.js";
import { curveTable } from "../demo/panels/slopes/tables.js";

const engine = cpuEngine("a test");
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function train(experiment: Experiment) {
  const losses: number[][] = [];
  const outcome = await run(engine, experiment, { onLook: (looks) => losses.push(looks.map(({ loss }) => loss)) });
  if (!outcome) throw new Error("aborted");
  return { ...outcome, losses };
}

const short = (choice: Choice) => ({ ...curveExperiment(choice, compared(choice)), units: [1, 12, 12, 1], steps: 120 });
const trained = train(short(defaults));

async function fitCurve(choice: Choice) {
  const { looks } = choice === defaults ? await trained : await train(short(choice));
  return measureFits(trueCurves[choice.curve], compared(choice), looks);
}

test("the cars have their published means", () => {
  expect([cars.length, mpg.length]).toEqual([392, 392]);
  expect(mean(mpg)).toBeCloseTo(23.446, 3);
  const published = {
    displacement: 194.412,
    horsepower: 104.469,
    weight: 2977.584,
    acceleration: 15.541,
    "model year": 75.98,
  };
  features.forEach(({ name }, j) => {
    expect(mean(cars.map((car) => car[j]))).toBeCloseTo(
      published[name as keyof typeof published],
      name === "model year" ? 2 : 3,
    );
  });
});

test("the split has every car once, and is always the same", () => {
  expect([...split.train, ...split.test].sort((a, b) => a - b)).toEqual(cars.map((_, i) => i));
  expect([split.train.length, split.test.length]).toEqual([314, 78]);
  expect(shuffled(5, 1)).toEqual(shuffled(5, 1));
});

test("true curves have the slopes that they say", () => {
  for (const { value, slope } of Object.values(trueCurves)) {
    for (const x of [-2.9, -0.7, 0.2, 1.1, 2.3]) {
      expect((value(x + 1e-6) - value(x - 1e-6)) / 2e-6).toBeCloseTo(slope(x), 5);
    }
  }
});

test("noise is on the chosen feature alone", () => {
  const [clean, noisy] = [0, 1].map(
    (noise) => fleetExperiment([{ feature: 2, noise, lambda: 0.1 }]).candidates[0].inputs,
  );
  const changed = clean.map((value, at) => (value === noisy[at] ? 0 : 1));
  expect(Array.from(changed).every((change, at) => change === (at % features.length === 2 ? 1 : 0))).toBe(true);
});

test("training repeats with its seed, and differs with another", async () => {
  const experiment = { ...short(defaults), steps: 10 };
  const [once, again, other] = await Promise.all([experiment, experiment, { ...experiment, seed: 2 }].map(train));
  expect(again.looks).toEqual(once.looks);
  expect(other.looks[0].predictions).not.toEqual(once.looks[0].predictions);
});

test("Adam's first step has the size of its rate, in the direction of the signs", async () => {
  const experiment = { ...short(defaults), steps: 1, rate: 0.01 };
  const { audits } = await train(experiment);
  const start = initialParameters(experiment);
  for (const { parameters } of audits) {
    for (const [i, value] of parameters.entries()) expect(Math.abs(value - start[i])).toBeLessThan(0.01 + 1e-9);
  }
  expect(adamRates(experiment, 0)[0]).toBeCloseTo(0.1, 9);
});

test("training lowers the loss of every fit", async () => {
  // How often there is a look depends on the machine.
  const [first, last] = [await train({ ...short(defaults), steps: 2 }), await trained].map(
    ({ losses }) => losses.at(-1)!,
  );
  last.forEach((loss, i) => {
    expect(loss).toBeLessThan(0.9 * first[i]);
  });
});

test("an aborted training has no outcome", async () => {
  const controller = new AbortController();
  const looks: number[] = [];
  const onLook = (_: unknown, step: number) => {
    looks.push(step);
    controller.abort();
  };
  expect(await run(engine, short(defaults), { onLook, signal: controller.signal })).toBeUndefined();
  expect(looks).toEqual([0]);
});

test("factors are least at lambda, or at its root, and not monotone", () => {
  for (const choice of [defaults, { lambda: 2, form: "plain" as const }, { lambda: 0.5, form: "plain" as const }]) {
    for (const { loss } of laiSettings(choice)) {
      const least = leastAt({ loss })!;
      const [zero, below, there, above, steep] = factors(loss, [0, 0.9 * least, least, 1.1 * least, 1e6]);
      expect([there < below, there < above, there < zero, there < steep]).toEqual([true, true, true, true]);
    }
  }
  expect(describeFactors(defaults)).toContain("Lai MAE (0.3): 1 at slope 0, 0.958 at |slope| = 0.3, rising to 3.33.");
  expect(describeFactors({ ...defaults, lambda: 2, form: "plain" })).toContain(
    "Lai MSE (plain, 2): 2 at slope 0, 0.667 at |slope| = 1.41",
  );
});

test("a Lai loss pulls slopes toward lambda", async () => {
  const [mae, mse, laiMae, laiMse] = await fitCurve(defaults);
  for (const [lai, plain] of [
    [laiMae, mae],
    [laiMse, mse],
  ] as const) {
    expect(plain.slopes.mean).toBeGreaterThan(defaults.lambda);
    expect(lai.slopes.mean).toBeLessThan(plain.slopes.mean);
    expect(distanceTo(defaults.lambda, lai.look.slopes)).toBeLessThan(distanceTo(defaults.lambda, plain.look.slopes));
  }
});

test("the Lai loss for no sample is the plain one", async () => {
  const experiment = { ...short({ ...defaults, share: 0 }), steps: 5 };
  const { looks } = await train(experiment);
  const differences = Array.from(looks[3].predictions, (p, i) => Math.abs(p - looks[1].predictions[i]));
  expect(Math.max(...differences)).toBeLessThan(1e-12);
});

test("the table of the curve has its rows, and its sentences the numbers of the fits", async () => {
  const fits = await fitCurve(defaults);
  const { rows, remarks, columns, caption } = curveTable(defaults, fits);
  expect(rows.map(({ cells }) => cells[0])).toEqual(["MAE", "MSE", "Lai MAE (0.3)", "Lai MSE (0.3)"]);
  for (const { cells } of rows) expect(cells.length).toBe(columns.length);
  expect(caption).toContain("mean |slope| 1.244, largest 2.00");
  const [mae, , laiMae] = fits;
  const text = explain(laiMae, fits);
  expect(text).toContain(
    `Mean |slope| ${mae.slopes.mean.toFixed(3)} under MAE, ${laiMae.slopes.mean.toFixed(3)} here.`,
  );
  expect(text).toContain(`Clean error ${against(laiMae.cleanError, mae.cleanError)} under MAE.`);
  expect(explain(mae, fits)).toBe("Does not look at slopes.");
  expect(remarks).toEqual([slopeFinding(fits), errorFinding(fits)]);
  expect(slopeFinding(fits)).toContain("2 of the 2");
});

test("whether Lai beats plain is read from the errors", async () => {
  const fits = await fitCurve(defaults);
  const withErrors = (...errors: number[]) => fits.map((fit, i) => ({ ...fit, cleanError: errors[i] }));
  expect(errorFinding(withErrors(1, 1, 2, 2))).toContain("none of the 2 Lai fits beats");
  expect(errorFinding(withErrors(1, 1, 2, 0.5))).toContain(
    "1 of the 2 Lai fits beats the loss that it is made from: Lai MSE (0.3).",
  );
  expect([against(3, 1), against(1.12, 1), against(0.88, 1), against(1.001, 1)]).toEqual([
    "3 times that",
    "12 % more than",
    "12 % less than",
    "the same as",
  ]);
});

test("a histogram has all of the grid, the steepest in its last bin", () => {
  const shares = histogram(grid.map((_, i) => (i === 0 ? -99 : 0.1)));
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 9);
  expect(shares[shares.length - 1]).toBeCloseTo(100 / grid.length, 9);
  expect(outline([1, 2])).toEqual([
    [0, 0],
    [0, 1],
    [2, 1],
    [2, 2],
    [4, 2],
    [4, 0],
  ]);
});

test("the Lai loss of a feature lowers the sensitivity to it, and its tables say so", async () => {
  const { looks } = await train({ ...fleetExperiment([fleetDefaults]), steps: 100 });
  const [pair] = measurePairs([fleetDefaults], looks);
  const { plain, lai } = pair;
  expect(lai.sensitivity[fleetDefaults.feature]).toBeLessThan(plain.sensitivity[fleetDefaults.feature]);
  expect(lai.distance).toBeLessThan(plain.distance);
  expect(sensitivityTable(pair).rows.map(({ cells }) => cells[0])).toEqual([
    "displacement",
    "horsepower",
    "weight",
    "acceleration",
    "model year (noisy)",
  ]);
  expect(errorTable(pair).rows[1].cells).toEqual([
    "Lai MSE of model year",
    lai.cleanError.toFixed(2),
    lai.noisyError.toFixed(2),
  ]);
  const other = otherChange(pair);
  expect(other.name).not.toBe("model year");
  expect(explainPair(pair)).toContain(
    `at most ${other.name}, from ${other.before.toFixed(3)} to ${other.after.toFixed(3)}`,
  );
  expect(plain.cleanError).toBeLessThan(7.8); // the deviation of mpg, which a constant would have
});

test("the report has a table per curve and one of the cars, every row with its sentence", async () => {
  const { tables, agreement } = await report(engine, {}, { steps: 3 });
  expect(tables.map(({ rows }) => rows.length)).toEqual([8, 4, 5]);
  for (const { rows } of tables) for (const { note } of rows) expect(note).toMatch(/\.$/);
  expect(agreement).toBeUndefined(); // nothing to compare with on the CPU
});

test("agreement with float64 holds for what float64 computed, and not for anything else", async () => {
  const experiment = { ...short(defaults), steps: 2 };
  const { looks, audits } = await train(experiment);
  const comparisons = compare(experiment, { looks, audits });
  expect(agreementOf(comparisons)).toEqual({
    holds: true,
    text: "At the last parameters of 4 networks, float64 on the CPU has the same losses within 0.0e+0 and the same gradients within 0.0e+0 of the largest.",
  });
  const wrong = audits.map((audit) => ({ ...audit, loss: 1.01 * audit.loss }));
  expect(agreementOf(compare(experiment, { looks, audits: wrong })).holds).toBe(false);
  const broken = audits.map((audit) => ({ ...audit, gradients: audit.gradients.map(() => Number.NaN) }));
  expect(agreementOf(compare(experiment, { looks, audits: broken })).holds).toBe(false);
});

test("a sample on a kink is said, not compared", async () => {
  const experiment = { ...short(defaults), steps: 1 };
  const { looks, audits } = await train(experiment);
  const [mae, mse] = experiment.candidates;
  const { predictions } = evaluateCandidate(experiment, mae, Float64Array.from(audits[0].parameters), 1);
  const on = [mae, mse].map((candidate) => ({
    ...candidate,
    targets: candidate.targets.map((y, i) => (i === 7 ? predictions[7] : y)),
  }));
  const comparisons = compare({ ...experiment, candidates: on }, { looks, audits: [audits[0], audits[0]] });
  expect(comparisons.map(({ gradient }) => gradient === undefined)).toEqual([true, false]);
  expect(agreementOf(comparisons).text).toContain("(1 with a sample on a kink");
});
