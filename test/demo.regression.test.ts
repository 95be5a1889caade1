// The lab's panel on regression, on the CPU backend of TensorFlow.js: against float64, and sentences that say what the numbers say.
import { beforeAll, expect, test } from "vitest";
import { cpuEngine } from "../demo/lib/engine.js";
import { noise, samples, spoiltLine } from "../demo/panels/regression/data.js";
import { agreementOf, report } from "../demo/panels/regression/report.js";
import { compared, defaults, epochs, everySetting } from "../demo/panels/regression/settings.js";
import { apart, cleanLine, explain, fitTable } from "../demo/panels/regression/tables.js";
import { train, trainExactly } from "../demo/panels/regression/train.js";
import { loadTf, type Tf } from "./support/tfjs.js";

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf();
  await tf.setBackend("cpu");
});

test("outliers are as many and as far as asked for, and sound points stay where they are", () => {
  const [clean, spoilt] = [0, 10].map((share) => spoiltLine({ share, distance: 30 }));
  expect([clean.outliers.length, spoilt.outliers.length]).toEqual([0, samples / 10]);
  for (let i = 0; i < samples; i++) {
    expect(spoilt.x[i]).toBe(clean.x[i]);
    expect(spoilt.y[i] - clean.y[i]).toBeCloseTo(spoilt.outliers.includes(i) ? 30 * noise : 0, 9);
  }
  expect(spoilt.outliers.every((i) => spoilt.x[i] > 0)).toBe(true);
  expect(cleanLine(spoilt).slope).toBeCloseTo(2, 1);
});

test("model.fit with every loss ends where float64 does, and leaves no tensor behind", async () => {
  const before = tf.memory().numTensors;
  const { tables } = await report(cpuEngine("a test"), tf);
  expect(tf.memory().numTensors).toBe(before);
  const [few, many] = tables;
  const of = ({ rows }: typeof few, loss: string) => rows.find(({ cells }) => cells[0].includes(loss))!;
  expect(of(few, "moments").cells.slice(3)).toEqual(["0.000", "0.000"]);
  expect(of(few, "moments").note).toContain("Masks 10 of 10 outliers and 0 sound points.");
  expect(Number(of(few, "MSE (of").cells[4])).toBeGreaterThan(0.4);
  expect(of(many, "moments").note).toContain("Masking effect: 25 % is above 1/(1+2²) = 20 %");
  expect(of(many, "median").note).toContain("Masks 50 of 50 outliers");
  expect(Number(of(many, "median").cells[4])).toBeLessThan(0.01);

  const data = spoiltLine(defaults);
  const settings = everySetting(defaults);
  const exact = trainExactly(data, settings);
  const { holds, text } = agreementOf((await train(tf, data, settings))!, exact);
  expect(holds, text).toBe(true);
  const moved = exact.map((fit) => ({ ...fit, line: { ...fit.line, slope: fit.line.slope + 1e-3 } }));
  expect(agreementOf(moved, exact).holds).toBe(false);
  expect(agreementOf([{ ...exact[2], masked: [0] }], [exact[2]]).text).toContain("OTHER MASKS");
});

test.each([5, 25])("all lines are at rest after the last epoch, with %d % outliers", (share) => {
  const data = spoiltLine({ ...defaults, share });
  const [now, later] = [epochs, 3 * epochs].map((steps) => trainExactly(data, everySetting(defaults), steps));
  now.forEach(({ line, setting }, i) => {
    expect(Math.abs(line.slope - later[i].line.slope), setting.title).toBeLessThan(5e-4);
    expect(Math.abs(line.intercept - later[i].line.intercept), setting.title).toBeLessThan(5e-4);
  });
});

test("a training that another one replaces ends early", async () => {
  const running = new AbortController();
  let seen = 0;
  const onEpoch = () => {
    if (++seen === 4) running.abort();
  };
  expect(
    await train(tf, spoiltLine(defaults), compared(defaults), { onEpoch, signal: running.signal }),
  ).toBeUndefined();
  expect(seen).toBeLessThan(10);
  expect(tf.memory().numTensors).toBe(0);
});

test("tables and sentences come from the numbers", () => {
  const data = spoiltLine(defaults);
  const clean = cleanLine(data);
  const [mse, , masked] = compared(defaults).map((setting) => ({ setting, line: clean, epoch: 0, masked: [0] }));
  expect(apart(data, clean, clean)).toBe(0);
  expect(apart(data, clean, { ...clean, intercept: clean.intercept + noise })).toBeCloseTo(1, 9);
  expect(explain(data, defaults, mse)).toContain("up to 0.00 deviations");
  expect(explain(data, defaults, masked)).toContain("Masks 0 of 10 outliers and 1 sound point.");
  const { rows } = fitTable(data, defaults, [{ ...mse, line: { ...clean, slope: clean.slope - 0.5 } }]);
  expect(rows[0].cells.slice(3)).toEqual(["0.500", "0.000"]);
});
