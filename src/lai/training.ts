/** When a Lai loss holds: in some steps only, and there for a random subset of the batch. */
import { checkParameter, refuseUnknown } from "../errors.js";

/** How Lai steps and plain steps alternate, and which samples a Lai step is for. */
export interface LaiTraining {
  /** Share of the batch, each sample drawn on its own, that has the Lai loss in a Lai step; the others have the plain one. From 0 to 1, to 2^-24; default 1. */
  readonly subset?: number;
  /** Steps of the plain loss that come before the Lai steps, again and again; default 0. */
  readonly plainSteps?: number;
  /** Lai steps in a row; default 1. */
  readonly laiSteps?: number;
  /** Of the random numbers: a whole number from 0 to 2^32 - 1; default 0. The same seed, step and number of samples draw the same subset, on CPU and GPU. */
  readonly seed?: number;
}

const wholeNumber = (least: number, most: number) => ({
  text: `be an integer from ${least} to ${most}`,
  test: (x: number) => Number.isInteger(x) && x >= least && x <= most,
});
/** What seeds and steps can be. */
export const word = wholeNumber(0, 2 ** 32 - 1);
const rules: Record<keyof LaiTraining, { text: string; test: (x: number) => boolean }> = {
  subset: { text: "be a number from 0 to 1", test: (x) => x >= 0 && x <= 1 },
  plainSteps: wholeNumber(0, 2 ** 31),
  laiSteps: wholeNumber(1, 2 ** 31),
  seed: word,
};

/** Training options with their defaults; throws a LossError `parameter` for those that cannot be. */
export function resolveTraining(training: LaiTraining = {}): Required<LaiTraining> {
  const subject = "training";
  refuseUnknown(training, Object.keys(rules), subject);
  const { subset = 1, plainSteps = 0, laiSteps = 1, seed = 0 } = training;
  const resolved = { subset, plainSteps, laiSteps, seed };
  for (const [name, rule] of Object.entries(rules)) {
    checkParameter(subject, name, resolved[name as keyof LaiTraining], rule);
  }
  return resolved;
}

/** True for the steps, counted from 0, in which the Lai loss holds. */
export function isLaiStep({ plainSteps, laiSteps }: Required<LaiTraining>, step: number): boolean {
  return step % (plainSteps + laiSteps) >= plainSteps;
}

/** The share of a subset as the random numbers see it. */
export const shareOf = ({ subset }: Required<LaiTraining>): number => Math.round(subset * 2 ** 24);

/** 32 random bits of three words: pcg3d, whose twin is in subset.wgsl. */
function randomBits(...words: [number, number, number]): number {
  let [x, y, z] = words.map((word) => (Math.imul(word, 1664525) + 1013904223) | 0);
  x += Math.imul(y, z);
  y += Math.imul(z, x);
  z += Math.imul(x, y);
  [x, y, z] = [x, y, z].map((word) => word ^ (word >>> 16));
  return (x + Math.imul(y, z)) >>> 0;
}

/**
 * The input `applyMask` of a step: 0 for samples that have the plain loss, 1 for those that have the Lai loss. For training loops of
 * your own; `evaluateNetwork`, `runNetwork` and `createNetworkPlan` have it as the option `training`.
 *
 * @param step counted from 0.
 * @param samples of the batch.
 * @throws LossError `parameter` for options that cannot be.
 * @see Lai, arXiv 2405.07884: the loss for a random part of a batch. Bernoulli draws are our reading. Random numbers: Jarzynski and Olano,
 *   Hash functions for GPU rendering, JCGT 9(3), 2020.
 */
export function laiApplyMask(training: LaiTraining, step: number, samples: number): Float32Array {
  const resolved = resolveTraining(training);
  checkParameter("training", "step", step, word);
  const mask = new Float32Array(samples);
  if (!isLaiStep(resolved, step)) return mask;
  return mask.map((_, i) => (randomBits(resolved.seed, step, i) >>> 8 < shareOf(resolved) ? 1 : 0));
}
