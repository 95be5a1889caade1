/** Every setting on every data set, from two starts: the numbers of the page's tables and of the headless run. */
import { type Dataset, nameList } from "../../data/dataset.js";
import { cpuEngine, type Engine } from "../../lib/engine.js";
import type { Report } from "../../lib/panel.js";
import type { Table } from "../../lib/table.js";
import { type Fit, train } from "../../lib/train.js";
import { explain, scheduleFinding, statisticFinding } from "./explain.js";
import { annealedFrom, annealingSteps, everySetting, type Setting } from "./settings.js";
import { cleanLine, type StartName, startLine, startTitles } from "./starts.js";

type Fits = readonly Fit<Setting>[];

export function fitTable(data: Dataset, fits: Fits, start: StartName): Table {
  const clean = cleanLine(data);
  return {
    caption: `${data.title}, from ${startTitles[start]}. Clean line: slope ${clean.slope.toFixed(3)}, intercept ${clean.intercept.toFixed(3)}.`,
    columns: ["loss", "slope", "intercept", "steps", "masked points"],
    rows: fits.map((fit) => {
      const { recipe, line, lastMove, dropped, state } = fit;
      const masks = recipe.name === "tukey" || recipe.name === "zmse";
      const masked = masks ? nameList(data.names, dropped) || "none" : "-";
      const doubt = state === "unsettled" ? " (unsettled)" : "";
      return {
        cells: [recipe.title, line.slope.toFixed(3), line.intercept.toFixed(3), String(lastMove), masked + doubt],
        note: explain(data, fit),
      };
    }),
  };
}

const distance = (a: Fit, b: Fit) =>
  Math.max(Math.abs(a.line.slope - b.line.slope), Math.abs(a.line.intercept - b.line.intercept));

/** The second start shows only what it changes. */
function otherStart(data: Dataset, fits: Fits, start: StartName, before: Fits): Table {
  const changed = fits.filter((fit, i) => distance(fit, before[i]) > 5e-4);
  const same = fits.length - changed.length;
  const table = fitTable(data, changed, start);
  return { ...table, remarks: [`${same} of ${fits.length} settings end where they end from the least-squares line.`] };
}

export async function report(engine: Engine, datasets: readonly Dataset[]): Promise<Report> {
  const tables: Table[] = [];
  let [difference, sameMasks] = [0, true];

  /** On the GPU, everything is trained once more in float64. */
  async function trainAll(data: Dataset, start: StartName): Promise<Fits> {
    const fits = await train(engine, data, everySetting, startLine(data, start));
    if (engine.kind === "cpu") return fits;
    const exact = await train(cpuEngine("for comparison"), data, everySetting, startLine(data, start));
    fits.forEach((fit, i) => {
      difference = Math.max(difference, distance(fit, exact[i]));
      sameMasks &&= fit.dropped.join() === exact[i].dropped.join();
    });
    return fits;
  }

  for (const data of datasets) {
    const fits = await trainAll(data, "leastSquares");
    const key = `In brackets: what is z-scored, and the threshold; "${annealedFrom} to" means annealed in ${annealingSteps} steps.`;
    const remarks = [key, statisticFinding(data, fits), scheduleFinding(fits)];
    tables.push({ ...fitTable(data, fits, "leastSquares"), remarks });
    tables.push(otherStart(data, await trainAll(data, "clean"), "clean", fits));
  }
  const text = `The same training in float64 on the CPU has ${sameMasks ? "the same masks" : "OTHER MASKS"}, and slopes and intercepts within ${difference.toExponential(1)}.`;
  // Three decimals are printed, so they have to be right.
  const holds = sameMasks && difference < 5e-4;
  return { tables, ...(engine.kind === "gpu" && { agreement: { holds, text } }) };
}
