/** The Lai loss of models of TensorFlow.js: slopes by its own gradients, within the gradient of the loss. */
import type * as Tensorflow from "@tensorflow/tfjs";
import { LossError, refuse, refuseUnknown } from "../errors.js";
import { isLaiStep, type LaiTraining, laiApplyMask, resolveTraining } from "../lai/training.js";
import { laiOf, plainOf } from "../network/problem.js";
import type { Loss } from "../zMasked.js";
import { requireTf, type Scalar, type Tensor, type Tf } from "./host.js";
import { type TfjsInputs, type TfjsLoss, type TfjsOptions, toTfjs } from "./loss.js";
import { orderTape } from "./tape.js";

/** A model, or any differentiable function of inputs [batch, ...features] with one prediction per sample. */
export type TfjsModel = ((inputs: Tensor) => Tensor) | Pick<Tensorflow.LayersModel, "apply">;

/** One prediction per sample, [batch]. */
function predict(tf: Tf, model: TfjsModel, inputs: Tensor): Tensor {
  const [batch = 1] = inputs.shape;
  const predictions = typeof model === "function" ? model(inputs) : (model.apply(inputs, { training: true }) as Tensor);
  if (predictions.size !== batch) {
    const remedy = "Train one model for each output.";
    refuse("shape", "lai", "the model must have one prediction per sample", predictions.shape, remedy);
  }
  return tf.reshape(predictions, [batch]);
}

/**
 * Predictions [batch] of a model and their slopes d prediction / d input [batch, features], both differentiable within a gradient
 * scope. Samples must not depend on each other, as they do under batch normalisation while it trains.
 *
 * @throws LossError `shape` for more than one prediction per sample.
 */
export function predictionsAndSlopes(
  tf: Tf,
  model: TfjsModel,
  inputs: Tensor,
): {
  /** [batch] */
  predictions: Tensor;
  /** [batch, features] */
  slopes: Tensor;
} {
  const [batch = 1] = inputs.shape;
  const { value, grad } = tf.valueAndGrad((x: Tensor) => predict(tf, model, x))(inputs, tf.ones([batch]));
  orderTape(tf);
  return { predictions: value, slopes: tf.reshape(grad, [batch, inputs.size / Math.max(1, batch)]) };
}

/** Options of {@link laiObjective}. */
export interface LaiObjectiveOptions extends TfjsOptions {
  /** Default "mean". */
  readonly reduction?: "mean" | "sum";
  /** In which steps, and for which samples of those, the loss is more than the plain one; default: all. */
  readonly training?: LaiTraining;
}

/** What a step may have beside its data. */
export interface LaiCall extends Pick<TfjsInputs, "weights" | "applyMask" | "upstream" | "givenStatistics"> {
  /** Which step this is, for the option `training`; default: the number of calls before. */
  readonly step?: number;
}

/** A training objective of a model; see {@link laiObjective}. */
export interface LaiObjective {
  /** The loss of a batch, for a gradient scope of yours. */
  (inputs: Tensor, targets: Tensor, call?: LaiCall): Scalar;
  /** A step of an optimizer; returns the loss, which is yours to dispose of. */
  minimize(optimizer: Tensorflow.Optimizer, inputs: Tensor, targets: Tensor, call?: LaiCall): Scalar;
  /** The loss of steps with slopes, with its `last` call and `setLoss`. */
  readonly loss: TfjsLoss;
  /** Frees the tensors that are kept. */
  dispose(): void;
}

/**
 * Trains a model under a Lai loss: the slopes come from TensorFlow.js' own gradient, and the gradient of the loss goes back through
 * them, so that every op of the model needs a second derivative.
 *
 * @param loss a Lai loss, with or without a z-mask.
 * @throws LossError `parameter` for another loss; a step `unsupported`, with the name of the op, where TensorFlow.js has no second
 *   derivative.
 */
export function laiObjective(
  tf: Tf,
  loss: Loss<"regression">,
  model: TfjsModel,
  options: LaiObjectiveOptions = {},
): LaiObjective {
  requireTf(tf);
  if (!laiOf(loss)) refuse("parameter", "laiObjective", "the loss must be a Lai loss", loss?.name, "Wrap it by lai.");
  const { training, ...rest } = options;
  const resolved = resolveTraining(training);
  const sloped = toTfjs(tf, loss, rest);
  const plain = toTfjs(tf, plainOf(loss), rest);
  let steps = 0;
  const objective = (inputs: Tensor, targets: Tensor, call: LaiCall = {}): Scalar => {
    refuseUnknown(call, ["step", "weights", "applyMask", "upstream", "givenStatistics"], "laiObjective");
    const { step = steps, applyMask, ...more } = call;
    if (applyMask && training) {
      refuse("parameter", "laiObjective", "applyMask must not go with training", "both", "Leave one out.");
    }
    steps = step + 1;
    return tf.tidy(() => {
      const [batch = 1] = inputs.shape;
      const flat = tf.reshape(targets, [batch]);
      if (!isLaiStep(resolved, step)) {
        plain.setLoss(plainOf(sloped.loss as Loss<"regression">));
        return plain.with({ predictions: predict(tf, model, inputs), targets: flat, ...more });
      }
      const drawn = resolved.subset < 1 ? tf.tensor(laiApplyMask(resolved, step, batch)) : applyMask;
      const data = { ...predictionsAndSlopes(tf, model, inputs), targets: flat };
      return sloped.with({ ...data, ...(drawn && { applyMask: drawn }), ...more });
    });
  };
  return Object.assign(objective, {
    loss: sloped,
    minimize(optimizer: Tensorflow.Optimizer, inputs: Tensor, targets: Tensor, call?: LaiCall): Scalar {
      try {
        return optimizer.minimize(() => objective(inputs, targets, call), true) as Scalar;
      } catch (error) {
        const [, op] = /gradient function not found for (\w+)/.exec(`${error}`) ?? [];
        if (!op) throw error;
        const remedy = "Use other ops, such as the activations tanh, softplus, sigmoid and relu.";
        throw new LossError(
          "unsupported",
          `lai: every op of the model must have a second derivative, got ${op}. ${remedy}`,
        );
      }
    },
    dispose() {
      sloped.dispose();
      plain.dispose();
    },
  });
}
