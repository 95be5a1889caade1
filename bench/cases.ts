/** What is measured. */
import {
  huber,
  type LogitInputs,
  type Loss,
  type RegressionInputs,
  type Shape,
  squaredError,
  zbce,
  zmse,
} from "../src/index.js";
import { baselineOf, copyOf, evaluateOf, makeTask, oursOf, type Task, tfjsOf } from "./contenders.js";
import { copyCuts } from "./copy.js";
import { type Pace, randomOf, timeInterleaved, type Variant } from "./harness.js";
import type { Tf } from "./tfjs.js";

export interface Environment {
  readonly device: GPUDevice;
  /** Absent where TensorFlow.js could not be loaded. */
  readonly tf?: Tf;
  readonly pace: Pace;
}

export interface Case {
  readonly name: string;
  readonly shape: Shape;
  readonly elements: number;
  /** Fewest bytes per element that the mathematics needs: inputs once per pass over the data, the gradient once. */
  readonly leastBytes: number;
  /** The first variant is ours: the others are compared with it. */
  readonly variants: (environment: Environment) => Promise<Variant[]>;
}

/** Residuals of a model that is nearly right, with 2 % of outliers. */
export function regressionInputs(elements: number, seed = 1): RegressionInputs {
  const random = randomOf(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const targets = new Float32Array(elements);
  const predictions = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    targets[i] = 3 * normal();
    predictions[i] = targets[i] + 0.5 * normal() + (random() < 0.02 ? 6 * normal() : 0);
  }
  return { predictions, targets };
}

/** Logits that mostly agree with their labels. */
export function binaryInputs(elements: number, seed = 1): LogitInputs {
  const random = randomOf(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const labels = Float32Array.from({ length: elements }, () => (random() < 0.4 ? 1 : 0));
  const logits = labels.map((label) => (2 * label - 1) * 1.5 + normal());
  return { logits, labels };
}

const count = (shape: Shape): number => shape[0] * (shape[1] ?? 1);

/** Ours alone: what the loss, the family or the shape costs. */
function oursOnly(name: string, loss: Loss, shape: Shape, leastBytes: number): Case {
  const elements = count(shape);
  return {
    name,
    shape,
    elements,
    leastBytes,
    async variants({ device, pace }) {
      const inputs = loss.family === "regression" ? regressionInputs(elements) : binaryInputs(elements);
      return [await oursOf(device, "ours", makeTask(loss, shape, inputs)), await fastestCopy(device, elements, pace)];
    },
  };
}

async function fastestCopy(device: GPUDevice, elements: number, pace: Pace): Promise<Variant> {
  const copies = await Promise.all(copyCuts(device.adapterInfo).map((cut) => copyOf(device, elements, cut)));
  const times = await timeInterleaved(copies, { batchMs: pace.batchMs / 2, rounds: 3 });
  const best = times.findIndex(({ p50 }) => p50 === Math.min(...times.map((time) => time.p50)));
  for (const [i, copy] of copies.entries()) if (i !== best) copy.dispose();
  return { ...copies[best], name: "copy" };
}

/** CPU columns up to here: a step of tfjs-cpu takes a quarter of a second at 2^20. */
const CPU_ELEMENTS = 2 ** 16;

async function zmseVariants({ device, tf, pace }: Environment, task: Task): Promise<Variant[]> {
  const elements = task.shape[0];
  const variants: Variant[] = [
    await oursOf(device, "ours", task),
    await oursOf(device, "ours unscaled", task, { unscaled: true }),
    await baselineOf(device, task),
  ];
  if (tf) {
    variants.push(await tfjsOf(tf, task, "byHand", device), await tfjsOf(tf, task, "byAutograd", device));
    if (elements <= CPU_ELEMENTS) variants.push(await tfjsOf(tf, task, "byHand"));
  }
  if (elements <= CPU_ELEMENTS) variants.push(evaluateOf(task));
  variants.push(await fastestCopy(device, elements, pace));
  return variants;
}

const zmseCase = (elements: number): Case => ({
  name: "zmse",
  shape: [elements],
  elements,
  leastBytes: 20,
  variants: async (environment) => zmseVariants(environment, makeTask(zmse(), [elements], regressionInputs(elements))),
});

export function casesFor({ quick = false, large = false }): Case[] {
  const sizes = quick ? [10, 16, 20] : [10, 12, 16, 18, 20, 22, ...(large ? [24] : [])];
  return [
    ...sizes.map((power) => zmseCase(2 ** power)),
    ...(quick
      ? []
      : [
          oursOnly("mse", squaredError(), [2 ** 20], 12),
          oursOnly("huber", huber(), [2 ** 20], 12),
          oursOnly("zbce", zbce(), [2 ** 20], 20),
          oursOnly("zbce per class", zbce(), [2 ** 14, 64], 20),
          oursOnly("zmse rows", zmse(), [2 ** 14, 64], 20),
        ]),
  ];
}

/** Small batches, where launches and the host's work are everything. */
export const latencySizes = [32, 256, 1024, 4096] as const;

export const latencyCase = (elements: number): Case => ({ ...zmseCase(elements), name: "zmse latency", leastBytes: 0 });
