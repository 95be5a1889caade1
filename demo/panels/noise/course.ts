/** Figures of a course. */
import type { MaskCounts } from "./classifiers.js";
import type { Course } from "./run.js";

export const percent = (share: number) => (100 * share).toFixed(1);

/** The first of the best epochs; 0 is before training. */
export const bestEpoch = ({ accuracies }: Pick<Course, "accuracies">): number =>
  accuracies.indexOf(Math.max(...accuracies));

export const lastOf = ({ accuracies }: Pick<Course, "accuracies">): number => accuracies[accuracies.length - 1];

/** Sums of several epochs. */
export const total = (counts: readonly MaskCounts[]): MaskCounts => {
  const sum = (of: (one: MaskCounts) => number) => counts.reduce((all, one) => all + of(one), 0);
  return {
    masked: sum(({ masked }) => masked),
    wrong: sum(({ wrong }) => wrong),
    wrongMasked: sum(({ wrongMasked }) => wrongMasked),
  };
};
