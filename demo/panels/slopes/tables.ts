/** Fits of the curve as a table. */
import type { Table } from "../../lib/table.js";
import { trueCurves } from "./curve.js";
import { errorFinding, explain, slopeFinding } from "./explain.js";
import { type CurveFit, summarize, trueSlopes } from "./measure.js";
import type { Choice } from "./settings.js";

export function curveTable(choice: Choice, fits: readonly CurveFit[]): Table {
  const { curve, noise, sample, share } = choice;
  const truth = summarize(trueSlopes(trueCurves[curve]));
  const part = share < 100 ? `, Lai losses for ${share} % of the batch` : "";
  return {
    caption: `The ${curve}, noise ${noise}, sample ${sample}${part}. True curve: mean |slope| ${truth.mean.toFixed(3)}, largest ${truth.largest.toFixed(2)}. In brackets: λ.`,
    columns: ["loss", "clean error", "training loss", "mean |slope|", "largest"],
    rows: fits.map((fit) => ({
      cells: [
        fit.setting.title,
        fit.cleanError.toFixed(3),
        Number.isNaN(fit.look.loss) ? "-" : fit.look.loss.toFixed(4),
        fit.slopes.mean.toFixed(3),
        fit.slopes.largest.toFixed(2),
      ],
      note: explain(fit, fits),
    })),
    remarks: [slopeFinding(fits), errorFinding(fits)],
  };
}
