/** Wrong labels: an exact share of them, the same ones for the same seed. */
import { classes } from "../../data/digits.js";
import { shuffled, uniform } from "../../lib/random.js";

export type NoiseKind = "symmetric" | "asymmetric";

/** Classes that are taken for another one, as the literature on noisy digits has them. */
export const confusions: ReadonlyMap<number, number> = new Map([
  [7, 1],
  [2, 7],
  [5, 6],
  [6, 5],
  [3, 8],
]);

export interface NoisyLabels {
  readonly labels: Uint8Array;
  /** 1 where the label is wrong. */
  readonly wrong: Uint8Array;
  /** How many are. */
  readonly count: number;
}

/**
 * Symmetric: that share of all labels, each replaced by one of the nine others. Asymmetric: that share of the labels of the confused
 * classes. Shares are rounded to whole samples.
 */
export function withNoise(labels: Uint8Array, kind: NoiseKind, share: number, seed: number): NoisyLabels {
  const noisy = labels.slice();
  const wrong = new Uint8Array(labels.length);
  const able = shuffled(labels.length, seed).filter((i) => kind === "symmetric" || confusions.has(labels[i]));
  const chosen = able.slice(0, Math.round(share * able.length));
  const next = uniform(seed + 1);
  for (const i of chosen) {
    const label = labels[i];
    const step = 1 + Math.floor(next() * (classes - 1));
    noisy[i] = kind === "symmetric" ? (label + step) % classes : (confusions.get(label) ?? label);
    wrong[i] = 1;
  }
  return { labels: noisy, wrong, count: chosen.length };
}
