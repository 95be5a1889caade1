/** Few outliers, and more than mean and deviation can bear: the numbers of the page's tables and of the headless run. */
import { backendOf, computeOn } from "../../lib/backends.js";
import type { Engine } from "../../lib/engine.js";
import type { Agreement, Report } from "../../lib/panel.js";
import type { Tf } from "../../lib/tensorflow.js";
import { spoiltLine } from "./data.js";
import { type Choice, defaults, everySetting, type Setting } from "./settings.js";
import { fitTable } from "./tables.js";
import { type Fit, type Trained, train, trainExactly } from "./train.js";

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

/** @param known what the figure has trained at first: it need not be trained again where it is part of the tables. */
export async function report(engine: Engine, tf: Tf, known?: Promise<Trained | undefined>): Promise<Report> {
  const trained = await known;
  const [all, exact]: [Fit[], Fit[]] = [[], []];
  const tables = [];
  for (const choice of choices) {
    const data = spoiltLine(choice);
    const settings = everySetting(choice);
    const first = JSON.stringify(trained?.choice) === JSON.stringify(choice) ? trained!.fits : [];
    const has = ({ name }: Setting) => first.find(({ setting }) => setting.name === name);
    const missing = settings.filter((setting) => !has(setting));
    const more = await computeOn(tf, backendOf(engine), () => train(tf, data, missing));
    if (!more) throw new Error("nobody aborts this");
    const fits = settings.map((setting) => has(setting) ?? more[missing.indexOf(setting)]);
    all.push(...fits);
    exact.push(...trainExactly(data, settings));
    tables.push(fitTable(data, choice, fits));
  }
  return { tables, ...(engine.kind === "gpu" && { agreement: agreementOf(all, exact) }) };
}
