/** What is measured. */
import {
  crossEntropy,
  huber,
  type LogitInputs,
  type Loss,
  laiMae,
  laiMse,
  type RegressionInputs,
  type Shape,
  sgce,
  squaredError,
  zbce,
  zmse,
} from "../src/index.js";
import {
  copyOf,
  crossEntropyBaselinesOf,
  evaluateOf,
  makeTask,
  oursOf,
  type Task,
  tfjsCrossEntropyOf,
  tfjsZmseOf,
  zmseBaselineOf,
} from "./contenders.js";
import { copyCuts } from "./copy.js";
import { type Pace, randomOf, timeInterleaved, type Variant } from "./harness.js";
import { networkTask, networkVariants } from "./network.js";
import type { Tf } from "./tfjs.js";
import { lossVariants, trainingVariants } from "./training.js";

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
  /** Of a sample, where it has slopes. */
  readonly features?: number;
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

/** Logits of a classifier that is right about 70 % of the time, and classes as labels. */
export function classInputs(rows: number, classes: number, seed = 1): LogitInputs {
  const random = randomOf(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const logits = Float32Array.from({ length: rows * classes }, () => 2 * normal());
  const labels = Int32Array.from({ length: rows }, () => Math.floor(random() * classes));
  for (let i = 0; i < rows; i++) if (random() < 0.7) logits[i * classes + labels[i]] += 8;
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

/** Residuals as above, and slopes of several features. */
export function slopedInputs(samples: number, features: number): RegressionInputs {
  const random = randomOf(7);
  return {
    ...regressionInputs(samples),
    slopes: Float32Array.from({ length: samples * features }, () => 4 * random() - 2),
  };
}

/** Ours alone: the gradients with respect to predictions and slopes come out of one run. */
const laiCase = (samples: number, features: number): Case => ({
  name: "lai mse",
  shape: [samples],
  elements: samples,
  features,
  leastBytes: 4 * (2 + features) + 4 * (1 + features),
  async variants({ device, pace }) {
    const inputs = slopedInputs(samples, features);
    const task = (loss: Loss) => makeTask(loss, [samples], inputs);
    return [
      await oursOf(device, "ours", task(laiMse({ lambda: 0.5 })), { features }),
      await oursOf(device, "ours, mae", task(laiMae({ lambda: 0.5 })), { features }),
      await oursOf(device, "ours, norm", task(laiMse({ lambda: 0.5, aggregate: "norm" })), { features }),
      await fastestCopy(device, samples, pace),
    ];
  },
});

/** A training step of a network, plain and with slopes, against the plain one of TensorFlow.js. */
const networkCase = (units: readonly number[], batch: number): Case => ({
  name: `network ${units.join("-")}`,
  shape: [batch],
  elements: batch,
  leastBytes: 0,
  variants: ({ device, tf }) => networkVariants(device, tf, networkTask(units, batch)),
});

/** Within TensorFlow.js; without it there is nothing to measure. */
const lossInTfjsCase = (elements: number): Case => ({
  name: "tfjs loss",
  shape: [elements],
  elements,
  leastBytes: 20,
  async variants({ device, tf }) {
    return tf ? lossVariants(device, tf, makeTask(zmse(), [elements], regressionInputs(elements))) : [];
  },
});

const minimizeCase = (units: readonly number[], batch: number): Case => ({
  name: `tfjs minimize ${units.join("-")}`,
  shape: [batch],
  elements: batch,
  leastBytes: 0,
  variants: async ({ device, tf }) => (tf ? trainingVariants(device, tf, networkTask(units, batch)) : []),
});

/** The fastest of several variants in a run of their own; the others are gone. */
async function fastestOf(variants: readonly Variant[], { batchMs }: Pace): Promise<Variant> {
  const times = await timeInterleaved(variants, { batchMs: batchMs / 2, rounds: 3 });
  const best = times.findIndex(({ p50 }) => p50 === Math.min(...times.map((time) => time.p50)));
  for (const [i, variant] of variants.entries()) if (i !== best) variant.dispose();
  return variants[best];
}

async function fastestCopy(device: GPUDevice, elements: number, pace: Pace): Promise<Variant> {
  const copies = await Promise.all(copyCuts(device.adapterInfo).map((cut) => copyOf(device, elements, cut)));
  return { ...(await fastestOf(copies, pace)), name: "copy" };
}

/** CPU columns up to here: a step of tfjs-cpu takes a quarter of a second at 2^20. */
const CPU_ELEMENTS = 2 ** 16;

async function zmseVariants({ device, tf, pace }: Environment, task: Task): Promise<Variant[]> {
  const elements = task.shape[0];
  const variants: Variant[] = [
    await oursOf(device, "ours", task),
    await oursOf(device, "ours unscaled", task, { unscaled: true }),
    await zmseBaselineOf(device, task),
  ];
  if (tf) {
    variants.push(await tfjsZmseOf(tf, task, "byHand", device), await tfjsZmseOf(tf, task, "byAutograd", device));
    if (elements <= CPU_ELEMENTS) variants.push(await tfjsZmseOf(tf, task, "byHand"));
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

/** By medians: every number has to be looked at for the median, for the distances from it, and for the mask. */
const medianCase = (elements: number): Case => ({
  name: "zmse median",
  shape: [elements],
  elements,
  leastBytes: 28,
  async variants({ device, tf, pace }) {
    const inputs = regressionInputs(elements);
    const taskOf = (loss: Loss) => makeTask(loss, [elements], inputs);
    const task = taskOf(zmse({ estimator: "median" }));
    const variants: Variant[] = [
      await oursOf(device, "ours", task),
      await oursOf(device, "ours, error", taskOf(zmse({ estimator: "median", statistic: "error" }))),
      await oursOf(device, "ours, moments", taskOf(zmse())),
    ];
    // It sorts: with 2^20 elements the case does not end within minutes.
    if (tf && elements <= 2 ** 16) variants.push(await tfjsZmseOf(tf, task, "byHand", device));
    variants.push(await fastestCopy(device, elements, pace));
    return variants;
  },
});

/** Cross-entropy, and beside it symmetrized losses, which need a power of every probability. */
const classCase = (rows: number, classes: number): Case => ({
  name: "cross-entropy",
  shape: [rows, classes],
  elements: rows * classes,
  leastBytes: 8,
  async variants({ device, tf, pace }) {
    const inputs = classInputs(rows, classes);
    const taskOf = (loss: Loss) => makeTask(loss, [rows, classes], inputs);
    const task = taskOf(crossEntropy());
    const baselines = await crossEntropyBaselinesOf(device, task);
    const variants = [
      await oursOf(device, "ours", task),
      await oursOf(device, "ours, sgce 0.5", taskOf(sgce({ q: 0.5 }))),
      await oursOf(device, "ours, sgce 0.7", taskOf(sgce({ q: 0.7 }))),
      { ...(await fastestOf(baselines, pace)), name: "baseline" },
    ];
    if (tf) variants.push(await tfjsCrossEntropyOf(tf, task, device));
    variants.push(await fastestCopy(device, rows * classes, pace));
    return variants;
  },
});

export function casesFor({ quick = false, large = false }): Case[] {
  const sizes = quick ? [10, 16, 20] : [10, 12, 16, 18, 20, 22, ...(large ? [24] : [])];
  return [
    ...sizes.map((power) => zmseCase(2 ** power)),
    classCase(256, 10),
    classCase(1024, 1000),
    ...(quick
      ? []
      : [
          classCase(1024, 1001),
          classCase(512, 32000),
          classCase(4, 128000),
          medianCase(2 ** 10),
          medianCase(2 ** 16),
          medianCase(2 ** 20),
          oursOnly("mse", squaredError(), [2 ** 20], 12),
          oursOnly("huber", huber(), [2 ** 20], 12),
          oursOnly("zbce", zbce(), [2 ** 20], 20),
          oursOnly("zbce per class", zbce(), [2 ** 14, 64], 20),
          laiCase(2 ** 20, 1),
          laiCase(2 ** 20, 8),
          networkCase([8, 64, 64, 1], 1024),
          networkCase([8, 256, 256, 1], 1024),
          ...(large ? [networkCase([8, 512, 512, 1], 2048)] : []),
          lossInTfjsCase(2 ** 10),
          lossInTfjsCase(2 ** 20),
          ...[128, 1024, 16384].map((batch) => minimizeCase([8, 32, 1], batch)),
          oursOnly("zmse rows", zmse(), [2 ** 14, 64], 20),
        ]),
  ];
}

/** Small batches, where launches and the host's work are everything. */
export const latencySizes = [32, 256, 1024, 4096] as const;

export const latencyCase = (elements: number): Case => ({ ...zmseCase(elements), name: "zmse latency", leastBytes: 0 });
