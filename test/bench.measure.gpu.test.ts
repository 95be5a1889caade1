// A short run of the benchmark from its cases to its rows, and the libraries that it compares with.
import { afterAll, beforeAll, expect, it } from "vitest";
import { casesFor, labelOf } from "../bench/cases.js";
import { paceOf } from "../bench/extent.js";
import { classInputs, regressionInputs } from "../bench/inputs.js";
import { type Instrument, instrument } from "../bench/instrument.js";
import { machineOf } from "../bench/machine.js";
import { measure, type Progress } from "../bench/measure.js";
import { loadPeers, noPeers, peersOf } from "../bench/peers.js";
import type { Row } from "../bench/rows.js";
import { makeTask } from "../bench/task.js";
import { crossEntropy, sgce, zmse } from "../src/index.js";
import { requestTestDevice, runtime, skip } from "./support/device.js";

let device: GPUDevice;
let counter: Instrument;
const pace = paceOf("least");
beforeAll(async () => {
  device = (await requestTestDevice()).device;
  counter = instrument();
});
afterAll(() => counter?.restore());

const run = (options: Partial<Parameters<typeof measure>[1]>) =>
  measure(casesFor("least"), {
    environment: { device, peers: noPeers, pace },
    counter,
    machine: machineOf(device.adapterInfo, runtime, []),
    ...options,
  });

it("cases become rows", async () => {
  const progress: Progress[] = [];
  const rows = await run({ onProgress: (one) => progress.push(one) });
  expect(progress.map(({ done, label }) => `${done} ${label}`)).toEqual(
    [...casesFor("least").map(labelOf), undefined].map((label, done) => `${done} ${label}`),
  );
  expect(progress[1].secondsLeft).toBeGreaterThan(0);
  for (const row of rows) {
    expect(row.error, row.variant).toBeLessThan(1e-5);
    expect(row.p20 <= row.p50 && row.p50 <= row.p80).toBe(true);
    expect(row.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
  const of = (label: string, unit = "ms") =>
    new Map(rows.filter((row) => `${row.case} ${row.shape}` === label && row.unit === unit).map((r) => [r.variant, r]));
  const small = of("zmse 1024");
  expect([...small.keys()]).toEqual(["ours", "ours, unscaled", "baseline", "evaluate", "copy"]);
  expect(small.get("ours")).toMatchObject({ timesOurs: 1, dispatches: 1, submits: 1 });
  expect(small.get("evaluate")).toMatchObject({ dispatches: 0, bytesPerElement: 0 });
  expect([...of("zmse, encode 1024", "us").keys()]).toEqual(["ours", "ours, unscaled", "baseline", "copy"]);
  const large = of("zmse 16384");
  const [ours, copy] = [large.get("ours")!, large.get("copy")!];
  expect(copy.shareOfCopy).toBe(1);
  expect(ours.rate! / copy.rate!).toBeCloseTo(ours.shareOfCopy!, 9);
  expect(ours.rate).toBeCloseTo((20 * 16384) / ours.p50 / 1e6, 9);
});

it("a run that is stopped keeps the cases that are finished", async () => {
  const stop = new AbortController();
  const found: Row[] = [];
  const stopped = run({
    signal: stop.signal,
    onRows(rows) {
      found.push(...rows);
      stop.abort(new Error("enough"));
    },
  });
  await expect(stopped).rejects.toThrow("enough");
  expect(new Set(found.map(({ shape }) => shape))).toEqual(new Set(["1024"]));
});

it("TensorFlow.js and jax-js compute the same on every backend", async (context) => {
  if (runtime !== "dawn") skip(context, "bench:browser loads the builds for browsers");
  // Looked at while they are loaded, and Node has none.
  if (!navigator.userAgent) Object.defineProperty(navigator, "userAgent", { value: "test", configurable: true });
  const { sources } = await import("../bench/node/peers.js");
  const said: string[] = [];
  const peers = await loadPeers(device, sources, (line) => said.push(line));
  expect(said).toEqual([]);
  const classes = classInputs(16, 10);
  for (const task of [
    makeTask(zmse(), [500], regressionInputs(500)),
    makeTask(crossEntropy(), [16, 10], classes),
    makeTask(sgce({ q: 0.5 }), [16, 10], classes),
    makeTask(sgce({ q: 0.7 }), [16, 10], classes),
  ]) {
    const variants = await peersOf(device, peers, task, pace);
    expect(variants.map(({ name }) => name).sort()).toEqual([
      ...["evaluate", "jax-wasm", "jax-webgpu", "tfjs-cpu", "tfjs-wasm", "tfjs-webgpu", "tfjs-webgpu autograd"],
    ]);
    for (const variant of variants) {
      expect(await variant.verify(), `${task.loss.name}, ${variant.name}`).toBeLessThan(1e-5);
      variant.dispose();
    }
  }
});
