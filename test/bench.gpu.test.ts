// The benchmark measures what it says: its baseline is right, its counter counts, and our plans keep to their dispatches.
import { afterAll, beforeAll, expect, it } from "vitest";
import { crossEntropyBaselinesOf, zmseBaselineOf } from "../bench/handWritten.js";
import { binaryInputs, classInputs, regressionInputs } from "../bench/inputs.js";
import { type Instrument, instrument, usesOf } from "../bench/instrument.js";
import { oursOf } from "../bench/ours.js";
import { makeTask } from "../bench/task.js";
import { crossEntropy, type Loss, type Shape, zbce, zmse } from "../src/index.js";
import { requestTestDevice } from "./support/device.js";

let device: GPUDevice;
let counter: Instrument;
beforeAll(async () => {
  device = (await requestTestDevice()).device;
  counter = instrument();
});
afterAll(() => counter?.restore());

const taskOf = (loss: Loss, shape: Shape) => {
  const elements = shape[0] * (shape[1] ?? 1);
  return makeTask(loss, shape, loss.family === "regression" ? regressionInputs(elements) : binaryInputs(elements));
};

it.each([5, 1000, 70_001])("the baseline agrees with evaluate for %i elements", async (elements) => {
  const baseline = await zmseBaselineOf(device, taskOf(zmse(), [elements]));
  expect(await baseline.verify()).toBeLessThan(5e-6);
  baseline.dispose();
});

it.each([
  [3, 5],
  [70, 100],
  [9, 1000],
])("the baselines of cross-entropy agree with evaluate for %i rows of %i classes", async (rows, classes) => {
  const task = makeTask(crossEntropy(), [rows, classes], classInputs(rows, classes));
  for (const baseline of await crossEntropyBaselinesOf(device, task)) {
    expect(await baseline.verify(), baseline.name).toBeLessThan(5e-6);
    baseline.dispose();
  }
});

it("the counter reads reads and writes off the WGSL", () => {
  const wgsl = `
    @group(0) @binding(0) var<storage, read> a: array<f32>;
    @group(0) @binding(1) var<storage, read_write> b: array<f32>; // b[0] = b[1];
    @group(0) @binding(2) var<storage, read_write> c: array<f32>;
    @group(0) @binding(3) var<storage, read_write> d: array<f32>;
    fn unused() { b[1] = a[1] + c[0]; }
    fn store(i: u32) { b[i + u32(d[i] == 1.0)] = a[i]; }
    @compute @workgroup_size(1) fn main() { if (arrayLength(&b) > 3u) { store(2u); } c[0] += 1.0; }`;
  const { entry, groups } = usesOf(wgsl);
  expect(entry).toBe("main");
  expect(groups.get(0)).toEqual([1, 1, 2, 1].map((times, binding) => ({ binding, times })));
});

it("the baseline takes five dispatches and 28 bytes per element", async () => {
  const elements = 2 ** 14;
  const baseline = await zmseBaselineOf(device, taskOf(zmse(), [elements]));
  const { dispatches, submits, bytes } = await counter.count(elements, () => baseline.run(1));
  expect([dispatches.length, submits, bytes / elements]).toEqual([5, 1, 28]);
  baseline.dispose();
});

it("rows over classes take two dispatches where the gradient lacks its scale", async () => {
  const task = makeTask(crossEntropy(), [256, 64], classInputs(256, 64));
  const ours = await oursOf(device, "ours", task, { unscaled: true });
  expect(await ours.verify()).toBeLessThan(5e-6);
  const { dispatches } = await counter.count(256 * 64, () => ours.run(1));
  expect(dispatches.map(({ entry }) => entry)).toEqual(["score_rows_main", "last_main"]);
  ours.dispose();
});

it.each<[string, Loss, Shape, number]>([
  ["a small batch", zmse(), [1024], 1],
  ["a large batch", zmse(), [2 ** 20], 3],
  ["statistics per class", zbce(), [2 ** 14, 64], 4],
])("%s takes few dispatches", async (_, loss, shape, most) => {
  const ours = await oursOf(device, "ours", taskOf(loss, shape));
  expect(await ours.verify()).toBeLessThan(5e-6);
  const { dispatches } = await counter.count(shape[0] * (shape[1] ?? 1), () => ours.run(1));
  expect(dispatches.length).toBeLessThanOrEqual(most);
  ours.dispose();
});
