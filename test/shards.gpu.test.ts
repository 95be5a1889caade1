// A batch over four shards, each with a device of its own, against one device that has all of it, in Web Workers.
import { afterEach, expect, it } from "vitest";
import { maskedMean } from "../examples/shards/batch.js";
import { startShard } from "../examples/shards/remote.js";
import type { Shard } from "../examples/shards/shard.js";
import { type Inputs, type Loss, run, type ZMaskedLoss, zbce } from "../src/index.js";
import { expectClose, expectEqual } from "./support/compare.js";
import { binaryData, weightsFor } from "./support/data.js";
import { requestTestDevice } from "./support/device.js";

const SHARDS = 4;
const columns = 2;
const rows = 1501; // no multiple of 4

interface Batch {
  readonly loss: ZMaskedLoss;
  readonly inputs: Inputs;
  readonly classes: number;
}

const batch: Batch = {
  loss: zbce({ threshold: 1.7, ddof: 0 }) as ZMaskedLoss,
  inputs: { ...binaryData(rows * columns, 3, 0.1), weights: weightsFor(rows * columns) },
  classes: 2,
};

/** Rows of every shard: not the same number for all. */
const bounds = [0, 200, 900, 901, rows];

type Rows = readonly [first: number, end: number];

function part(inputs: Inputs, [first, end]: Rows): Inputs {
  const cut = Object.entries(inputs).map(([name, values]) => [
    name,
    (values as Float32Array).slice(columns * first, columns * end),
  ]);
  return Object.fromEntries(cut) as Inputs;
}

async function expectOneBatch(
  { loss, inputs, classes }: Batch,
  start: (inputs: Inputs, rows: number, i: number) => Promise<Shard>,
): Promise<void> {
  const { device } = await requestTestDevice();
  const whole = await run(device, loss as Loss, inputs, { shape: [rows, columns] });
  const places = Array.from({ length: SHARDS }, (_, i): Rows => [bounds[i], bounds[i + 1]]);
  const shards = await Promise.all(places.map((place, i) => start(part(inputs, place), place[1] - place[0], i)));
  const result = await maskedMean(shards, loss, { classes });
  expectEqual(
    result.statistics.map(({ n }) => n),
    whole.statistics!.map(({ n }) => n),
    "n",
  );
  for (const name of ["mean", "standardDeviation"] as const) {
    const [got, expected] = [result, whole].map(({ statistics }) => statistics!.map((group) => group[name]));
    expectClose(got, expected, { rtol: 2e-6, atol: 1e-6 }, name);
  }
  expectEqual(
    result.parts.flatMap(({ mask }) => [...mask]),
    whole.mask!,
    "mask",
  );
  expect(whole.count).toBeLessThan(rows * columns); // somebody is masked
  expect(result.count).toBe(whole.count);
  expectClose(result.weightSum, whole.weightSum, { rtol: 1e-6, atol: 0 }, "weightSum");
  expectClose(result.loss, whole.loss as number, { rtol: 5e-6, atol: 0 }, "loss");
  expectClose(
    result.parts.flatMap(({ gradient }) => [...gradient]),
    whole.gradient!,
    { rtol: 1e-5, atol: 0 },
    "gradient",
  );
}

const workers: Worker[] = [];
afterEach(() => {
  for (const worker of workers.splice(0)) worker.terminate();
});

it("four Web Workers are one device", () =>
  expectOneBatch(batch, (inputs, shardRows) => {
    const worker = new Worker(new URL("../examples/shards/worker.ts", import.meta.url), { type: "module" });
    workers.push(worker);
    return startShard(worker, batch.loss as Loss, inputs, [shardRows, columns]);
  }));
