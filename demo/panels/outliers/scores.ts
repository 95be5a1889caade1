/** What each estimator sees: the points of a data set at their z-scores, moments above median. */
import type { ZMaskedLoss } from "../../../src/index.js";
import type { Dataset } from "../../data/dataset.js";
import { h } from "../../lib/dom.js";
import { createStrips, type Strip } from "../../lib/strips.js";
import type { Fit } from "../../lib/train.js";
import { count } from "./estimators.js";
import { estimators, type Setting } from "./settings.js";

export function createScores(data: Dataset) {
  const strips = createStrips({
    id: `outliers-${data.id}-scores`,
    title: `${data.title}: z-scores by moments and by median`,
    description:
      "Every point at its score, one row per estimator, with what is beyond the threshold shaded. The tables of the page hold all numbers.",
    xLabel: "z, by each estimator around its own line",
    suspects: data.x.map((_, i) => data.outliers.includes(i)),
    rows: estimators.length,
  });
  const caption =
    "What each estimator sees: the same points at their scores, large ones on a logarithmic scale. Shaded: beyond the threshold. The signed error is prediction - target, so that points above their line have scores below 0.";
  return {
    element: h("figure", {}, strips.element, h("figcaption", {}, caption)),
    draw(fits: readonly Fit<Setting>[]): void {
      strips.draw(fits.flatMap((fit) => stripOf(data, fit) ?? []));
    },
  };
}

/** A row of the figure; undefined for what is no z-mask. */
function stripOf(data: Dataset, { recipe, loss, outcome, dropped }: Fit<Setting>): Strip | undefined {
  if (!(recipe.estimator && loss && outcome?.z)) return undefined;
  const { found, others } = count(data, dropped);
  const { threshold, side } = (loss as ZMaskedLoss).parameters;
  return {
    title: `${recipe.estimator}: masks ${found} of ${data.outliers.length} ${data.outlierNoun}${others > 0 ? `, ${others} others` : ""}`,
    line: recipe.estimator,
    scores: outcome.z,
    masked: dropped,
    limit: threshold,
    both: side === "both",
  };
}
