/** All lines at once in TensorFlow.js, and the same training in float64. */
import { evaluate } from "../../../src/index.js";
import type { Line } from "../../lib/line.js";
import type { Tf } from "../../lib/tensorflow.js";
import type { Spoilt } from "./data.js";
import { fitLine, lossFor } from "./model.js";
import { type Choice, epochs, type Setting } from "./settings.js";

export interface Fit {
  readonly setting: Setting;
  line: Line;
  epoch: number;
  /** Points that the mask of the last step left out. */
  masked: number[];
}

/** What the figure has trained. */
export interface Trained {
  readonly choice: Choice;
  readonly fits: readonly Fit[];
}

/** Every line starts here. */
const start: Line = { slope: 0, intercept: 0 };

const zeros = (mask: ArrayLike<number> | undefined) =>
  Array.from(mask ?? []).flatMap((kept, i) => (kept === 0 ? [i] : []));

/**
 * Trains one line per setting, each by `model.fit`, taking turns.
 *
 * @param onEpoch sees all fits after every epoch of one of them.
 * @returns undefined when it was aborted.
 */
export async function train(
  tf: Tf,
  { x, y }: Spoilt,
  settings: readonly Setting[],
  { onEpoch, signal }: { onEpoch?: (fits: readonly Fit[]) => void; signal?: AbortSignal } = {},
): Promise<Fit[] | undefined> {
  const fits = settings.map<Fit>((setting) => ({ setting, line: start, epoch: 0, masked: [] }));
  const data = { x: tf.tensor2d(x, [x.length, 1]), y: tf.tensor2d(y, [y.length, 1]) };
  const fitOne = async (fit: Fit) => {
    const { loss, own, rate } = fit.setting;
    const made = own ?? (await lossFor(tf, loss));
    await fitLine(tf, data, { loss: made, rate, epochs }, (slope, intercept) => {
      fit.line = { slope, intercept };
      fit.epoch++;
      onEpoch?.(fits);
      return !signal?.aborted;
    });
    if (typeof made === "string") return;
    fit.masked = zeros((await made.last.read()).mask);
    made.dispose();
  };
  await Promise.all(fits.map(fitOne));
  tf.dispose([data.x, data.y]);
  return signal?.aborted ? undefined : fits;
}

/** What `train` does, by `evaluate` alone. */
export function trainExactly({ x, y }: Spoilt, settings: readonly Setting[], steps = epochs): Fit[] {
  return settings.map((setting) => {
    let { slope, intercept } = start;
    let masked: number[] = [];
    for (let epoch = 0; epoch < steps; epoch++) {
      const predictions = x.map((v) => intercept + slope * v);
      const { gradient = [], mask } = evaluate(setting.loss, { predictions, targets: y });
      masked = zeros(mask);
      intercept -= setting.rate * Array.from(gradient).reduce((sum, g) => sum + g, 0);
      slope -= setting.rate * Array.from(gradient).reduce((sum, g, i) => sum + g * x[i], 0);
    }
    return { setting, line: { slope, intercept }, epoch: steps, masked };
  });
}
