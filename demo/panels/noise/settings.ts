/** The losses that this panel compares, and what can be chosen about them. */
import {
  alphaMae,
  crossEntropy,
  generalizedCrossEntropy,
  type Loss,
  normalized,
  reverseCrossEntropy,
  sgce,
  unhingedL2,
  weightedSum,
  zMasked,
} from "../../../src/index.js";
import type { NoiseKind } from "./labels.js";

export const lossNames = ["ce", "gce", "sgce", "alphaMae", "unhinged", "nceRce", "maskedCe"] as const;
export type LossName = (typeof lossNames)[number];

export interface Setting {
  readonly name: LossName;
  readonly title: string;
  readonly loss: Loss<"class">;
}

export interface Choice {
  readonly kind: NoiseKind;
  /** Share of wrong labels, in percent. */
  readonly noise: number;
  readonly losses: readonly LossName[];
  /** Of the z-mask. */
  readonly threshold: number;
  /** How many digits train; 0 is all. */
  readonly samples: number;
  readonly epochs: number;
  /** Of wrong labels, weights and batches. */
  readonly seed: number;
}

export const defaults: Choice = {
  kind: "symmetric",
  noise: 40,
  losses: lossNames,
  threshold: 2,
  samples: 768,
  epochs: 16,
  seed: 1,
};

/** Their papers leave them open to us, and values near them make no difference here. */
const sgceExponent = 0.5;
const maeTemperature = 0.3;

/** Titles and losses; q of GCE and the weights of NCE + RCE are those of their papers for ten classes. */
const factories: Record<LossName, (choice: Choice) => Omit<Setting, "name">> = {
  ce: () => ({ title: "Cross-entropy", loss: crossEntropy() }),
  gce: () => ({ title: "GCE (q = 0.7)", loss: generalizedCrossEntropy({ q: 0.7 }) }),
  sgce: () => ({ title: `SGCE (q = ${sgceExponent})`, loss: sgce({ q: sgceExponent }) }),
  alphaMae: () => ({ title: `α-MAE (α = ${maeTemperature})`, loss: alphaMae({ alpha: maeTemperature }) }),
  unhinged: () => ({ title: "Unhinged, scores of norm 1", loss: unhingedL2() }),
  nceRce: () => ({
    title: "NCE + RCE",
    loss: weightedSum([
      [1, normalized(crossEntropy())],
      [1, reverseCrossEntropy()],
    ]),
  }),
  maskedCe: ({ threshold }) => ({
    title: `Z-masked cross-entropy (${threshold})`,
    loss: zMasked(crossEntropy(), { threshold }),
  }),
};

/** Of a name alone, for the form. */
export const titleOf = (name: LossName): string => factories[name](defaults).title;

export const settingsOf = (choice: Choice): Setting[] =>
  choice.losses.map((name) => ({ name, ...factories[name](choice) }));

/** Of the network and its training, the same for every loss. */
export const training = { hidden: 32, batch: 128, rate: 0.03 };
