// Lai losses of models of TensorFlow.js, on whatever backend, against float64.
import type * as Tensorflow from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import {
  evaluateNetwork,
  flattenNetwork,
  huber,
  type Loss,
  laiApplyMask,
  laiMse,
  type Network,
  unflattenNetwork,
  zMasked,
} from "../../src/index.js";
import { laiObjective, predictionsAndSlopes } from "../../src/tfjs.js";
import { expectClose } from "./compare.js";
import { expectLossError } from "./errors.js";
import { type NetworkVector, randomNetwork } from "./networks.js";
import type { Tf } from "./tfjs.js";
import { leaks } from "./tfjsMemory.js";

const activations = (tf: Tf) => ({ tanh: tf.tanh, softplus: tf.softplus, relu: tf.relu, linear: <T>(x: T) => x });

/** A network as variables, and as a function. */
function modelOf(tf: Tf, { activation, weights, biases }: Network) {
  const variables = weights.flatMap(({ shape, data }, l) =>
    tf.tidy(() => [
      tf.variable(tf.tensor2d(Array.from(data), shape as [number, number])),
      tf.variable(tf.tensor1d(Array.from(biases[l]))),
    ]),
  );
  const f = activations(tf)[activation] as (x: Tensorflow.Tensor) => Tensorflow.Tensor;
  const model = (x: Tensorflow.Tensor): Tensorflow.Tensor => {
    let values = x;
    for (let l = 0; l < weights.length; l++) {
      values = tf.matMul(values as Tensorflow.Tensor2D, variables[2 * l] as Tensorflow.Tensor2D, false, true);
      values = tf.add(values, variables[2 * l + 1]);
      if (l < weights.length - 1) values = f(values);
    }
    return values;
  };
  return { model, variables };
}

/** The tests; `get` is called within them. */
export function trainsLaiInTfjs(get: () => Tf, vectors: readonly NetworkVector[]): void {
  it.each(vectors.map((one) => [one.id, one] as const))("%s", async (_, vector) => {
    const tf = get();
    const { network, loss, inputs, options, expected, tolerance } = vector;
    const { model, variables } = modelOf(tf, network);
    const reduction = options.reduction === "mean" ? "mean" : "sum";
    const objective = laiObjective(tf, loss, model, { reduction });
    const features = network.weights[0].shape[1];
    const x = tf.tensor2d(Array.from(inputs.inputs), [inputs.inputs.length / features, features]);
    const y = tf.tensor1d(Array.from(inputs.targets));
    const applyMask = inputs.applyMask && tf.tensor1d(Array.from(inputs.applyMask));
    const { value, grads } = tf.variableGrads(() => objective(x, y, applyMask ? { applyMask } : {}), variables);
    const { predictions, slopes } = tf.tidy(() => predictionsAndSlopes(tf, model, x));
    expectClose((await value.data())[0], expected.loss as number, tolerance, "loss");
    expectClose(await predictions.data(), expected.predictions, tolerance, "predictions");
    expectClose(await slopes.data(), expected.slopes, tolerance, "slopes");
    for (const [i, { name }] of variables.entries()) {
      const l = i >> 1;
      const own = i % 2 === 0 ? expected.weightGradients[l].data : expected.biasGradients[l];
      // Of the last bias the slopes know nothing; it is there all the same.
      expectClose(
        await grads[name].data(),
        own,
        tolerance,
        i % 2 === 0 ? `weights of layer ${l}` : `biases of layer ${l}`,
      );
    }
    objective.dispose();
    tf.dispose([value, grads, predictions, slopes, variables, x, y, ...(applyMask ? [applyMask] : [])] as never);
  });

  it("training steps of a layers model are those of the float64 network, subset and plain steps included", async () => {
    const tf = get();
    const units = [2, 4, 1];
    const { network, data } = randomNetwork(units, "tanh", 16, 5);
    const layers = network.weights.map(({ shape }, l) =>
      tf.layers.dense({
        units: shape[0],
        activation: l === 0 ? "tanh" : "linear",
        ...(l === 0 && { inputShape: [2] }),
      }),
    );
    const model = tf.sequential({ layers });
    tf.tidy(() =>
      model.setWeights(
        network.weights.flatMap(({ shape, data }, l) => [
          tf.transpose(tf.tensor2d(Array.from(data), shape as [number, number])),
          tf.tensor1d(Array.from(network.biases[l])),
        ]),
      ),
    );
    const loss: Loss<"regression"> = zMasked(laiMse({ lambda: 0.5 }), { threshold: 2.5 });
    const training = { subset: 0.5, plainSteps: 1, laiSteps: 2, seed: 3 };
    const objective = laiObjective(tf, loss, model, { training });
    const optimizer = tf.train.sgd(0.05);
    const [x, y] = [tf.tensor2d(Array.from(data.inputs), [16, 2]), tf.tensor2d(Array.from(data.targets), [16, 1])];
    let parameters = Float64Array.from(flattenNetwork(network));
    for (let step = 0; step < 4; step++) {
      const cost = objective.minimize(optimizer, x, y);
      const one = unflattenNetwork({ units, activation: "tanh" }, parameters);
      const plain = step % 3 === 0;
      expect(laiApplyMask(training, step, 16).every((apply) => apply === 0)).toBe(plain);
      const result = evaluateNetwork(one, loss, data, { training, step });
      expectClose((await cost.data())[0], result.loss as number, { rtol: 1e-4, atol: 1e-6 }, `loss of step ${step}`);
      const gradient = flattenNetwork({
        activation: "tanh",
        weights: result.weightGradients,
        biases: result.biasGradients,
      });
      parameters = parameters.map((p, i) => p - 0.05 * gradient[i]);
      cost.dispose();
    }
    const trained = unflattenNetwork({ units, activation: "tanh" }, parameters);
    const kernel = tf.tidy(() => tf.transpose(model.getWeights()[0]));
    expectClose(await kernel.data(), trained.weights[0].data, { rtol: 1e-4, atol: 1e-5 }, "weights after four steps");
    objective.dispose();
    optimizer.dispose();
    model.dispose();
    tf.dispose([x, y, kernel]);
  });

  it("an op without a second derivative is named", () => {
    const tf = get();
    const before = tf.memory().numTensors;
    const w = tf.tidy(() => tf.variable(tf.ones([1, 1])));
    const model = (x: Tensorflow.Tensor) =>
      tf.elu(tf.matMul(x as Tensorflow.Tensor2D, w as Tensorflow.Tensor as never));
    const objective = laiObjective(tf, laiMse({ lambda: 0.5 }), model, { keep: [] });
    const optimizer = tf.train.sgd(0.1);
    const [x, y] = [tf.ones([4, 1]), tf.zeros([4, 1])];
    expectLossError(() => tf.tidy(() => void objective.minimize(optimizer, x, y)), "unsupported", /got EluGrad\./);
    expectLossError(() => laiObjective(tf, huber(), model), "parameter", /must be a Lai loss/);
    objective.dispose();
    optimizer.dispose();
    tf.dispose([w, x, y]);
    leaks(tf.memory().numTensors - before);
  });
}
