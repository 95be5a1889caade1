/** Multi-layer perceptrons with one output: what a Lai loss needs to know of a model, its slopes, by the shortest way. */
import { oneOf, refuse } from "../errors.js";

/** Functions between layers; the last layer has none. */
export const activations = ["tanh", "softplus", "relu", "linear"] as const;
/** One of them. */
export type Activation = (typeof activations)[number];

/** The numbers of a dense layer, [outputs, inputs], row-major. */
export interface Matrix {
  readonly shape: readonly [outputs: number, inputs: number];
  readonly data: ArrayLike<number>;
}

/** Dense layers with an activation between them, and one output. */
export interface Network {
  readonly activation: Activation;
  /** One matrix per layer; the inputs of a layer are the outputs of the one before, and the last one has one output. */
  readonly weights: readonly Matrix[];
  /** One array per layer, as long as the layer has outputs. */
  readonly biases: readonly ArrayLike<number>[];
}

/** Units of every layer, from the inputs to the one output; throws a LossError `parameter` or `shape` where layers do not fit together. */
export function unitsOf({ activation, weights, biases }: Network): number[] {
  oneOf(activation, activations, "network", "activation");
  if (weights.length === 0 || biases.length !== weights.length) {
    const rule = "there must be as many biases as weights, and at least one of each";
    refuse("shape", "network", rule, [weights.length, biases.length], "Give both for every layer.");
  }
  const units = [weights[0].shape[1]];
  for (const [l, { shape, data }] of weights.entries()) {
    const [outputs, inputs] = shape;
    if (inputs !== units[l] || data.length !== outputs * inputs || biases[l].length !== outputs || !(outputs > 0)) {
      const rule = `layer ${l} must have ${units[l]} inputs, and numbers for them all`;
      refuse(
        "shape",
        "network",
        rule,
        [outputs, inputs, data.length, biases[l].length],
        "Weights are [outputs, inputs].",
      );
    }
    units.push(outputs);
  }
  if (units[weights.length] !== 1) {
    refuse(
      "shape",
      "network",
      "the last layer must have 1 output",
      units[weights.length],
      "Train one network for each.",
    );
  }
  return units;
}
