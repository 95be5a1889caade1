/** What is measured. */
import {
  crossEntropy,
  huber,
  type Loss,
  laiMae,
  laiMse,
  type Shape,
  sgce,
  squaredError,
  trimmed,
  zbce,
  zMasked,
  zmse,
} from "../src/index.js";
import { isSoftware } from "./baseline/adapter.js";
import { fastestCopy } from "./copy.js";
import type { Extent } from "./extent.js";
import { crossEntropyBaselinesOf, zmseBaselineOf } from "./handWritten.js";
import { fastestOf, type Pace, type Variant } from "./harness.js";
import { binaryInputs, classInputs, regressionInputs, slopedInputs } from "./inputs.js";
import { networkTask, networkVariants } from "./network.js";
import { oursOf } from "./ours.js";
import { type Peers, peersOf } from "./peers.js";
import { makeTask } from "./task.js";
import { tfjsZmseOf } from "./tfjsVariants.js";
import { lossVariants, trainingVariants } from "./training.js";

export interface Environment {
  readonly device: GPUDevice;
  readonly peers: Peers;
  readonly pace: Pace;
}

export interface Case {
  readonly name: string;
  readonly shape: Shape;
  readonly elements: number;
  /** Of a sample, where it has slopes. */
  readonly features?: number;
  /** Fewest bytes per element that the mathematics needs: inputs once per pass over the data, the gradient once. 0: no matter. */
  readonly leastBytes: number;
  /** The time that recording takes is a part of it. */
  readonly encode?: boolean;
  /** The first variant is ours: the others are compared with it. */
  readonly variants: (environment: Environment) => Promise<Variant[]>;
}

/** The case as people write it, and as `--filter` and results know it. */
export const shapeOf = ({ shape, features }: Case): string =>
  [...shape, ...(features ? [`${features} features`] : [])].join("x");
export const labelOf = (one: Case): string => `${one.name} ${shapeOf(one)}`;

const count = (shape: Shape): number => shape[0] * (shape[1] ?? 1);

function inputsOf({ family }: Loss, shape: Shape) {
  if (family === "class") return classInputs(shape[0], shape[1]!);
  return family === "regression" ? regressionInputs(count(shape)) : binaryInputs(count(shape));
}

/** Ours alone: what the loss, the family or the shape costs. */
function oursOnly(name: string, loss: Loss, shape: Shape, leastBytes: number): Case {
  const elements = count(shape);
  return {
    name,
    shape,
    elements,
    leastBytes,
    async variants({ device, pace }) {
      const task = makeTask(loss, shape, inputsOf(loss, shape));
      return [await oursOf(device, "ours", task), await fastestCopy(device, elements, pace)];
    },
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
  variants: ({ device, peers }) => networkVariants(device, tfOnWebgpu(peers), networkTask(units, batch)),
});

const tfOnWebgpu = ({ tf, tfBackends }: Peers) => (tfBackends.includes("webgpu") ? tf : undefined);

/** Within TensorFlow.js; without it there is nothing to measure. */
const lossInTfjsCase = (elements: number): Case => ({
  name: "tfjs loss",
  shape: [elements],
  elements,
  leastBytes: 20,
  async variants({ device, peers }) {
    const tf = tfOnWebgpu(peers);
    return tf ? lossVariants(device, tf, makeTask(zmse(), [elements], regressionInputs(elements))) : [];
  },
});

const minimizeCase = (units: readonly number[], batch: number): Case => ({
  name: `tfjs minimize ${units.join("-")}`,
  shape: [batch],
  elements: batch,
  leastBytes: 0,
  async variants({ device, peers }) {
    const tf = tfOnWebgpu(peers);
    return tf ? trainingVariants(device, tf, networkTask(units, batch)) : [];
  },
});

/** Up to here, launches and the host's work are everything. */
const LATENCY_ELEMENTS = 4096;

const zmseCase = (elements: number): Case => ({
  name: "zmse",
  shape: [elements],
  elements,
  leastBytes: elements <= LATENCY_ELEMENTS ? 0 : 20,
  encode: elements <= LATENCY_ELEMENTS,
  async variants({ device, peers, pace }) {
    const task = makeTask(zmse(), [elements], regressionInputs(elements));
    return [
      await oursOf(device, "ours", task),
      await oursOf(device, "ours, unscaled", task, { unscaled: true }),
      await zmseBaselineOf(device, task),
      ...(await peersOf(device, peers, task, pace)),
      await fastestCopy(device, elements, pace),
    ];
  },
});

/** By medians: every number has to be looked at for the median, for the distances from it, and for the mask. */
const medianCase = (elements: number): Case => ({
  name: "zmse median",
  shape: [elements],
  elements,
  leastBytes: 28,
  async variants({ device, peers, pace }) {
    const inputs = regressionInputs(elements);
    const taskOf = (loss: Loss) => makeTask(loss, [elements], inputs);
    const task = taskOf(zmse({ estimator: "median" }));
    const tf = tfOnWebgpu(peers);
    return [
      await oursOf(device, "ours", task),
      await oursOf(device, "ours, error", taskOf(zmse({ estimator: "median", statistic: "error" }))),
      await oursOf(device, "ours, moments", taskOf(zmse())),
      // It sorts: with 2^20 elements the case does not end within minutes.
      ...(tf && elements <= 2 ** 14 ? [await tfjsZmseOf(tf, task, "byHand", device)] : []),
      await fastestCopy(device, elements, pace),
    ];
  },
});

/** Cross-entropy of integer labels. */
const crossEntropyCase = (rows: number, classes: number): Case => ({
  name: "cross-entropy",
  shape: [rows, classes],
  elements: rows * classes,
  leastBytes: 8,
  async variants({ device, peers, pace }) {
    const task = makeTask(crossEntropy(), [rows, classes], classInputs(rows, classes));
    const baselines = await crossEntropyBaselinesOf(device, task);
    return [
      await oursOf(device, "ours", task),
      await oursOf(device, "ours, unscaled", task, { unscaled: true }),
      { ...(await fastestOf(baselines, pace)), name: "baseline" },
      ...(await peersOf(device, peers, task, pace)),
      await fastestCopy(device, rows * classes, pace),
    ];
  },
});

/** Symmetrized losses need a power of every probability. */
const sgceCase = (rows: number, classes: number): Case => ({
  name: "sgce",
  shape: [rows, classes],
  elements: rows * classes,
  leastBytes: 8,
  async variants({ device, peers, pace }) {
    const inputs = classInputs(rows, classes);
    const taskOf = (loss: Loss) => makeTask(loss, [rows, classes], inputs);
    const task = taskOf(sgce({ q: 0.5 }));
    return [
      await oursOf(device, "ours", task),
      await oursOf(device, "ours, q 0.7", taskOf(sgce({ q: 0.7 }))),
      await oursOf(device, "ours, cross-entropy", taskOf(crossEntropy())),
      ...(await peersOf(device, peers, task, pace)),
      await fastestCopy(device, rows * classes, pace),
    ];
  },
});

const exponents: Record<Extent, readonly number[]> = {
  least: [10, 14],
  quick: [10, 16, 20],
  full: [5, 8, 10, 12, 14, 16, 18, 20, 22, 24],
  large: [5, 8, 10, 12, 14, 16, 18, 20, 22, 24],
};

const classShapes: Record<Extent, readonly (readonly [number, number])[]> = {
  least: [],
  quick: [
    [256, 10],
    [1024, 1000],
  ],
  full: [
    [256, 10],
    [1024, 1000],
    [1024, 1001],
    [512, 32000],
    [4, 128000],
  ],
  large: [
    [256, 10],
    [1024, 1000],
    [1024, 1001],
    [512, 32000],
    [4, 128000],
    [8192, 1000],
    [8192, 32000],
  ],
};

const others = (): Case[] => [
  sgceCase(256, 10),
  sgceCase(1024, 1000),
  sgceCase(512, 32000),
  oursOnly("zmasked cross-entropy", zMasked(crossEntropy()), [1024, 1000], 8),
  ...[10, 14, 20].map((power) => medianCase(2 ** power)),
  oursOnly("trimmed mse", trimmed(squaredError(), { fraction: 0.02 }), [2 ** 20], 20),
  oursOnly("mse", squaredError(), [2 ** 20], 12),
  oursOnly("huber", huber(), [2 ** 20], 12),
  oursOnly("zbce", zbce(), [2 ** 20], 20),
  oursOnly("zbce per class", zbce(), [2 ** 14, 64], 20),
  oursOnly("zmse rows", zmse(), [2 ** 14, 64], 20),
  laiCase(2 ** 20, 1),
  laiCase(2 ** 20, 8),
  networkCase([8, 64, 64, 1], 1024),
  networkCase([8, 256, 256, 1], 1024),
  lossInTfjsCase(2 ** 10),
  lossInTfjsCase(2 ** 20),
  ...[128, 1024, 16384].map((batch) => minimizeCase([8, 32, 1], batch)),
];

/** For more than this a software adapter takes seconds, and its peers minutes. */
const SOFTWARE_ELEMENTS = 2 ** 26;

/** The cases for an adapter; where none is given, those for software. */
export function casesFor(extent: Extent, info?: GPUAdapterInfo): Case[] {
  const all = [
    ...exponents[extent].map((power) => zmseCase(2 ** power)),
    ...classShapes[extent].map((shape) => crossEntropyCase(...shape)),
    ...(extent === "full" || extent === "large" ? others() : []),
    ...(extent === "large" ? [networkCase([8, 512, 512, 1], 2048)] : []),
  ];
  return info && !isSoftware(info) ? all : all.filter(({ elements }) => elements <= SOFTWARE_ELEMENTS);
}
