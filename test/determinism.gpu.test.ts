// The same call has the same bits: again and again, on devices of their own, in whatever order calls are submitted.
import { describe, it } from "vitest";
import {
  createPlan,
  type Inputs,
  type Loss,
  type PlanOptions,
  type PlanOutput,
  sgce,
  squaredError,
  symmetrized,
  taylorCrossEntropy,
  trimmed,
  zbce,
  zMasked,
  zmse,
} from "../src/index.js";
import { expectEqual } from "./support/compare.js";
import { binaryData, classData, random, regressionData } from "./support/data.js";
import { requestTestDevice } from "./support/device.js";
import { readBuffers, storageBuffer } from "./support/plan.js";

const RUNS = 100;
const DEVICES = 2;

const rows = 1001;
const tuning = { minElements: 100, smallBatch: 0 };
const masked: PlanOutput[] = ["loss", "gradient", "z", "statistics", "summary"];
const plain: PlanOutput[] = ["loss", "gradient", "perSample", "summary"];
const one = { shape: [rows] as const, outputs: masked };
const classes = { shape: [60, 33] as const, outputs: plain };
const cases: [what: string, loss: Loss, inputs: Inputs, options: PlanOptions][] = [
  ["one dispatch", zbce(), binaryData(rows), one],
  ["several dispatches", zmse(), regressionData(rows), { ...one, tuning }],
  ["bins that atomics fill", trimmed(squaredError(), { fraction: 0.1 }), regressionData(rows), one],
  ["rows over classes", sgce({ q: 0.7 }), classData(60, 33), classes],
  ["rows under a mask", zMasked(symmetrized(taylorCrossEntropy())), classData(60, 33), { ...classes, outputs: masked }],
];

interface Prepared {
  readonly what: string;
  readonly device: GPUDevice;
  readonly encode: (encoder: GPUCommandEncoder) => void;
  readonly outputs: readonly GPUBuffer[];
}

async function prepare(device: GPUDevice, [what, loss, inputs, options]: (typeof cases)[number]): Promise<Prepared> {
  const plan = await createPlan(device, loss, options);
  const data = Object.entries(inputs).map(([name, values]) => [name, storageBuffer(device, values)] as const);
  const outputs = options.outputs!.map((name) => [name, storageBuffer(device, plan.sizes[name])] as const);
  const buffers = Object.fromEntries([...data, ...outputs]);
  return {
    ...{ what, device },
    encode: (encoder) => plan.encode(encoder, buffers),
    outputs: outputs.map(([, buffer]) => buffer),
  };
}

describe(`${RUNS} runs on ${DEVICES} devices, in shuffled order`, () => {
  it("have the same bits", async () => {
    const devices = await Promise.all(Array.from({ length: DEVICES }, () => requestTestDevice()));
    const prepared: Prepared[] = [];
    for (const { device } of devices) for (const one of cases) prepared.push(await prepare(device, one));
    const first = new Map<string, Uint32Array>();
    const next = random(11);
    for (let run = 0; run < RUNS; run++) {
      // All of them, in an order of its own, some in an encoder with their neighbours and some alone.
      const order = prepared.map((one) => [next(), one] as const).sort(([a], [b]) => a - b);
      const open = new Map<GPUDevice, GPUCommandEncoder>();
      for (const [, { device, encode }] of order) {
        const encoder = open.get(device) ?? device.createCommandEncoder();
        encode(encoder);
        if (next() < 0.5) open.set(device, encoder);
        else {
          device.queue.submit([encoder.finish()]);
          open.delete(device);
        }
      }
      for (const [device, encoder] of open) device.queue.submit([encoder.finish()]);
      for (const { device } of devices) {
        const own = prepared.filter((one) => one.device === device);
        const sources = own.flatMap(({ outputs }) => outputs.map((buffer) => ({ buffer, size: buffer.size })));
        const bits = (await readBuffers(device, sources)).values();
        for (const { what, outputs } of own) {
          for (const place of outputs.keys()) {
            const name = `${what}, output ${place}`;
            const words = new Uint32Array(bits.next().value!);
            const expected = first.get(name) ?? words;
            first.set(name, expected);
            expectEqual(words, expected, `${name}, run ${run}`);
          }
        }
      }
    }
  });
});
