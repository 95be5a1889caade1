/**
 * Families of base losses: what their inputs are, and what of them a z-mask can score. Whatever depends on the family asks
 * these objects, so that a bundle holds only the families whose losses it uses.
 */
import { sigmoid } from "./numerics.js";
import {
  familiesBinary,
  familiesRegression,
  functionsSigmoid,
  groupsClasses,
  statisticsInput,
  statisticsLoss,
  statisticsProbability,
} from "./shaders.generated.js";

/** The kind of inputs a loss takes: residuals, or logits with 0/1 labels. */
export type Family = "regression" | "binary";

/** The quantity whose z-score decides. */
export type Statistic = "loss" | "error" | "logit" | "probability";

/** How a quantity follows from what the loss is a function of (the residual or the logit) and from the loss. */
interface Scored {
  readonly wgsl: string;
  /** WGSL functions that it calls. */
  readonly uses: readonly string[];
  readonly of: (x: number, loss: number) => number;
}

/** What sets a family apart. */
export interface FamilyTraits<F extends Family = Family> {
  readonly name: F;
  /** Names of the two data inputs. */
  readonly data: readonly [string, string];
  /** Arguments of the WGSL function that stand before its parameters. */
  readonly arguments: readonly string[];
  /** Reads labels and calls the loss: `labels_of` and `losses_of`. */
  readonly wgsl: string;
  /** Statistics per column and class, where there are classes. */
  readonly groups?: string;
  /** The second input holds labels: checked, ignored, and grouped by class. */
  readonly labelled: boolean;
  /** What the loss is a function of. */
  readonly argument: (first: number, second: number) => number;
  /** What a z-mask can score, the default first. */
  readonly statistics: Readonly<Partial<Record<Statistic, Scored>>>;
}

const loss: Scored = { wgsl: statisticsLoss, uses: [], of: (_, value) => value };
const input: Scored = { wgsl: statisticsInput, uses: [], of: (x) => x };

/** rho(r), r = prediction - target. */
export const regression: FamilyTraits<"regression"> = {
  name: "regression",
  data: ["predictions", "targets"],
  arguments: ["r"],
  wgsl: familiesRegression,
  labelled: false,
  argument: (prediction, target) => prediction - target,
  statistics: { loss, error: input },
};

/** phi(o, t) of a logit o and a label t that is 0 or 1. */
export const binary: FamilyTraits<"binary"> = {
  name: "binary",
  data: ["logits", "labels"],
  arguments: ["o", "t"],
  wgsl: familiesBinary,
  groups: groupsClasses,
  labelled: true,
  argument: (logit) => logit,
  statistics: {
    logit: input,
    loss,
    probability: { wgsl: statisticsProbability, uses: [functionsSigmoid], of: sigmoid },
  },
};
