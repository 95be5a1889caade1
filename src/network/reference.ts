/** The steps of a network in float64. */
import { type Activation, activations } from "./activations.js";
import { type Network, unitsOf } from "./network.js";
import { type Step, stepsAfterLoss, stepsBeforeLoss } from "./steps.js";

/** Matrices by layer, [batch, units]. */
type ByLayer = Float64Array[];

/** Derivatives of a loss. */
export interface LossDerivatives {
  /** With respect to the predictions, [batch]. */
  readonly predictions: ArrayLike<number>;
  /** With respect to the slopes, [batch, features]; absent for a loss of predictions alone. */
  readonly slopes?: ArrayLike<number>;
}

/** A network and a batch of inputs after the forward sweep. */
export interface Forward {
  readonly predictions: Float64Array;
  /** d prediction / d input, [batch, features]. */
  readonly slopes: Float64Array;
  /** Gradients with respect to weights and biases of a loss with these derivatives, by layer. */
  gradients(by: LossDerivatives): { readonly weights: ByLayer; readonly biases: ByLayer };
}

/**
 * Predictions and slopes for `inputs`, [batch, features]; those of a sample that is not finite, or overflows, are NaN, and its numbers count as
 * zeros for all else, so that the loss decides what to do with it. Throws a LossError as {@link unitsOf}.
 */
export function forward(network: Network, inputs: ArrayLike<number>): Forward {
  const units = unitsOf(network);
  const layers = units.length - 1;
  const batch = Math.floor(inputs.length / units[0]);
  const activation = (l: number) => activations[l < layers - 1 ? network.activation : ("linear" satisfies Activation)];

  const features = units[0];
  const broken = new Uint8Array(batch);
  for (let at = 0; at < inputs.length; at++) if (!Number.isFinite(inputs[at])) broken[Math.floor(at / features)] = 1;
  const values: ByLayer = [Float64Array.from(inputs, (x, at) => (broken[Math.floor(at / features)] ? 0 : x))];
  const firsts: ByLayer = [];
  const pulls: ByLayer = [];
  const tangents: ByLayer = [];
  const bends: ByLayer = [];
  const errors: ByLayer = [];
  const weightGradients: ByLayer = [];
  const biasGradients: ByLayer = [];
  let slopes: Float64Array = new Float64Array(0);

  /** Numbers of the batch that overflow go on as zeros, and their sample counts as not finite, whatever comes next. */
  const tamed = (numbers: Float64Array, width: number): Float64Array =>
    numbers.map((x, at) => {
      if (Number.isFinite(x)) return x;
      broken[Math.floor(at / width)] = 1;
      return 0;
    });

  /** x Wᵀ of a layer, from its inputs to its outputs. */
  function up(l: number, x: Float64Array): Float64Array {
    const { data } = network.weights[l];
    const [inputs, outputs] = [units[l], units[l + 1]];
    const result = new Float64Array(batch * outputs);
    for (let s = 0; s < batch; s++) {
      for (let o = 0; o < outputs; o++) {
        let sum = 0;
        for (let i = 0; i < inputs; i++) sum += data[o * inputs + i] * x[s * inputs + i];
        result[s * outputs + o] = sum;
      }
    }
    return result;
  }
  /** x W of a layer, from its outputs to its inputs. */
  function down(l: number, x: Float64Array): Float64Array {
    const { data } = network.weights[l];
    const [inputs, outputs] = [units[l], units[l + 1]];
    const result = new Float64Array(batch * inputs);
    for (let s = 0; s < batch; s++) {
      for (let o = 0; o < outputs; o++) {
        for (let i = 0; i < inputs; i++) result[s * inputs + i] += data[o * inputs + i] * x[s * outputs + o];
      }
    }
    return result;
  }

  const steps: Record<Step, (l: number) => void> = {
    forward(l) {
      const { value, slope } = activation(l);
      const outputs = units[l + 1];
      const all = up(l, values[l]).map((sum, at) => sum + network.biases[l][at % outputs]);
      const sums = l < layers - 1 ? tamed(all, outputs) : all;
      values[l + 1] = sums.map(value);
      firsts[l] = sums.map(slope);
    },
    pull(l) {
      if (l === layers - 1) pulls[l] = firsts[l];
      const below = down(l, pulls[l]);
      if (l === 0) slopes = below;
      else {
        const all = below.map((x, at) => (firsts[l - 1][at] === 0 ? 0 : x * firsts[l - 1][at]));
        pulls[l - 1] = tamed(all, units[l]);
      }
    },
    tangent(l) {
      const { bend } = activation(l);
      const sums = up(l, tangents[l]);
      tangents[l + 1] = sums.map((sum, at) => sum * firsts[l][at]);
      bends[l] = sums.map((sum, at) => bend(values[l + 1][at]) * sum * pulls[l][at]);
    },
    back(l) {
      errors[l - 1] = down(l, errors[l]).map((x, at) => x * firsts[l - 1][at] + (bends[l - 1]?.[at] ?? 0));
    },
    gradient(l) {
      const [inputs, outputs] = [units[l], units[l + 1]];
      const byWeights = new Float64Array(outputs * inputs);
      const byBiases = new Float64Array(outputs);
      for (let s = 0; s < batch; s++) {
        for (let o = 0; o < outputs; o++) {
          const error = errors[l][s * outputs + o];
          byBiases[o] += error;
          for (let i = 0; i < inputs; i++) {
            const at = s * inputs + i;
            byWeights[o * inputs + i] += error * values[l][at];
            if (tangents[l]) byWeights[o * inputs + i] += pulls[l][s * outputs + o] * tangents[l][at];
          }
        }
      }
      weightGradients[l] = byWeights;
      biasGradients[l] = byBiases;
    },
  };

  for (const [step, l] of stepsBeforeLoss(layers, true)) steps[step](l);
  return {
    predictions: values[layers].map((x, s) => (broken[s] ? NaN : x)),
    slopes: slopes.map((x, at) => (broken[Math.floor(at / features)] ? NaN : x)),
    gradients(by) {
      errors[layers - 1] = Float64Array.from(by.predictions);
      tangents.length = 0;
      bends.length = 0;
      if (by.slopes) tangents[0] = Float64Array.from(by.slopes);
      for (const [step, l] of stepsAfterLoss(layers, by.slopes !== undefined)) steps[step](l);
      return { weights: [...weightGradients], biases: [...biasGradients] };
    },
  };
}
