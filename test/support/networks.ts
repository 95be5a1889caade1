// Networks of the vectors, networks with random numbers, and the comparison of what comes out of them.
import {
  type Activation,
  type Loss,
  lossFromJSON,
  type Network,
  type NetworkInputs,
  type NetworkOptions,
  type NetworkResult,
} from "../../src/index.js";
import file from "../vectors/lai-mlp.json";
import { expectClose, type Tolerance } from "./compare.js";
import { normal, random } from "./data.js";

interface Numbers {
  readonly shape: readonly [number, number];
  readonly data: readonly number[];
}
interface Case {
  readonly id: string;
  readonly activation: Activation;
  readonly params: { readonly reduction: "mean" | "sum" | "none"; readonly applyMask?: number[] };
  readonly inputs: {
    readonly x: Numbers;
    readonly target: Numbers;
    readonly weights: Numbers[];
    readonly biases: Numbers[];
  };
  readonly expected: Record<"pred" | "k", Numbers> & {
    readonly loss: number;
    readonly gradWeights: Numbers[];
    readonly gradBiases: Numbers[];
  };
  readonly tol: Record<string, Tolerance>;
}

/** A network, its loss and batch, and what has to come out, by PyTorch's autograd. */
export interface NetworkVector {
  readonly id: string;
  readonly network: Network;
  readonly loss: Loss<"regression">;
  readonly inputs: NetworkInputs;
  readonly options: NetworkOptions;
  readonly expected: NetworkResult<Float64Array>;
  /** Of float32. */
  readonly tolerance: Tolerance;
}

export const networkVectors: readonly NetworkVector[] = (file.cases as unknown as Case[]).map((one) => {
  const { reduction, applyMask, ...params } = one.params;
  const { x, target, weights, biases } = one.inputs;
  const { pred, k, loss, gradWeights, gradBiases } = one.expected;
  const floats = ({ data }: Numbers) => Float64Array.from(data);
  return {
    id: one.id,
    network: { activation: one.activation, weights, biases: biases.map(({ data }) => data) },
    loss: lossFromJSON({ loss: "lai", params } as never) as Loss<"regression">,
    inputs: { inputs: x.data, targets: target.data, ...(applyMask && { applyMask }) },
    options: { reduction },
    expected: {
      loss,
      predictions: floats(pred),
      slopes: floats(k),
      weightGradients: gradWeights.map((one) => ({ shape: one.shape, data: floats(one) })),
      biasGradients: gradBiases.map(floats),
    },
    tolerance: one.tol.gradWeights,
  };
});

/** A network with weights that keep values of a size, and a batch for it. */
export function randomNetwork(units: readonly number[], activation: Activation, batch: number, seed = 1) {
  const next = random(seed);
  const normals = (n: number, size: number) => Float32Array.from({ length: n }, () => size * normal(next));
  const layers = units.slice(1).map((outputs, l) => [outputs, units[l]] as const);
  const network: Network = {
    activation,
    weights: layers.map((shape) => ({ shape, data: normals(shape[0] * shape[1], 1 / Math.sqrt(shape[1])) })),
    biases: layers.map(([outputs]) => normals(outputs, 0.3)),
  };
  return { network, data: { inputs: normals(batch * units[0], 1), targets: normals(batch, 1) } };
}

/** Throws unless all of a result is within the tolerance. */
export function expectNetwork(
  got: NetworkResult<Float32Array> | NetworkResult<Float64Array>,
  expected: NetworkResult<Float64Array>,
  tolerance: Tolerance | ((values: ArrayLike<number>) => Tolerance),
): void {
  const close = (got: number | ArrayLike<number>, expected: number | ArrayLike<number>, what: string) => {
    const values = typeof expected === "number" ? [expected] : expected;
    expectClose(got, expected, typeof tolerance === "function" ? tolerance(values) : tolerance, what);
  };
  close(got.loss, expected.loss, "loss");
  close(got.predictions, expected.predictions, "predictions");
  close(got.slopes, expected.slopes, "slopes");
  for (const [l, { shape, data }] of expected.weightGradients.entries()) {
    expectClose(got.weightGradients[l].shape, shape, { rtol: 0, atol: 0 }, `shape of layer ${l}`);
    close(got.weightGradients[l].data, data, `weights of layer ${l}`);
    close(got.biasGradients[l], expected.biasGradients[l], `biases of layer ${l}`);
  }
}
