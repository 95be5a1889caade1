/** Callbacks for `model.fit`: thresholds that change, and a ledger that counts. In loops of your own, call their methods. */
import type * as Tensorflow from "@tensorflow/tfjs";
import { oneOf, refuse, refuseUnknown } from "../errors.js";
import type { Ledger } from "../ledger.js";
import { type Loss, type ZMaskedLoss, zMasked } from "../zMasked.js";
import type { Tensor, Tf } from "./host.js";
import type { TfjsLoss } from "./loss.js";

/** What `model.fit` takes as one of its `callbacks`. */
export type TfjsCallback = Tensorflow.CustomCallback;

type Handlers = {
  readonly onEpochBegin?: (epoch: number) => void;
  readonly onEpochEnd?: (epoch: number) => void;
  readonly onBatchEnd?: (batch: number, logs?: { readonly size?: number }) => void;
};

/**
 * Handlers as a callback of TensorFlow.js. Given to `CustomCallback` itself, handlers of batches would have every loss read back first;
 * it still lets the page draw now and then.
 */
function callbackOf(tf: Tf, handlers: Handlers): TfjsCallback {
  if (!tf.CustomCallback) {
    refuse("unsupported", "callback", "tf must have layers", tf.CustomCallback, "Import @tensorflow/tfjs.");
  }
  const callback = new tf.CustomCallback({});
  for (const [name, handler] of Object.entries(handlers)) {
    const method = name as keyof Handlers;
    const inherited = (callback[method] as (...given: unknown[]) => Promise<void>).bind(callback);
    const own = async (...given: unknown[]): Promise<void> => {
      (handler as (...given: unknown[]) => void)(...given);
      await inherited(...given);
    };
    Object.assign(callback, { [method]: own });
  }
  return callback;
}

/** A loss with another threshold. */
const withThreshold = ({ base, parameters }: ZMaskedLoss, threshold: number): Loss =>
  zMasked(base, { ...parameters, threshold });

/**
 * A callback that changes the threshold of a z-mask while `model.fit` runs, without compiling anything.
 *
 * @param loss what `toTfjs` made of a loss with a z-mask.
 * @param schedule the threshold as a function of the step, as `thresholdSchedule` makes it; step 0 is where training starts.
 * @param options `per`: a step is a "batch" (default) or an "epoch".
 * @throws LossError `parameter` for a loss without a z-mask, `unsupported` for a TensorFlow.js without layers.
 */
export function thresholdCallback(
  tf: Tf,
  loss: TfjsLoss<Tensor>,
  schedule: (step: number) => number,
  options: { readonly per?: "batch" | "epoch" } = {},
): TfjsCallback {
  refuseUnknown(options, ["per"], "thresholdCallback");
  const per = oneOf(options.per ?? "batch", ["batch", "epoch"], "thresholdCallback", "per");
  const masked = loss.loss;
  if (masked.name !== "zMasked") {
    refuse("parameter", "thresholdCallback", "the loss must have a z-mask", masked.name, "Wrap it by zMasked.");
  }
  let step = 0;
  const set = (): void => loss.setLoss(withThreshold(masked as ZMaskedLoss, schedule(step)));
  const next = (): void => {
    step += 1;
    set();
  };
  set();
  return callbackOf(tf, per === "batch" ? { onBatchEnd: next } : { onEpochEnd: next });
}

/**
 * A callback that counts every batch of `model.fit` in a ledger, on the GPU; the loss has to keep "mask" and "z". Samples have the ids
 * of their places in the data, for `shuffle: false`; data in another order have `ids`.
 *
 * @param loss what `toTfjs` made of a loss with a z-mask.
 * @param ledger `await createLedger(tf.backend().device, { capacity })`.
 * @param options `ids`: those of `size` samples from place `start` of an epoch on.
 * @throws LossError `unsupported` for a TensorFlow.js without layers; while training as `last.record`.
 */
export function ledgerCallback(
  tf: Tf,
  loss: TfjsLoss<Tensor>,
  ledger: Ledger,
  options: { readonly ids?: (start: number, size: number, epoch: number) => ArrayLike<number> } = {},
): TfjsCallback {
  refuseUnknown(options, ["ids"], "ledgerCallback");
  const { ids = (start, size) => Int32Array.from({ length: size }, (_, i) => start + i) } = options;
  let [start, epoch] = [0, 0];
  return callbackOf(tf, {
    onEpochBegin(current) {
      [start, epoch] = [0, current];
    },
    onBatchEnd(_, { size = loss.last.tensors.z?.size ?? 0 } = {}) {
      const given = Int32Array.from(ids(start, size, epoch));
      tf.tidy(() => loss.last.record(ledger, tf.tensor(given, [given.length], "int32")));
      start += size;
    },
  });
}
