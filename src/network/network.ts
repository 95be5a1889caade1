/** Multi-layer perceptrons with one output: what a Lai loss needs to know of a model, its slopes, by the shortest way. */
import { oneOf, refuse } from "../errors.js";
import { type Activation, activations } from "./activations.js";

/** The numbers of a dense layer, [outputs, inputs], row-major. */
export interface Matrix {
  /** How many numbers come out, and go in. */
  readonly shape: readonly [outputs: number, inputs: number];
  /** outputs * inputs numbers, those of an output together. */
  readonly data: ArrayLike<number>;
}

/** Dense layers with an activation between them, and one output. */
export interface Network {
  /** Between the layers; after the last one there is none. */
  readonly activation: Activation;
  /** One matrix per layer; the inputs of a layer are the outputs of the one before, and the last one has one output. */
  readonly weights: readonly Matrix[];
  /** One array per layer, as long as the layer has outputs. */
  readonly biases: readonly ArrayLike<number>[];
}

const subject = "network";

/** Checks the name of an activation. */
export const checkActivation = (activation: Activation): Activation =>
  oneOf(activation, Object.keys(activations) as Activation[], subject, "activation");

/** Units of every layer, from the inputs to the one output; throws a LossError `parameter` or `shape` where layers do not fit together. */
export function unitsOf({ activation, weights, biases }: Network): number[] {
  checkActivation(activation);
  if (!(weights?.length > 0 && biases?.length === weights.length)) {
    const rule = "there must be as many biases as weights, and at least one of each";
    refuse("shape", subject, rule, [weights?.length, biases?.length], "Give both for every layer.");
  }
  const shapes = weights.map((matrix) => matrix?.shape ?? []);
  const units = [shapes[0][1], ...shapes.map(([outputs]) => outputs)];
  parameterOffsets(units);
  for (const [l, [outputs, inputs]] of shapes.entries()) {
    const { data } = weights[l];
    if (inputs !== units[l] || data?.length !== outputs * inputs || biases[l]?.length !== outputs) {
      const rule = `layer ${l} must have ${units[l]} inputs, and numbers for them all`;
      const got = [outputs, inputs, data?.length, biases[l]?.length];
      refuse("shape", subject, rule, got, "Weights are [outputs, inputs].");
    }
  }
  return units;
}

/** Where the parameters of each layer start in a flat array, and where they end; checks the units. */
export function parameterOffsets(units: readonly number[]): number[] {
  const whole = Array.isArray(units) && units.length > 1 && units.every((n) => Number.isSafeInteger(n) && n > 0);
  if (!(whole && units[units.length - 1] === 1)) {
    const rule = "units must be whole numbers above 0, from the features to the last layer's 1";
    refuse("shape", subject, rule, units, "Train one network for each output.");
  }
  const offsets = [0];
  for (let l = 1; l < units.length; l++) offsets.push(offsets[l - 1] + units[l] * (units[l - 1] + 1));
  return offsets;
}

/** An array that holds parameters. */
type Floats = Float32Array | Float64Array;

/**
 * All parameters of a network, or gradients in its form, in one array: layer by layer the weights, row by row, and then the biases. What a
 * network plan reads as `parameters`, and the order of its `parameterGradients`.
 *
 * @param into the array to fill and return; default: a new Float32Array.
 * @throws LossError `parameter` or `shape` where layers, or the array, do not fit together.
 */
export function flattenNetwork<A extends Floats = Float32Array<ArrayBuffer>>(network: Network, into?: A): A {
  const offsets = parameterOffsets(unitsOf(network));
  const needed = offsets[offsets.length - 1];
  const parameters = into ?? (new Float32Array(needed) as A);
  refuseOtherLength(parameters, needed);
  for (const [l, { data }] of network.weights.entries()) {
    parameters.set(data, offsets[l]);
    parameters.set(network.biases[l], offsets[l] + data.length);
  }
  return parameters;
}

function refuseOtherLength(parameters: Floats, needed: number): void {
  if (parameters?.length !== needed) {
    refuse("shape", subject, `there must be ${needed} parameters`, parameters?.length, "Give those of all layers.");
  }
}

/** A network whose numbers are parts of one array. */
export interface FlatNetwork<A extends Floats> extends Network {
  readonly weights: readonly (Matrix & {
    /** outputs * inputs numbers, a part of the array. */
    readonly data: A;
  })[];
  readonly biases: readonly A[];
}

/**
 * A network over an array in the order of {@link flattenNetwork}, of parameters or of gradients; its numbers are views, so that it changes
 * with the array.
 *
 * @param units the features, the hidden layers, and 1.
 * @throws LossError `parameter` or `shape` where they do not fit together.
 */
export function unflattenNetwork<A extends Floats>(
  { units, activation }: { readonly units: readonly number[]; readonly activation: Activation },
  parameters: A,
): FlatNetwork<A> {
  checkActivation(activation);
  const offsets = parameterOffsets(units);
  refuseOtherLength(parameters, offsets[offsets.length - 1]);
  const part = (from: number, to: number) => parameters.subarray(from, to) as A;
  const layers = Array.from({ length: units.length - 1 }, (_, l) => {
    const [inputs, outputs] = [units[l], units[l + 1]];
    const middle = offsets[l] + outputs * inputs;
    return { shape: [outputs, inputs] as const, data: part(offsets[l], middle), biases: part(middle, offsets[l + 1]) };
  });
  return {
    activation,
    weights: layers.map(({ shape, data }) => ({ shape, data })),
    biases: layers.map(({ biases }) => biases),
  };
}
