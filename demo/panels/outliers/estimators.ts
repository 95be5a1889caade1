/** The same data and the same threshold under two estimators of the z-mask: what each masks, and where both fail. */
import type { Dataset } from "../../data/dataset.js";
import { highLeverage } from "../../lib/line.js";
import type { Table } from "../../lib/table.js";
import type { Fit } from "../../lib/train.js";
import { against, caught, freed } from "./explain.js";
import { type Estimator, estimators, type Setting } from "./settings.js";
import { cleanLine, type StartName, startNames, startTitles } from "./starts.js";

type Fits = readonly Fit<Setting>[];
export type Pair = Readonly<Record<Estimator, Fit<Setting>>>;

/** The z-masks of fits where every choice stands under both estimators, paired in their order. */
export function pairs(fits: Fits): Pair[] {
  const by = (name: Estimator) => fits.filter(({ recipe }) => recipe.estimator === name);
  const medians = by("median");
  return by("moments").map((moments, i) => ({ moments, median: medians[i] }));
}

/** How many of the masked points are known outliers, and how many are not. */
export function count({ outliers }: Dataset, dropped: readonly number[]) {
  const found = outliers.filter((i) => dropped.includes(i)).length;
  return { found, others: dropped.length - found };
}

/** Least and largest |z| of the known outliers. */
function scores({ outliers }: Dataset, { outcome }: Fit): string {
  const sizes = outliers.map((i) => Math.abs(outcome?.z?.[i] ?? 0));
  const digits = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
  return `${digits(Math.min(...sizes))} to ${digits(Math.max(...sizes))}`;
}

function outcomeOf(data: Dataset, fit: Fit<Setting>): string {
  const words = against(data, fit.line);
  const where =
    { close: "close to the clean slope", "wrong sign": "with the wrong sign" }[words] ??
    `${words.endsWith("times") ? "at " : ""}${words} the clean slope`;
  return `masks ${caught(data, fit)} of the ${data.outliers.length} ${data.outlierNoun} and ends ${where}`;
}

/** What the estimator changed, and where no estimator can help. */
export function compareEstimators(data: Dataset, pair: Pair, start: StartName): string {
  const { moments, median } = pair;
  return [
    `Same data, same threshold: the mask by moments ${outcomeOf(data, moments)}; by median it ${outcomeOf(data, median)}.`,
    `|z| of the ${data.outlierNoun}: ${scores(data, moments)} by moments, ${scores(data, median)} by median.`,
    conclusion(data, pair, start),
  ].join(" ");
}

function conclusion(data: Dataset, pair: Pair, start: StartName): string {
  const { x, outliers, outlierNoun } = data;
  const [byMoments, byMedian] = estimators.map((name) => freed(data, pair[name].line));
  if (byMoments && byMedian) return "Either estimator frees the line.";
  if (byMoments) return "Here mean and deviation free the line, and the median does not.";
  if (byMedian) {
    return `Only the median frees the line: the ${outlierNoun} inflate the deviation that they hide in, while the MAD stays that of the majority.`;
  }
  if (!highLeverage(x, outliers)) {
    const [moments, median] = estimators.map((name) => count(data, pair[name].dropped).others);
    return `Neither frees the line; points masked beside the ${outlierNoun}: ${moments} by moments, ${median} by median.`;
  }
  const remedy = start === "leastSquares" ? "It takes another start." : "It takes a lower threshold, or another start.";
  return `Neither frees the line: the ${outlierNoun} have high leverage, and a line that has come to them leaves them small residuals, which no estimator can tell from sound ones. ${remedy}`;
}

/** How many settings free the line from each start. */
export function startFinding(data: Dataset, byStart: Readonly<Record<StartName, Fits>>): string {
  const counts = Object.entries(byStart).map(([start, fits]) => {
    const all = pairs(fits);
    const [moments, median] = estimators.map((name) => all.filter((pair) => freed(data, pair[name].line)).length);
    return `from ${startTitles[start as StartName]} ${moments} of ${all.length} by moments and ${median} by median`;
  });
  return `Masks that end within 50 % of the clean slope: ${counts.join("; ")}.`;
}

/** Fixed thresholds from every start. */
export function estimatorTable(data: Dataset, byStart: Readonly<Record<StartName, Fits>>): Table {
  const cells = ({ line, state, dropped }: Fit<Setting>) => {
    const { found, others } = count(data, dropped);
    const doubt = state === "unsettled" ? " (unsettled)" : "";
    return [line.slope.toFixed(3), `${found} + ${others}${doubt}`, against(data, line)];
  };
  return {
    caption: `${data.title}: moments and median at the same thresholds. Clean line: slope ${cleanLine(data).slope.toFixed(3)}.`,
    columns: ["start; z-score, threshold", ...estimators.flatMap((name) => [`${name}: slope`, "masked", "verdict"])],
    rows: Object.entries(byStart).flatMap(([start, fits]) =>
      pairs(fits).map((pair) => {
        const { statistic, threshold } = pair.moments.recipe;
        const name = startNames[start as StartName];
        return { cells: [`${name}; ${statistic}, ${threshold}`, ...cells(pair.moments), ...cells(pair.median)] };
      }),
    ),
    remarks: [
      `Masked: how many of the ${data.outliers.length} ${data.outlierNoun}, plus how many others. Verdict: the slope against the clean one. Of the squared error, the median masks the upper side only.`,
      startFinding(data, byStart),
    ],
  };
}
