/** What `evaluateNetwork`, `runNetwork` and network plans have in common: inputs, options and results. */
import { checkParameter, refuse, refuseUnknown } from "../errors.js";
import type { LaiLoss } from "../lai/loss.js";
import { isLaiStep, type LaiTraining, laiApplyMask, resolveTraining, word } from "../lai/training.js";
import type { RegressionLoss } from "../loss.js";
import type { NonFinite, OptionalInputs, Reduction } from "../problem.js";
import type { Loss } from "../zMasked.js";
import type { Activation } from "./activations.js";
import { type Network, unitsOf } from "./network.js";

/** Data of a batch. */
export interface NetworkInputs extends Pick<OptionalInputs, "weights" | "applyMask" | "upstream" | "givenStatistics"> {
  /** What the network sees, [batch, features]. A sample with a NaN or an infinity has a prediction and slopes of NaN; see the option `nonFinite`. */
  readonly inputs: ArrayLike<number>;
  /** What it should predict, [batch]. */
  readonly targets: ArrayLike<number>;
}

/** Options of `evaluateNetwork` and `runNetwork`. */
export interface NetworkOptions {
  /** Default "mean"; with "none" the gradients are those of the sum. */
  readonly reduction?: Reduction;
  /** Default "propagate". */
  readonly nonFinite?: NonFinite;
  /** Lai losses only: in which steps, and for which samples of those, the loss is more than the plain one; default: all. */
  readonly training?: LaiTraining;
  /** Which step this is, for `training`; counted from 0, default 0. */
  readonly step?: number;
}

/** What comes out; `A` is Float64Array from `evaluateNetwork`, Float32Array from `runNetwork`. */
export interface NetworkResult<A extends Float32Array | Float64Array> {
  /** A number for "mean" and "sum", one per sample for "none". */
  loss: number | A;
  /** [batch] */
  predictions: A;
  /** d prediction / d input, [batch, features]. */
  slopes: A;
  /** d loss / d weights in the form of the network's weights. */
  weightGradients: {
    /** That of the layer's weights. */
    readonly shape: readonly [outputs: number, inputs: number];
    /** outputs * inputs numbers, row-major. */
    readonly data: A;
  }[];
  /** d loss / d biases, by layer. */
  biasGradients: A[];
}

/** The Lai loss in a loss; undefined where there is none. */
export function laiOf(loss: Loss<"regression">): LaiLoss | undefined {
  const base = "base" in loss ? loss.base : loss;
  return base.definition.familyTraits.data.includes("slopes") ? (base as LaiLoss) : undefined;
}

/** A loss without the factors of slopes; any other loss as it is. */
export function plainOf(loss: Loss<"regression">): Loss<"regression"> {
  const plain: RegressionLoss | undefined = laiOf(loss)?.of;
  if (!plain) return loss;
  return "base" in loss ? { ...loss, base: plain } : plain;
}

/** Refuses what is no regression loss. */
export function refuseOtherLosses(loss: Loss | undefined, subject: string): void {
  if (loss?.family !== "regression") {
    refuse(
      "parameter",
      subject,
      "the loss must be one of regression",
      loss?.family ?? loss,
      "See the table of losses.",
    );
  }
}

/** The training options of a loss, with their defaults; refuses them where they say nothing, or twice. */
export function resolveLossTraining(
  loss: Loss<"regression"> | undefined,
  training: LaiTraining | undefined,
  hasMask: boolean,
): Required<LaiTraining> {
  if (training && !(loss && laiOf(loss))) {
    refuse("parameter", "network", "training must go with a Lai loss", loss?.name ?? loss, "Wrap the loss by lai.");
  }
  const resolved = resolveTraining(training);
  if (resolved.subset < 1 && hasMask) {
    refuse("parameter", "network", "applyMask must not go with a subset", "both", "Leave one out.");
  }
  return resolved;
}

/** A batch whose arrays fit together, and the loss of its step. */
export interface NetworkProblem {
  readonly units: readonly [features: number, ...units: number[]];
  readonly activation: Activation;
  readonly batch: number;
  readonly loss: Loss<"regression">;
  /** The optional inputs that the loss reads; `applyMask` as drawn, where it is. */
  readonly more: Omit<NetworkInputs, "inputs" | "targets">;
  readonly lossOptions: Pick<NetworkOptions, "reduction" | "nonFinite">;
}

/** Checks a network, its loss, inputs and options. */
export function resolveNetworkProblem(
  network: Network,
  loss: Loss<"regression">,
  inputs: NetworkInputs,
  options: NetworkOptions,
): NetworkProblem {
  const subject = "network";
  const units = unitsOf(network) as [number, ...number[]];
  refuseOtherLosses(loss, subject);
  refuseUnknown(inputs, ["inputs", "targets", "weights", "applyMask", "upstream", "givenStatistics"], subject, "input");
  refuseUnknown(options, ["reduction", "nonFinite", "training", "step"], subject);
  const { inputs: x, targets, ...more } = inputs;
  const batch = targets?.length ?? -1;
  if (x?.length !== batch * units[0]) {
    const rule = `inputs must be [batch, ${units[0]}], and targets [batch]`;
    refuse("shape", subject, rule, [x?.length, targets?.length], "Give the features of every sample in a row.");
  }
  const { reduction, nonFinite, training, step = 0 } = options;
  checkParameter(subject, "step", step, word);
  const resolved = resolveLossTraining(loss, training, more.applyMask !== undefined);
  const lossOptions = { reduction, nonFinite };
  const rest = { units, activation: network.activation, batch, lossOptions };
  if (!laiOf(loss)) return { ...rest, loss, more };
  if (!isLaiStep(resolved, step)) {
    const { applyMask: _, ...plain } = more;
    return { ...rest, loss: plainOf(loss), more: plain };
  }
  if (resolved.subset === 1) return { ...rest, loss, more };
  return { ...rest, loss, more: { ...more, applyMask: laiApplyMask(resolved, step, batch) } };
}
