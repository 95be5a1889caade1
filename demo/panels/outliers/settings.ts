/** The losses that this panel compares, as recipes for training. */
import { huber, type Loss, squaredError, thresholdSchedule, tukey, zMasked } from "../../../src/index.js";
import type { Recipe } from "../../lib/train.js";

export const statistics = ["loss", "error"] as const;
export const estimators = ["moments", "median"] as const;
export type Statistic = (typeof statistics)[number];
export type Estimator = (typeof estimators)[number];
/** A z-mask goes by the name of its estimator. */
export type LossName = "mse" | "huber" | "tukey" | Estimator;

export interface Setting extends Recipe {
  readonly name: LossName;
  readonly title: string;
  /** The threshold that a z-mask ends at, and the one that it starts from when annealed. */
  readonly threshold?: number;
  readonly annealedFrom?: number;
  readonly statistic?: Statistic;
  readonly estimator?: Estimator;
}

/** What both estimators have in common when they are compared. */
export interface MaskChoice {
  readonly statistic: Statistic;
  readonly threshold: number;
  readonly annealed: boolean;
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

/** Squared errors are never far below their median, so that its mask looks at the upper side only; mean and deviation mask as the paper does. */
export const sideOf = (estimator: Estimator, statistic: Statistic) =>
  estimator === "median" && statistic === "loss" ? "upper" : "both";

export function masked(estimator: Estimator, { statistic, threshold, annealed }: MaskChoice): Setting {
  const schedule = thresholdSchedule({
    kind: "linear",
    from: annealed ? annealedFrom : threshold,
    to: threshold,
    steps: annealingSteps,
  });
  const side = sideOf(estimator, statistic);
  const loss = (step: number): Loss<"regression"> =>
    zMasked(squaredError(), { statistic, estimator, side, threshold: schedule(step) });
  const words = annealed ? `${annealedFrom} to ${threshold}` : `${threshold}`;
  return {
    name: estimator,
    title: `Z-masked MSE, ${estimator} (${statistic}, ${words})`,
    curvature: 2,
    steadyFrom: annealed ? annealingSteps : 0,
    loss,
    statistic,
    estimator,
    threshold,
    ...(annealed && { annealedFrom }),
  };
}

/** Five lines that move at once: the unmasked losses, and the z-mask by each estimator. */
export const compared = (choice: MaskChoice): Setting[] => [
  mse,
  ...robust,
  ...estimators.map((estimator) => masked(estimator, choice)),
];

/** Z-masks of fixed thresholds, the two estimators of each choice next to each other. */
export const fixedMasks: Setting[] = statistics.flatMap((statistic) =>
  [1, 2].flatMap((threshold) =>
    estimators.map((estimator) => masked(estimator, { statistic, threshold, annealed: false })),
  ),
);

/** Annealing is the paper's, as moments are. */
const annealedMasks: Setting[] = statistics.flatMap((statistic) =>
  [1, 2].map((threshold) => masked("moments", { statistic, threshold, annealed: true })),
);

/** The full table. */
export const everySetting: Setting[] = [mse, ...robust, ...fixedMasks, ...annealedMasks];
