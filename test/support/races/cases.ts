// Plans that lead through every kernel: each way to cut the work, small enough to be logged.
import {
  absoluteError,
  binaryCrossEntropy,
  createLedger,
  createNetworkPlan,
  createPlan,
  crossEntropy,
  flattenNetwork,
  huber,
  type Loss,
  lai,
  laiMae,
  laiMse,
  normalized,
  type PlanOptions,
  sgce,
  squaredError,
  symmetrized,
  type Tuning,
  taylorCrossEntropy,
  trimmed,
  unhingedL2,
  weightedSum,
  zbce,
  zMasked,
} from "../../../src/index.js";
import { labelRows } from "../classes.js";
import { binaryData, classData, normal, random, regressionData, weightsFor } from "../data.js";
import { randomNetwork } from "../networks.js";
import { storageBuffer } from "../plan.js";

type Data = Record<string, ArrayLike<number>>;

/** Records a plan once, with buffers of its own. */
export type Case = readonly [what: string, play: (device: GPUDevice) => Promise<void>];

interface AnyPlan {
  readonly sizes: Readonly<Record<string, number>>;
  encode(encoder: GPUCommandEncoder, buffers: never): void;
}

/** Whatever `data` lacks is zeros; `gradient` may stand for the logits. */
function submit(device: GPUDevice, plan: AnyPlan, data: Data, inPlace = false): void {
  const buffers: Record<string, GPUBuffer> = {};
  for (const [name, size] of Object.entries(plan.sizes)) {
    const given = data[name];
    buffers[name] = storageBuffer(device, given ? (given.length > 0 ? given : size) : size);
  }
  if (inPlace) buffers.gradient = buffers.logits;
  const encoder = device.createCommandEncoder();
  plan.encode(encoder, buffers as never);
  device.queue.submit([encoder.finish()]);
}

const plain = ["loss", "gradient"] as const;
const all = [...plain, "perSample", "summary"] as const;
const masks = [...plain, "mask"] as const;

const of = (what: string, loss: Loss, data: Data, options: PlanOptions): Case => [
  what,
  async (device) => {
    const outputs = options.outputs ?? plain;
    const plan = await createPlan(device, loss, { ...options, outputs });
    submit(device, plan as AnyPlan, data, options.inPlace);
  },
];

/** One dispatch; several, of workgroups that have several quads of lanes; the same with a binding for a part of the rows only. */
const cuts: [name: string, tuning: Partial<Tuning>][] = [
  ["small", { workgroupSize: 16, smallBatch: 1e9 }],
  ["sliced", { workgroupSize: 16, smallBatch: 0, minElements: 64 }],
];
const inCuts = (make: (cut: string, tuning: Partial<Tuning>) => Case[]): Case[] =>
  cuts.flatMap(([cut, tuning]) => make(cut, tuning));

const spoiled = <D extends Data>(data: D, name: keyof D): D => {
  const values = Float32Array.from(data[name]);
  values[3] = NaN;
  values[17] = Infinity;
  return { ...data, [name]: values };
};

const median = <L extends Loss>(loss: L, more: object = {}) =>
  zMasked(loss as never, { estimator: "median", ...more } as never) as Loss;

const regression = inCuts((cut, tuning) => {
  const data = { ...regressionData(330), weights: weightsFor(330) };
  const rows = { ...regressionData(12 * 40), weights: weightsFor(12) };
  const sample = { granularity: "sample" } as const;
  const shape = [330] as const;
  const trims = trimmed(absoluteError(), { fraction: 0.3 });
  return [
    of(`elements, ${cut}`, squaredError(), data, { shape, tuning, inputs: ["weights"], outputs: all }),
    of(`masked, some not finite, ${cut}`, zMasked(huber()), spoiled(data, "targets"), {
      ...{ shape, tuning },
      nonFinite: "omit",
      outputs: [...all, "mask", "z", "statistics"],
    }),
    of(`masked rows, ${cut}`, zMasked(squaredError(), sample), rows, { shape: [12, 40], tuning }),
    of(`median of rows, ${cut}`, median(absoluteError(), sample), rows, { shape: [12, 40], tuning }),
    of(`trimmed, ${cut}`, trims, data, { shape, tuning, outputs: masks }),
  ];
});

const manySamples: Case[] = (() => {
  const data = regressionData(5000);
  const tuning = { workgroupSize: 4, smallBatch: 0, minElements: 1000 };
  const wide = { workgroupSize: 32, smallBatch: 0, minElements: 1000 };
  const ties = { predictions: data.predictions.map((_, i) => i % 7), targets: new Float32Array(5000) };
  // Of every sixteen quads a guess sees the first.
  const misleading = data.predictions.map((x, i) => x + (Math.floor(i / 4) % 16 === 0 ? 100 : 0));
  const loss = median(absoluteError(), { statistic: "error" });
  const trims = trimmed(absoluteError(), { fraction: 0.29 });
  const shape = [5000] as const;
  return [
    of("median of many", loss, data, { shape, tuning }),
    of("median of many, guessed wrong", loss, { ...data, predictions: misleading }, { shape, tuning: wide }),
    of("trimmed mean of many ties", trims, ties, { shape, tuning: wide, outputs: masks }),
  ];
})();

const binary = inCuts((cut, tuning) => {
  const data = { ...binaryData(40 * 5, 3, 0.1), classWeights: [1, 2], weights: weightsFor(200) };
  const shape = [40, 5] as const;
  const inputs = ["classWeights", "weights"] as const;
  const statistics = [...plain, "statistics"] as const;
  return [
    of(`binary, ${cut}`, binaryCrossEntropy(), data, { shape, tuning, inputs }),
    of(`binary, columns and classes, ${cut}`, zbce({ threshold: 1 }), data, { shape, tuning, outputs: statistics }),
    of(`binary, medians, ${cut}`, median(binaryCrossEntropy(), { statistic: "logit", per: "class" }), data, {
      shape,
      tuning,
    }),
  ];
});

/** A quick one, and one of several softmaxes. */
const quick = sgce({ q: 0.5 });
const general = weightedSum([
  [1, normalized(crossEntropy())],
  [2, symmetrized(taylorCrossEntropy({ t: 3 }))],
  [1, unhingedL2({ scale: 1 })],
]);

const classes = Object.entries({ quick, general }).flatMap(([way, loss]) =>
  inCuts((cut, tuning) => {
    const what = `${way}, ${cut}`;
    const few = { ...classData(33, 5), weights: weightsFor(33) };
    const many = classData(9, 200);
    const long = classData(3, 1201);
    const lanes = { ...tuning, workgroupSize: 4 };
    const soft = { ...few, labels: labelRows(33, 5) };
    const named = [...plain, "predictedClass", "correct"] as const;
    const perClass = { per: "class", threshold: 1.2 } as const;
    const rows = { shape: [33, 5], tuning } as const;
    const wide = { shape: [9, 200], tuning } as const;
    return [
      of(`in place, some not finite, ${what}`, loss, spoiled(many, "logits"), { ...wide, inPlace: true }),
      of(`rows not kept, in place, ${what}`, loss, long, { shape: [3, 1201], tuning: lanes, inPlace: true }),
      of(`masked, ${what}`, zMasked(loss), many, { ...wide, outputs: [...plain, "correct"] }),
      of(`masked per class, ${what}`, zMasked(loss, perClass), few, { ...rows, outputs: [...plain, "statistics"] }),
      ...(way === "quick"
        ? [
            of(`median, ${what}`, median(loss), few, rows),
            of(`median per class, ${what}`, median(loss, { per: "class" }), few, rows),
          ]
        : [of(`probabilities, ${what}`, loss, soft, { ...rows, labels: "rows", outputs: named })]),
    ];
  }),
);
const segments: Case[] = [
  of("rows in segments", quick, classData(2, 20_000), {
    shape: [2, 20_000],
    tuning: { workgroupSize: 16, smallBatch: 0 },
  }),
];

const slopes = inCuts((cut, tuning) => {
  const next = random(5);
  const floats = (n: number) => Float32Array.from({ length: n }, () => 2 * normal(next));
  const [one, three] = [1, 3].map((features) => ({ ...regressionData(90), slopes: floats(90 * features) }));
  const options = (slopes: number): PlanOptions => ({
    shape: [90],
    tuning,
    slopes,
    outputs: [...plain, "slopeGradient"],
  });
  return [
    of(`lai, ${cut}`, laiMae({ lambda: 0.5 }), one, options(1)),
    of(`lai, mean of features, ${cut}`, laiMse({ lambda: 0.6 }), three, options(3)),
    of(`lai, norm, ${cut}`, lai(huber(), { lambda: 1, aggregate: "norm" }), three, options(3)),
    of(`lai, a feature, ${cut}`, lai(huber(), { lambda: 1, aggregate: "feature", feature: 1 }), three, options(3)),
    of(`lai, masked, ${cut}`, zMasked(laiMae({ lambda: 0.5 })) as Loss, one, options(1)),
  ];
});

const networks: Case[] = [4, 64].flatMap((workgroupSize) =>
  (["tanh"] as const).flatMap((activation): Case[] => {
    const units = [5, 70, 9, 1];
    const { network, data } = randomNetwork(units, activation, 70);
    return [laiMse({ lambda: 0.6 }), zMasked(huber())].map((loss, k) => [
      `network, ${workgroupSize} lanes, ${activation}, ${["lai", "masked"][k]}`,
      async (device) => {
        const plan = await createNetworkPlan(device, loss as Loss<"regression">, {
          units,
          activation,
          batch: 70,
          outputs: ["loss", "predictions", "slopes", "parameterGradients"],
          tuning: { workgroupSize },
          ...(k === 0 && { training: { subset: 0.5 } }),
        });
        submit(device, plan as AnyPlan, { ...data, parameters: flattenNetwork(network) });
      },
    ]);
  }),
);

const ledger: Case = [
  "ledger",
  async (device) => {
    const ledger = await createLedger(device, { capacity: 50 });
    const next = random(3);
    const ids = storageBuffer(device, 4 * 150);
    device.queue.writeBuffer(
      ids,
      0,
      Uint32Array.from({ length: 150 }, () => Math.floor(60 * next())),
    );
    const z = storageBuffer(
      device,
      Float32Array.from({ length: 150 }, () => normal(next)),
    );
    const mask = storageBuffer(
      device,
      Float32Array.from({ length: 150 }, (_, i) => i % 2),
    );
    const encoder = device.createCommandEncoder();
    ledger.encode(encoder, { ids, z, mask }, { samples: 150 });
    device.queue.submit([encoder.finish()]);
  },
];

export const cases: readonly Case[] = [
  ...regression,
  ...manySamples,
  ...binary,
  ...classes,
  ...segments,
  ...slopes,
  ...networks,
  ledger,
];
