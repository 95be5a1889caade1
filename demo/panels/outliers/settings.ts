/** The losses that this panel compares, as recipes for training. */
import { huber, type Loss, squaredError, thresholdSchedule, tukey, zMasked } from "../../../src/index.js";
import type { Recipe } from "../../lib/train.js";

export type LossName = "mse" | "huber" | "tukey" | "zmse";
export type Statistic = "loss" | "error";

export interface Setting extends Recipe {
  readonly name: LossName;
  readonly title: string;
  /** The threshold that a z-mask ends at, and the one that it starts from when annealed. */
  readonly threshold?: number;
  readonly annealedFrom?: number;
  readonly statistic?: Statistic;
}

export const annealedFrom = 3;
export const annealingSteps = 200;

// Textbook constants: with these, 95 % of the efficiency of least squares remains on normal residuals of deviation 1.
export const huberConstant = 1.345;
const tukeyConstant = 4.685;

const mse: Setting = {
  name: "mse",
  title: "MSE",
  curvature: 2,
  steadyFrom: 0,
  loss: () => squaredError(),
};

/** The scale is taken anew from the residuals of every step, so that it shrinks as the line gets better. */
const robust: Setting[] = [
  {
    name: "huber",
    title: "Huber",
    curvature: 1,
    steadyFrom: 0,
    loss: (_, scale) => huber({ delta: huberConstant * scale }),
  },
  {
    name: "tukey",
    title: "Tukey",
    curvature: 1,
    steadyFrom: 0,
    loss: (_, scale) => tukey({ c: tukeyConstant * scale }),
  },
];

export function masked(statistic: Statistic, threshold: number, annealed: boolean): Setting {
  const schedule = thresholdSchedule({
    kind: "linear",
    from: annealed ? annealedFrom : threshold,
    to: threshold,
    steps: annealingSteps,
  });
  const loss = (step: number): Loss<"regression"> => zMasked(squaredError(), { statistic, threshold: schedule(step) });
  const words = annealed ? `${annealedFrom} to ${threshold}` : `${threshold}`;
  return {
    name: "zmse",
    title: `Z-masked MSE (${statistic}, ${words})`,
    curvature: 2,
    steadyFrom: annealed ? annealingSteps : 0,
    loss,
    statistic,
    threshold,
    ...(annealed && { annealedFrom }),
  };
}

/** Four lines that move at once: the unmasked losses and one z-masked. */
export const compared = (zmasked: Setting): Setting[] => [mse, ...robust, zmasked];

/** The full table. */
export const everySetting: Setting[] = [
  mse,
  ...robust,
  ...(["loss", "error"] as const).flatMap((statistic) => [
    ...[1, 1.5, 2, 2.5].map((threshold) => masked(statistic, threshold, false)),
    ...[1, 1.5].map((threshold) => masked(statistic, threshold, true)),
  ]),
];
