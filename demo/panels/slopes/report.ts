/** Lambdas and features in turn: the numbers of the page's tables and of the headless run. */
import { features } from "../../data/cars.js";
import { agreementOf, type Comparison, compare } from "../../lib/agreement.js";
import type { Engine } from "../../lib/engine.js";
import type { Report } from "../../lib/panel.js";
import { run } from "../../lib/run.js";
import type { Experiment, Look } from "../../lib/trainer.js";
import { trueCurves } from "./curve.js";
import { fleetDefaults, fleetExperiment, measurePairs } from "./fleet.js";
import { everyFeatureTable } from "./fleet-tables.js";
import { measureFits } from "./measure.js";
import { type Choice, curveExperiment, defaults, laiSettings, plainSettings } from "./settings.js";
import { curveTable } from "./tables.js";

const sweeps: readonly { choice: Choice; lambdas: readonly number[] }[] = [
  { choice: defaults, lambdas: [0.3, 1, 3] },
  { choice: { ...defaults, curve: "zigzag" }, lambdas: [1] },
];

/** @param changes for tests: fewer steps, for example. */
export async function report(engine: Engine, changes: Partial<Experiment> = {}): Promise<Report> {
  const comparisons: Comparison[] = [];
  async function train(usual: Experiment): Promise<readonly Look[]> {
    const experiment = { ...usual, ...changes };
    const outcome = await run(engine, experiment);
    if (!outcome) throw new Error("nobody aborts this");
    if (engine.kind === "gpu") comparisons.push(...compare(experiment, outcome));
    return outcome.looks;
  }

  const tables = [];
  for (const { choice, lambdas } of sweeps) {
    const settings = [...plainSettings, ...lambdas.flatMap((lambda) => laiSettings({ ...choice, lambda }))];
    const looks = await train(curveExperiment(choice, settings));
    tables.push(curveTable(choice, measureFits(trueCurves[choice.curve], settings, looks)));
  }
  const choices = features.map((_, feature) => ({ ...fleetDefaults, feature }));
  tables.push(everyFeatureTable(measurePairs(choices, await train(fleetExperiment(choices)))));
  return { tables, ...(engine.kind === "gpu" && { agreement: agreementOf(comparisons) }) };
}
