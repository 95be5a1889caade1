/** The losses that the line is fitted with, and what can be chosen about data and mask. */
import { type Loss, squaredError } from "../../../src/index.js";
import { huberConstant } from "../outliers/settings.js";
import { noise } from "./data.js";
import { ours } from "./model.js";

export type Estimator = "moments" | "median";

export interface Choice {
  /** Outliers, in percent of the points. */
  readonly share: number;
  /** Their distance, in deviations of the noise. */
  readonly distance: number;
  readonly threshold: number;
  readonly estimator: Estimator;
}

export const defaults: Choice = { share: 5, distance: 30, threshold: 2, estimator: "moments" };

export interface Setting {
  readonly name: "mse" | "huber" | Estimator;
  readonly title: string;
  /** The loss as the package has it; where TensorFlow.js trains with its own, for comparison only. */
  readonly loss: Loss<"regression">;
  readonly own?: "meanSquaredError";
  /** Learning rate: 0.8 by the curvature of the loss; twice that where most points lie beyond the curved part. */
  readonly rate: number;
}

/** Enough for all lines to come to rest. */
export const epochs = 25;

const plain: readonly Setting[] = [
  { name: "mse", title: "MSE (of TensorFlow.js)", loss: squaredError(), own: "meanSquaredError", rate: 0.4 },
  { name: "huber", title: "Huber", loss: ours.huber(huberConstant * noise), rate: 1.6 },
];

export const masked = (name: Estimator, threshold: number): Setting => ({
  name,
  title: `Z-masked MSE (${name}, ${threshold})`,
  loss: ours[name](threshold),
  rate: 0.4,
});

/** The three that are compared on the page. */
export const compared = ({ estimator, threshold }: Choice): Setting[] => [...plain, masked(estimator, threshold)];

/** And with both estimators. */
export const everySetting = ({ threshold }: Choice): Setting[] => [
  ...plain,
  masked("moments", threshold),
  masked("median", threshold),
];
