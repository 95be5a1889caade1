/** Few outliers, and more than mean and deviation can bear: the numbers of the page's tables and of the headless run. */
import { backendOf, computeOn } from "../../lib/backends.js";
import type { Engine } from "../../lib/engine.js";
import type { Agreement, Report } from "../../lib/panel.js";
import type { Tf } from "../../lib/tensorflow.js";
import { spoiltLine } from "./data.js";
import { type Choice, defaults, everySetting } from "./settings.js";
import { fitTable } from "./tables.js";
import { type Fit, train, trainExactly } from "./train.js";

const choices: readonly Choice[] = [defaults, { ...defaults, share: 25 }];

/** Three decimals are printed, so they have to be right. */
const tolerance = 5e-4;

export function agreementOf(fits: readonly Fit[], exact: readonly Fit[]): Agreement {
  const distances = fits.map(({ line }, i) =>
    Math.max(Math.abs(line.slope - exact[i].line.slope), Math.abs(line.intercept - exact[i].line.intercept)),
  );
  const most = Math.max(...distances);
  const sameMasks = fits.every(({ masked }, i) => masked.join() === exact[i].masked.join());
  return {
    holds: sameMasks && most < tolerance,
    text: `The same training of ${fits.length} lines in float64, by evaluate alone, has ${sameMasks ? "the same masks" : "OTHER MASKS"}, and slopes and intercepts within ${most.toExponential(1)}.`,
  };
}

export async function report(engine: Engine, tf: Tf): Promise<Report> {
  const [all, exact]: [Fit[], Fit[]] = [[], []];
  const tables = [];
  for (const choice of choices) {
    const data = spoiltLine(choice);
    const settings = everySetting(choice);
    const fits = await computeOn(tf, backendOf(engine), () => train(tf, data, settings));
    if (!fits) throw new Error("nobody aborts this");
    all.push(...fits);
    exact.push(...trainExactly(data, settings));
    tables.push(fitTable(data, choice, fits));
  }
  return { tables, ...(engine.kind === "gpu" && { agreement: agreementOf(all, exact) }) };
}
