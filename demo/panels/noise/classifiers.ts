/** Networks that learn digits in TensorFlow.js, one under each loss: the same weights at the start, the same batches. */
import type * as Tensorflow from "@tensorflow/tfjs";
import { predict } from "../../../bench/tfjs.js";
import { toTfjs } from "../../../src/tfjs.js";
import { classes, type Digits, darkest, side } from "../../data/digits.js";
import { normal, shuffled } from "../../lib/random.js";
import type { Tensor, Tf } from "../../lib/tensorflow.js";
import { createTurns } from "../../lib/turns.js";
import type { NoisyLabels } from "./labels.js";
import type { Setting } from "./settings.js";

export interface Experiment {
  readonly digits: Pick<Digits, "train" | "test">;
  readonly noise: NoisyLabels;
  readonly settings: readonly Setting[];
  readonly hidden: number;
  readonly batch: number;
  readonly epochs: number;
  /** Step size of Adam. */
  readonly rate: number;
  /** Of weights and batches. */
  readonly seed: number;
}

/** What a z-mask masked in an epoch, in samples. */
export interface MaskCounts {
  readonly masked: number;
  readonly wrong: number;
  readonly wrongMasked: number;
}

/** What a network has come to. */
export interface Ending {
  /** Share of the wrong labels that it gives itself; 0 where there are none. */
  readonly memorized: number;
  /** How many classes it gives to no test digit. */
  readonly unused: number;
}

/** A batch at the end, so that others can compute its loss and gradient too. */
export interface Audit {
  readonly setting: Setting;
  /** [batch, 10] */
  readonly logits: Float32Array;
  readonly labels: Int32Array;
}

const pixelsOfDigit = side * side;

/** [samples, 64], from 0 to 1. */
function valuesOf(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) values[i] = pixels[i] / darkest;
  return values;
}

const inputsOf = (tf: Tf, values: Float32Array) => tf.tensor2d(values, [values.length / pixelsOfDigit, pixelsOfDigit]);

/** Kernels of deviation sqrt(2 / inputs), as relu wants them, and biases of 0. */
function initialParameters(units: readonly number[], seed: number) {
  const draw = normal(seed);
  return units.slice(1).flatMap((outputs, l) => [
    {
      shape: [units[l], outputs],
      values: Float32Array.from({ length: units[l] * outputs }, () => draw() * Math.sqrt(2 / units[l])),
    },
    { shape: [outputs], values: new Float32Array(outputs) },
  ]);
}

/** Samples in the order of batches. */
function inOrder(values: Float32Array, labels: Uint8Array, order: readonly number[]) {
  const sorted = new Float32Array(order.length * pixelsOfDigit);
  order.forEach((i, at) => {
    sorted.set(values.subarray(i * pixelsOfDigit, (i + 1) * pixelsOfDigit), at * pixelsOfDigit);
  });
  return { values: sorted, labels: Int32Array.from(order, (i) => labels[i]) };
}

const shareOfEqual = (given: ArrayLike<number>, labels: ArrayLike<number>) =>
  Array.from(given).filter((label, i) => label === labels[i]).length / labels.length;

export interface Classifiers {
  /** One epoch for all; a remainder that does not fill a batch waits for another one. Stops early after a signal. */
  train(epoch: number, signal?: AbortSignal): Promise<(MaskCounts | undefined)[]>;
  /** Share of the test digits that every network gets right. */
  test(): Promise<number[]>;
  finish(): Promise<Ending[]>;
  audit(): Promise<Audit[]>;
  close(): void;
}

/** On the backend that is set; what it holds there is freed by `close`. */
export function createClassifiers(tf: Tf, experiment: Experiment): Classifiers {
  const { digits, noise, settings, hidden, batch, rate, seed } = experiment;
  const { train, test } = digits;
  const start = initialParameters([pixelsOfDigit, hidden, classes], seed);
  const networks = settings.map(({ loss }) => {
    const masked = "base" in loss;
    return {
      parameters: start.map(({ values, shape }) => tf.tidy(() => tf.variable(tf.tensor(values, shape)))),
      loss: toTfjs(tf, loss, { keep: masked ? ["mask"] : [] }),
      optimizer: tf.train.adam(rate),
      masks: masked ? ([] as Tensor[]) : undefined,
    };
  });
  const testInputs = inputsOf(tf, valuesOf(test.pixels));
  const values = valuesOf(train.pixels);
  const batches = Math.floor(train.labels.length / batch);

  /** [networks, samples]: the classes that they give, in one read-back. */
  async function predictions(inputs: Tensor): Promise<ArrayLike<number>[]> {
    const all = tf.tidy(() =>
      tf.stack(networks.map(({ parameters }) => tf.argMax(predict(tf, inputs, parameters), 1))),
    );
    const given = await all.data<"int32">();
    all.dispose();
    const count = given.length / networks.length;
    return networks.map((_, n) => given.subarray(n * count, (n + 1) * count));
  }

  async function countMasks(masks: Tensor[], order: readonly number[]): Promise<MaskCounts> {
    const all = tf.concat(masks);
    const kept = await all.data();
    tf.dispose([all, ...masks]);
    const seen = order.slice(0, kept.length);
    const wrong = seen.filter((i) => noise.wrong[i] === 1).length;
    const masked = seen.filter((_, at) => kept[at] === 0);
    return { masked: masked.length, wrong, wrongMasked: masked.filter((i) => noise.wrong[i] === 1).length };
  }

  return {
    async train(epoch, signal) {
      const order = shuffled(train.labels.length, 1000 * seed + epoch).slice(0, batches * batch);
      const sorted = inOrder(values, noise.labels, order);
      const [inputs, labels] = [inputsOf(tf, sorted.values), tf.tensor1d(sorted.labels, "int32")];
      const turn = createTurns();
      for (let from = 0; from < order.length && !signal?.aborted; from += batch) {
        const [x, y] = [inputs.slice([from, 0], [batch, pixelsOfDigit]), labels.slice(from, batch)];
        for (const { parameters, loss, optimizer, masks } of networks) {
          optimizer.minimize(() => loss(y, predict(tf, x, parameters)) as Tensorflow.Scalar, false, parameters);
          if (masks && loss.last.tensors.mask) masks.push(tf.clone(loss.last.tensors.mask as Tensor));
          await turn();
        }
        tf.dispose([x, y]);
      }
      tf.dispose([inputs, labels]);
      return Promise.all(
        networks.map(async ({ masks }) => (masks?.length ? countMasks(masks.splice(0), order) : undefined)),
      );
    },
    test: async () => (await predictions(testInputs)).map((given) => shareOfEqual(given, test.labels)),
    async finish() {
      const wrong = Array.from(noise.wrong.keys()).filter((i) => noise.wrong[i] === 1);
      const sorted = inOrder(values, noise.labels, wrong);
      const inputs = wrong.length > 0 ? inputsOf(tf, sorted.values) : undefined;
      const ofWrong = inputs && (await predictions(inputs));
      inputs?.dispose();
      return (await predictions(testInputs)).map((given, n) => ({
        memorized: ofWrong ? shareOfEqual(ofWrong[n], sorted.labels) : 0,
        unused: classes - new Set(Array.from(given)).size,
      }));
    },
    async audit() {
      const order = Array.from({ length: batch }, (_, i) => i);
      const { values: first, labels } = inOrder(values, noise.labels, order);
      const inputs = inputsOf(tf, first);
      const audits = await Promise.all(
        networks.map(async ({ parameters }, i) => {
          const logits = tf.tidy(() => predict(tf, inputs, parameters));
          const read = Float32Array.from(await logits.data());
          logits.dispose();
          return { setting: settings[i], logits: read, labels };
        }),
      );
      inputs.dispose();
      return audits;
    },
    close() {
      for (const { parameters, optimizer, loss, masks } of networks) {
        tf.dispose([...parameters, ...(masks ?? [])]);
        optimizer.dispose();
        loss.dispose();
      }
      testInputs.dispose();
    },
  };
}
