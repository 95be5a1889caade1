/**
 * A network in float64: predictions, their slopes d prediction / d input, and the gradients of a loss of both. A loss of slopes needs
 * the derivative of a derivative: a forward sweep of tangents, and one reverse sweep for both (see Pearlmutter 1994 for products with
 * the Hessian, which these are).
 */
import { sigmoid, softplus } from "../numerics.js";
import { type Activation, type Network, unitsOf } from "./network.js";

/** Value, derivative and second derivative at a pre-activation. The derivative of relu at 0 is 0. */
const functions: Record<Activation, (a: number) => readonly [value: number, first: number, second: number]> = {
  tanh: (a) => {
    const t = Math.tanh(a);
    const slope = 1 / Math.cosh(a) ** 2; // 1 - t² would cancel
    return [t, slope, -2 * t * slope];
  },
  softplus: (a) => [softplus(a), sigmoid(a), sigmoid(a) * sigmoid(-a)],
  relu: (a) => (a > 0 ? [a, 1, 0] : [0, 0, 0]),
  linear: (a) => [a, 1, 0],
};

/** W h, or with `transposed` Wᵀ h. */
function times({ weights }: Network, l: number, h: Float64Array, transposed = false): Float64Array {
  const { shape, data } = weights[l];
  const [outputs, inputs] = shape;
  const result = new Float64Array(transposed ? inputs : outputs);
  for (let i = 0; i < outputs; i++) {
    for (let j = 0; j < inputs; j++) result[transposed ? j : i] += data[i * inputs + j] * h[transposed ? i : j];
  }
  return result;
}

/** What one sample leaves behind: values of every layer, with the inputs first, and the derivatives of its activations. */
interface Trace {
  readonly values: readonly Float64Array[];
  readonly firsts: readonly Float64Array[];
  readonly seconds: readonly Float64Array[];
}

/** A network and a batch of inputs after the forward sweep. */
export interface Forward {
  readonly predictions: Float64Array;
  /** d prediction / d input, [batch, features]. */
  readonly slopes: Float64Array;
  /** Gradients with respect to weights and biases of a loss with these derivatives, in the form of the network. */
  gradients(
    byPredictions: ArrayLike<number>,
    bySlopes: ArrayLike<number>,
  ): { readonly weights: Float64Array[]; readonly biases: Float64Array[] };
}

/** Predictions and slopes for `inputs`, [batch, features]; throws a LossError as {@link unitsOf}. */
export function forward(network: Network, inputs: ArrayLike<number>): Forward {
  const [features, ...units] = unitsOf(network);
  const layers = units.length;
  const batch = Math.floor(inputs.length / features);
  const predictions = new Float64Array(batch);
  const slopes = new Float64Array(batch * features);
  const traces: Trace[] = [];
  for (let s = 0; s < batch; s++) {
    const values = [Float64Array.from({ length: features }, (_, j) => inputs[s * features + j])];
    const firsts: Float64Array[] = [];
    const seconds: Float64Array[] = [];
    for (let l = 0; l < layers; l++) {
      const { [l]: bias } = network.biases;
      const sums = times(network, l, values[l]).map((a, i) => a + bias[i]);
      const at = functions[l < layers - 1 ? network.activation : "linear"];
      const all = Array.from(sums, at);
      values.push(Float64Array.from(all, ([value]) => value));
      firsts.push(Float64Array.from(all, ([, first]) => first));
      seconds.push(Float64Array.from(all, ([, , second]) => second));
    }
    predictions[s] = values[layers][0];
    let slope: Float64Array = Float64Array.of(1);
    for (let l = layers - 1; l >= 0; l--) {
      const pulled = slope.map((x, i) => x * firsts[l][i]);
      slope = times(network, l, pulled, true);
    }
    slopes.set(slope, s * features);
    traces.push({ values, firsts, seconds });
  }

  return {
    predictions,
    slopes,
    gradients(byPredictions, bySlopes) {
      const weights = network.weights.map(({ shape: [outputs, inputs] }) => new Float64Array(outputs * inputs));
      const biases = network.biases.map(({ length }) => new Float64Array(length));
      for (const [s, { values, firsts, seconds }] of traces.entries()) {
        // Tangents of all layers in the direction of the derivatives with respect to the slopes: before the activation and after.
        const tangents = [Float64Array.from({ length: features }, (_, j) => bySlopes[s * features + j])];
        const before: Float64Array[] = [];
        for (let l = 0; l < layers; l++) {
          before.push(times(network, l, tangents[l]));
          tangents.push(before[l].map((x, i) => x * firsts[l][i]));
        }
        // Back through values and tangents together.
        let byValue: Float64Array = Float64Array.of(byPredictions[s]);
        let byTangent: Float64Array = Float64Array.of(1);
        for (let l = layers - 1; l >= 0; l--) {
          const [outputs, inputs] = network.weights[l].shape;
          const bySum = byValue.map((x, i) => firsts[l][i] * x + seconds[l][i] * before[l][i] * byTangent[i]);
          const byBefore = byTangent.map((x, i) => firsts[l][i] * x);
          for (let i = 0; i < outputs; i++) {
            biases[l][i] += bySum[i];
            for (let j = 0; j < inputs; j++) {
              weights[l][i * inputs + j] += bySum[i] * values[l][j] + byBefore[i] * tangents[l][j];
            }
          }
          byValue = times(network, l, bySum, true);
          byTangent = times(network, l, byBefore, true);
        }
      }
      return { weights, biases };
    },
  };
}
