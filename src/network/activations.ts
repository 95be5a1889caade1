/** Functions between the layers of a network, in float64; their twins are shaders/activations. To add one, write both and name it here. */
import { sigmoid, softplus } from "../numerics.js";
import {
  activationsLinear,
  activationsRelu,
  activationsSoftplus,
  activationsTanh,
  functionsExpm1Quad,
  functionsLog1p,
} from "../shaders.generated.js";

/** Names of the activations. */
export type Activation = "tanh" | "softplus" | "relu" | "linear";

interface ActivationFunctions {
  readonly value: (a: number) => number;
  /** Its derivative. */
  readonly slope: (a: number) => number;
  /** The second derivative, divided by the first, as a function of the value. */
  readonly bend: (value: number) => number;
  readonly wgsl: readonly string[];
}

/** All activations. */
export const activations: Readonly<Record<Activation, ActivationFunctions>> = {
  tanh: {
    value: Math.tanh,
    slope: (a) => 1 / Math.cosh(a) ** 2, // 1 - tanh² would cancel
    bend: (value) => -2 * value,
    wgsl: [functionsExpm1Quad, activationsTanh],
  },
  softplus: {
    value: softplus,
    slope: sigmoid,
    bend: (value) => Math.exp(-value),
    wgsl: [functionsLog1p, activationsSoftplus],
  },
  relu: {
    value: (a) => Math.max(a, 0),
    slope: (a) => (a > 0 ? 1 : 0), // 0 at the kink
    bend: () => 0,
    wgsl: [activationsRelu],
  },
  linear: { value: (a) => a, slope: () => 1, bend: () => 0, wgsl: [activationsLinear] },
};
