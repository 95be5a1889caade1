/** The factors of the Lai losses as functions of the slope, by what the library makes of an error of 1. */
import { evaluate, type LaiLoss, type Loss } from "../../../src/index.js";
import { leastAt } from "../../lib/agreement.js";
import { createPlot, type Drawing, type Position } from "../../lib/plot.js";
import { histogramRange } from "./measure.js";
import { type Choice, laiSettings } from "./settings.js";

/** The loss of an error of 1 at given slopes. */
export function factors(loss: Loss<"regression">, slopes: readonly number[]): number[] {
  const ones = slopes.map(() => 1);
  const data = { predictions: ones, targets: slopes.map(() => 0), slopes };
  return Array.from(evaluate(loss as LaiLoss, data, { outputs: ["perSample"] }).perSample ?? []);
}

const slopes = Array.from({ length: 161 }, (_, i) => (histogramRange[1] * i) / 160);

function drawing(choice: Choice): Drawing {
  const settings = laiSettings(choice);
  const values = settings.map(({ loss }) => factors(loss, slopes));
  const rings = settings.flatMap(({ name, loss }) => {
    const least = leastAt({ loss });
    if (least === undefined) return [];
    return [{ name, at: [least, factors(loss, [least])[0]] as Position }];
  });
  return {
    x: histogramRange,
    y: [0, 1.08 * Math.max(...values.flat())],
    curves: settings.map(({ name }, s) => ({ name, points: slopes.map((k, i): Position => [k, values[s][i]]) })),
    rings,
  };
}

/** In words, for everyone. */
export function describeFactors(choice: Choice): string {
  const parts = laiSettings(choice).map(({ title, loss }) => {
    const least = leastAt({ loss }) ?? Number.NaN;
    const [atZero, lowest, steep] = factors(loss, [0, least, 1e6]).map((value) => Number(value.toPrecision(3)));
    return `${title}: ${atZero} at slope 0, ${lowest} at |slope| = ${Number(least.toPrecision(3))}, rising to ${steep}.`;
  });
  return `The factor is not monotone. ${parts.join(" ")} So an error costs least where |slope| is there, and training pulls |slope| to that, not to 0.`;
}

export function createFactorPlot() {
  const { element, draw } = createPlot({
    id: "slopes-factor",
    title: "Factor of the Lai losses against the slope",
    description:
      "Two curves that fall to a ring at their least value and rise from there. The text beneath has the numbers.",
    size: "low",
    xLabel: "|slope|",
    yLabel: "factor",
  });
  return { element, draw: (choice: Choice) => draw(drawing(choice)) };
}
