/** Lambdas and features in turn: the numbers of the page's tables and of the headless run. */
import { features } from "../../data/cars.js";
import { agreementOf, type Comparison, compare } from "../../lib/agreement.js";
import type { Engine } from "../../lib/engine.js";
import type { Report } from "../../lib/panel.js";
import { type Outcome, run, type Trained } from "../../lib/run.js";
import type { Experiment } from "../../lib/trainer.js";
import { trueCurves } from "./curve.js";
import { type FleetChoice, type FleetPair, fleetDefaults, fleetExperiment, measurePairs } from "./fleet.js";
import { everyFeatureTable } from "./fleet-tables.js";
import { type CurveFit, measureFits } from "./measure.js";
import { type Choice, compared, curveExperiment, defaults, laiSettings, type Setting } from "./settings.js";
import { curveTable } from "./tables.js";

const zigzag: Choice = { ...defaults, curve: "zigzag", lambda: 1 };
/** Beyond the λ that the figure begins with. */
const otherLambdas = [1, 3];

/** What the figures have trained at first: it need not be trained again where it is what the tables begin with. */
export interface Known {
  readonly waves?: Promise<Trained<Choice> | undefined>;
  readonly cars?: Promise<Trained<FleetChoice> | undefined>;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** @param changes for tests: fewer steps, for example. */
export async function report(
  engine: Engine,
  { waves, cars }: Known = {},
  changes: Partial<Experiment> = {},
): Promise<Report> {
  const comparisons: Comparison[] = [];
  function check(experiment: Experiment, outcome: Outcome): Outcome {
    if (engine.kind === "gpu") comparisons.push(...compare(experiment, outcome));
    return outcome;
  }
  async function train<Choice>(
    choice: Choice,
    usual: Experiment,
    known?: Promise<Trained<Choice> | undefined>,
  ): Promise<Outcome> {
    const trained = await known;
    if (trained && same(trained.choice, choice)) return check(trained.experiment, trained.outcome);
    const experiment = { ...usual, ...changes };
    const outcome = await run(engine, experiment);
    if (!outcome) throw new Error("nobody aborts this");
    return check(experiment, outcome);
  }
  async function fitsOf(choice: Choice, settings: readonly Setting[], known?: Known["waves"]): Promise<CurveFit[]> {
    const { looks } = await train(choice, curveExperiment(choice, settings), known);
    return measureFits(trueCurves[choice.curve], settings, looks);
  }
  async function pairsOf(choices: readonly FleetChoice[], known?: Known["cars"]): Promise<FleetPair[]> {
    const { looks } = await train(choices[0], fleetExperiment(choices), known);
    return measurePairs(choices, looks);
  }

  const others = otherLambdas.flatMap((lambda) => laiSettings({ ...defaults, lambda }));
  const choices = features.map((_, feature) => ({ ...fleetDefaults, feature }));
  const isFirst = ({ feature }: FleetChoice) => feature === fleetDefaults.feature;
  // At the same time: while the GPU trains for one, kernels of another are compiled.
  const [begun, more, zigzags, firstPair, pairs] = await Promise.all([
    fitsOf(defaults, compared(defaults), waves),
    fitsOf(defaults, others),
    fitsOf(zigzag, compared(zigzag)),
    pairsOf(choices.filter(isFirst), cars),
    pairsOf(choices.filter((choice) => !isFirst(choice))),
  ]);
  const inOrder = [...firstPair, ...pairs].sort((a, b) => a.choice.feature - b.choice.feature);
  const tables = [curveTable(defaults, [...begun, ...more]), curveTable(zigzag, zigzags), everyFeatureTable(inOrder)];
  return { tables, ...(engine.kind === "gpu" && { agreement: agreementOf(comparisons) }) };
}
