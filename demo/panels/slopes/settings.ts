/** The losses that the curve is fitted with, and what can be chosen about them. */
import { type Activation, absoluteError, type LaiOptions, laiMae, laiMse, squaredError } from "../../../src/index.js";
import type { Candidate, Experiment } from "../../lib/trainer.js";
import { type CurveName, grid, noisyValues, sampled, trueCurves } from "./curve.js";

export type LossName = "mae" | "mse" | "laiMae" | "laiMse";
export type Form = NonNullable<LaiOptions["form"]>;

export interface Choice {
  readonly curve: CurveName;
  readonly noise: number;
  readonly sample: number;
  readonly lambda: number;
  /** Of the squared Lai loss. */
  readonly form: Form;
  /** Share of the batch that has the Lai loss, in percent; drawn anew in every step. */
  readonly share: number;
  readonly activation: Activation;
}

export const defaults: Choice = {
  curve: "waves",
  noise: 0.3,
  sample: 1,
  lambda: 0.3,
  form: "scaled",
  share: 100,
  activation: "tanh",
};

export interface Setting {
  readonly name: LossName;
  readonly title: string;
  readonly loss: Candidate["loss"];
  /** Lai losses: the loss that is scaled. */
  readonly plain?: LossName;
}

export const plainSettings: readonly Setting[] = [
  { name: "mae", title: "MAE", loss: absoluteError() },
  { name: "mse", title: "MSE", loss: squaredError() },
];

export const laiSettings = ({ lambda, form }: Pick<Choice, "lambda" | "form">): Setting[] => [
  { name: "laiMae", title: `Lai MAE (${lambda})`, loss: laiMae({ lambda }), plain: "mae" },
  {
    name: "laiMse",
    title: `Lai MSE (${form === "plain" ? "plain, " : ""}${lambda})`,
    loss: laiMse({ lambda, form }),
    plain: "mse",
  },
];

/** The four that are compared. */
export const compared = (choice: Choice): Setting[] => [...plainSettings, ...laiSettings(choice)];

export const steps = 300;

/** The networks of a choice, one per setting. */
export function curveExperiment(choice: Choice, settings: readonly Setting[]): Experiment {
  const targets = noisyValues(trueCurves[choice.curve], choice.noise, choice.sample);
  return {
    units: [1, 24, 24, 1],
    activation: choice.activation,
    seed: 1,
    steps,
    rate: 0.03,
    points: grid,
    candidates: settings.map(({ loss, plain }) => ({
      loss,
      inputs: sampled,
      targets,
      ...(plain && choice.share < 100 && { training: { subset: choice.share / 100, seed: 1 } }),
    })),
  };
}
