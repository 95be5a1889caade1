/** Every setting on every data set, from several starts: the numbers of the page's tables and of the headless run. */
import { type Dataset, nameList } from "../../data/dataset.js";
import { cpuEngine, type Engine } from "../../lib/engine.js";
import type { Report } from "../../lib/panel.js";
import type { Table } from "../../lib/table.js";
import { type Fit, train } from "../../lib/train.js";
import { createAgreement, distance } from "./agreement.js";
import { estimatorTable } from "./estimators.js";
import { explain } from "./explain.js";
import { scheduleFinding, statisticFinding } from "./findings.js";
import { annealedFrom, annealingSteps, estimators, everySetting, fixedMasks, type Setting } from "./settings.js";
import { cleanLine, type StartName, startLine, startTitles } from "./starts.js";

type Fits = readonly Fit<Setting>[];

export function fitTable(data: Dataset, fits: Fits, start: StartName): Table {
  const clean = cleanLine(data);
  return {
    caption: `${data.title}, from ${startTitles[start]}. Clean line: slope ${clean.slope.toFixed(3)}, intercept ${clean.intercept.toFixed(3)}.`,
    columns: ["loss", "slope", "intercept", "steps", "masked points"],
    rows: fits.map((fit) => {
      const { recipe, line, lastMove, dropped, state } = fit;
      const masks = recipe.name === "tukey" || recipe.estimator !== undefined;
      const masked = masks ? nameList(data.names, dropped) || "none" : "-";
      const doubt = state === "unsettled" ? " (unsettled)" : "";
      return {
        cells: [recipe.title, line.slope.toFixed(3), line.intercept.toFixed(3), String(lastMove), masked + doubt],
        note: explain(data, fit),
      };
    }),
  };
}

/** The second start shows only what it changes. */
function otherStart(data: Dataset, fits: Fits, start: StartName, before: Fits): Table {
  const changed = fits.filter((fit, i) => distance(fit, before[i]) > 5e-4);
  const same = fits.length - changed.length;
  const table = fitTable(data, changed, start);
  return { ...table, remarks: [`${same} of ${fits.length} settings end where they end from the least-squares line.`] };
}

const fixedOf = (fits: Fits) => fits.filter(({ recipe }) => fixedMasks.includes(recipe));

export async function report(engine: Engine, datasets: readonly Dataset[]): Promise<Report> {
  const agreement = createAgreement();

  /** On the GPU, everything is trained once more in float64. */
  async function trainAll(data: Dataset, settings: readonly Setting[], start: StartName): Promise<Fits> {
    const fits = await train(engine, data, settings, startLine(data, start));
    if (engine.kind === "cpu") return fits;
    agreement.add(fits, await train(cpuEngine("for comparison"), data, settings, startLine(data, start)));
    return fits;
  }

  async function tablesOf(data: Dataset): Promise<Table[]> {
    // At the same time: while one waits for its read-back, another computes.
    const [leastSquares, flat, clean] = await Promise.all([
      trainAll(data, everySetting, "leastSquares"),
      trainAll(data, fixedMasks, "flat"),
      trainAll(data, everySetting, "clean"),
    ]);
    const key = `In brackets: what is z-scored, and the threshold; "${annealedFrom} to" means annealed in ${annealingSteps} steps.`;
    const statistic = estimators.map((estimator) => statisticFinding(data, leastSquares, estimator));
    const remarks = [key, ...statistic, scheduleFinding(leastSquares)];
    return [
      estimatorTable(data, { leastSquares: fixedOf(leastSquares), flat, clean: fixedOf(clean) }),
      { ...fitTable(data, leastSquares, "leastSquares"), remarks, folded: true },
      { ...otherStart(data, clean, "clean", leastSquares), folded: true },
    ];
  }

  const tables = (await Promise.all(datasets.map(tablesOf))).flat();
  return { tables, ...(engine.kind === "gpu" && { agreement: agreement.result() }) };
}
