/** What is learnt: digits some of whose labels are wrong, and a function some of whose values are far off. */
import { classes, darkest, firstOf, type Labelled, side } from "../demo/data/digits.js";
import { median, robustScale } from "../demo/lib/line.js";
import { normal, shuffled, uniform } from "../demo/lib/random.js";
import { type NoiseKind, withNoise } from "../demo/panels/noise/labels.js";

export interface Samples {
  /** [samples, features] */
  readonly inputs: Float32Array;
  /** [samples]: classes, or numbers. */
  readonly targets: ArrayLike<number>;
}

export interface Task {
  readonly family: "class" | "regression";
  /** With the constant one, and zeros as padding. */
  readonly features: number;
  readonly outputs: number;
  /** The feature that is always 1, and how many at the end are always 0. */
  readonly constant: { readonly index: number; readonly padding: number };
  readonly train: Samples;
  /** As noisy as the training samples, none of which it holds. */
  readonly validation: Samples;
  /** Clean. */
  readonly test: Samples;
  /** 1 for training samples that are wrong. */
  readonly wrong: Uint8Array;
  /** Of regression: what a target of 1 means in units of the function. */
  readonly unit?: number;
}

/** Samples of either kind; the rest of the digits that train is not used. */
export const sizes = { train: 768, validation: 256, test: 768 };

export type NoiseName = NoiseKind | "outliers";

/** A kind of noise, and the share of wrong targets in percent. */
export interface Noise {
  readonly kind: NoiseName;
  readonly percent: number;
}

export const labelNoises: readonly Noise[] = [
  ...[0, 20, 40, 60, 80].map((percent) => ({ kind: "symmetric" as const, percent })),
  { kind: "asymmetric", percent: 40 },
];
export const outlierNoises: readonly Noise[] = [0, 5, 10, 20, 30].map((percent) => ({ kind: "outliers", percent }));

/** Its share of all training targets; asymmetric noise meets half of the classes. */
export const shareOfWrong = ({ wrong }: Task): number => wrong.reduce((sum, w) => sum + w, 0) / wrong.length;

const pixels = side * side;

/** The first pixel of a digit is white in all of them; it is the constant feature. */
function digitInputs(values: Uint8Array): Float32Array {
  const inputs = Float32Array.from(values, (value) => value / darkest);
  for (let i = 0; i < inputs.length; i += pixels) inputs[i] = 1;
  return inputs;
}

/** Training and validation digits are drawn by the seed from the same people; the test digits are always the same ones, of others. */
export function digitTask(
  digits: { readonly train: Labelled; readonly test: Labelled },
  noise: Noise,
  seed: number,
): Task {
  if (noise.kind === "outliers") throw new Error("digits have no outliers");
  const { kind, percent } = noise;
  const order = shuffled(digits.train.labels.length, 31 * seed);
  const draw = (from: number, count: number): Labelled => {
    const chosen = order.slice(from, from + count);
    return {
      pixels: Uint8Array.from(chosen.flatMap((i) => [...digits.train.pixels.subarray(i * pixels, (i + 1) * pixels)])),
      labels: Uint8Array.from(chosen, (i) => digits.train.labels[i]),
    };
  };
  const [train, validation] = [draw(0, sizes.train), draw(sizes.train, sizes.validation)];
  const test = firstOf(digits.test, sizes.test);
  const noisy = withNoise(train.labels, kind, percent / 100, 2 * seed);
  return {
    family: "class",
    features: pixels,
    outputs: classes,
    constant: { index: 0, padding: 0 },
    train: { inputs: digitInputs(train.pixels), targets: noisy.labels },
    validation: {
      inputs: digitInputs(validation.pixels),
      targets: withNoise(validation.labels, kind, percent / 100, 1000 + 2 * seed).labels,
    },
    test: { inputs: digitInputs(test.pixels), targets: test.labels },
    wrong: noisy.wrong,
  };
}

/** Inputs of Friedman's function, of which the last five have no say. */
const features = 10;
const padded = 16;

/** Friedman 1991, Multivariate Adaptive Regression Splines; inputs are uniform from 0 to 1. */
export const friedman = (x: ArrayLike<number>): number =>
  10 * Math.sin(Math.PI * x[0] * x[1]) + 20 * (x[2] - 0.5) ** 2 + 10 * x[3] + 5 * x[4];

/** Outliers lie above the function by this much and up to twice that; its own deviation is 4.9, that of the noise 1. */
const distance = 25;

/**
 * Friedman's function with normal noise. Outliers are all too high, so that they move means. Targets are centred and scaled by the median
 * and the median distance of the noisy training targets: a mean and a deviation would have let the outliers in. The test is free of noise.
 */
export function friedmanTask({ percent }: Noise, seed: number): Task {
  const [next, draw] = [uniform(7919 * seed + 1), normal(7919 * seed + 2)];
  const make = (count: number, noisy: boolean) => {
    const inputs = new Float32Array(count * padded);
    const bad = new Set(
      noisy ? shuffled(count, 7919 * seed + count).slice(0, Math.round((percent / 100) * count)) : [],
    );
    const targets: number[] = Array.from({ length: count }, (_, i) => {
      const x = Array.from({ length: features }, next);
      // Centred, of deviation 1.
      inputs.set([...x.map((v) => (v - 0.5) * Math.sqrt(12)), 1], i * padded);
      return friedman(x) + (noisy ? draw() : 0) + (bad.has(i) ? distance * (1 + next()) : 0);
    });
    return { inputs, targets, wrong: Uint8Array.from(targets, (_, i) => Number(bad.has(i))) };
  };
  const [train, validation, test] = [make(sizes.train, true), make(sizes.validation, true), make(sizes.test, false)];
  const [center, scale] = [median(train.targets), robustScale(train.targets)];
  const scaled = ({ inputs, targets }: ReturnType<typeof make>): Samples => {
    return { inputs, targets: Array.from(targets, (y) => (y - center) / scale) };
  };
  return {
    family: "regression",
    features: padded,
    outputs: 1,
    constant: { index: features, padding: padded - features - 1 },
    train: scaled(train),
    validation: scaled(validation),
    test: scaled(test),
    wrong: train.wrong,
    unit: scale,
  };
}
