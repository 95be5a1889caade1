/** Networks trained by Adam on the full batch, several in step with each other: what every engine has to offer. */
import type { Activation, LaiTraining, Loss } from "../../src/index.js";
import { normal } from "./random.js";

/** One network in training. */
export interface Candidate {
  readonly loss: Loss<"regression">;
  /** Lai losses only. */
  readonly training?: LaiTraining;
  /** [samples, features] and [samples]; candidates of the same arrays share them on the GPU. */
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
}

/** Networks of one form, from the same initial parameters. */
export interface Experiment {
  readonly units: readonly number[];
  readonly activation: Activation;
  readonly seed: number;
  readonly steps: number;
  /** Step size of Adam at the start; it falls to 0 in a straight line, so that the last step is no better or worse by chance. */
  readonly rate: number;
  readonly candidates: readonly Candidate[];
  /** Inputs at which the networks are looked at, [points, features]. */
  readonly points: Float64Array;
}

/** What a network has learnt so far. */
export interface Look {
  /** The training loss before the last step; NaN when there was none. */
  readonly loss: number;
  /** At the points. */
  readonly predictions: ArrayLike<number>;
  /** d prediction / d input at the points, [points, features]. */
  readonly slopes: ArrayLike<number>;
}

/** Loss and gradients with the parameters that they belong to, so that others can compute them too. */
export interface Audit {
  readonly step: number;
  readonly parameters: Float32Array | Float64Array;
  readonly loss: number;
  readonly gradients: Float32Array | Float64Array;
}

export interface Trainer {
  readonly step: number;
  /** Goes on by so many steps, at most to the last one; resolves when they are done. */
  advance(steps: number): Promise<void>;
  look(): Promise<Look[]>;
  /** Of the step that would come next. */
  audit(): Promise<Audit[]>;
  close(): void;
}

/** Constants of Adam, as Kingma and Ba 2015 advise. */
export const adam = { firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-8 };

/** Step size and the correction of the second moment at a step counted from 0; both correct for moments that start at 0. */
export function adamRates(
  { rate, steps }: Pick<Experiment, "rate" | "steps">,
  step: number,
): readonly [size: number, correction: number] {
  const size = (rate * (1 - step / steps)) / (1 - adam.firstDecay ** (step + 1));
  return [size, 1 / (1 - adam.secondDecay ** (step + 1))];
}

/** Weights and biases of deviation 1 / sqrt(inputs), in the order of `flattenNetwork`; biases of 0 would bend all units at one place. */
export function initialParameters({ units, seed }: Experiment): Float32Array<ArrayBuffer> {
  const draw = normal(seed);
  const layers = units.slice(1).map((outputs, l) => {
    const count = outputs * units[l] + outputs;
    return Array.from({ length: count }, () => draw() / Math.sqrt(units[l]));
  });
  return Float32Array.from(layers.flat());
}
