/** What choices changed, over many fits: the sentences beneath the tables. */
import type { Dataset } from "../../data/dataset.js";
import type { Fit } from "../../lib/train.js";
import { caught } from "./explain.js";
import type { Estimator, Setting, Statistic } from "./settings.js";

type Fits = readonly Fit<Setting>[];

/** What the choice of the statistic changed, at fixed thresholds. */
export function statisticFinding(data: Dataset, fits: Fits, estimator: Estimator): string {
  const counts = (statistic: Statistic) =>
    fits
      .filter(({ recipe }) => recipe.estimator === estimator && recipe.annealedFrom === undefined)
      .filter(({ recipe }) => recipe.statistic === statistic)
      .map((fit) => `${caught(data, fit)} at ${fit.recipe.threshold}`)
      .join(", ");
  return `The statistic, by ${estimator}: of the ${data.outliers.length} ${data.outlierNoun}, the squared error masks ${counts("loss")}; the signed error ${counts("error")}.`;
}

/** What annealing changed, against the threshold that it ends at. */
export function scheduleFinding(fits: Fits): string {
  const annealed = fits.filter(({ recipe }) => recipe.annealedFrom !== undefined);
  const changed = annealed.filter(({ recipe, line }) => {
    const { estimator, statistic, threshold } = recipe;
    const fixed = fits.find(
      ({ recipe: other }) =>
        other.annealedFrom === undefined &&
        other.estimator === estimator &&
        other.statistic === statistic &&
        other.threshold === threshold,
    );
    return fixed !== undefined && Math.abs(fixed.line.slope - line.slope) > 5e-4;
  });
  if (changed.length === 0)
    return `The schedule: all ${annealed.length} annealed masks end where the fixed threshold ends.`;
  const where = changed.map(({ recipe }) => `${recipe.statistic} ${recipe.annealedFrom} to ${recipe.threshold}`);
  return `The schedule: ${changed.length} of ${annealed.length} annealed masks end elsewhere than the fixed threshold (${where.join("; ")}).`;
}
