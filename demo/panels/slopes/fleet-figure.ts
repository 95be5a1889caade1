/** The cars: what the Lai loss of one noisy feature does to the sensitivity to all of them. */
import { features } from "../../data/cars.js";
import { h } from "../../lib/dom.js";
import { createDumbbells } from "../../lib/dumbbells.js";
import type { Engine } from "../../lib/engine.js";
import { reducedMotion } from "../../lib/motion.js";
import { run, type Trained } from "../../lib/run.js";
import { renderTable } from "../../lib/table.js";
import type { Look } from "../../lib/trainer.js";
import { createFleetControls } from "./controls.js";
import { type FleetChoice, fleetExperiment, measurePairs, split } from "./fleet.js";
import { errorTable, sensitivityTable, summarizePair } from "./fleet-tables.js";

export function createFleetFigure(engine: Engine) {
  const chart = createDumbbells({
    id: "fleet-sensitivity",
    title: "Sensitivity to every feature, without and with the Lai loss",
    description: "One row per feature with the mean |slope| under MSE and under Lai MSE. The table has the numbers.",
    xLabel: "mean |slope|",
  });
  const progress = h("p", { class: "progress" });
  const summary = h("p", { role: "status" });
  const results = h("div");
  let running = new AbortController();
  const controls = createFleetControls(() => void train());

  function draw(choice: FleetChoice, looks: readonly Look[], step: number, steps: number): void {
    const [pair] = measurePairs([choice], looks);
    const { sensitivity } = pair.plain;
    chart.draw(
      features.map(({ name }, j) => ({
        name,
        before: sensitivity[j],
        after: pair.lai.sensitivity[j],
        chosen: j === choice.feature,
      })),
      choice.lambda,
    );
    results.replaceChildren(renderTable(sensitivityTable(pair)), renderTable(errorTable(pair)));
    if (step === steps) summary.textContent = summarizePair(pair);
  }

  /** Resolves when the networks rest; undefined when another training took over. */
  async function train(): Promise<Trained<FleetChoice> | undefined> {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    const choice = controls.read();
    const experiment = fleetExperiment([choice]);
    const { steps } = experiment;
    progress.textContent = "Preparing.";
    const onLook = (looks: readonly Look[], step: number) => {
      if (signal.aborted) return;
      progress.textContent = `Step ${step} of ${steps}.`;
      if (step === 0 || step === steps || !reducedMotion()) draw(choice, looks, step, steps);
    };
    const outcome = await run(engine, experiment, { onLook, signal });
    return outcome && { choice, experiment, outcome };
  }

  const element = h(
    "section",
    { "aria-labelledby": "fleet-heading" },
    h("h3", { id: "fleet-heading" }, "Cars with one noisy feature"),
    h(
      "p",
      {},
      `A network predicts the miles per gallon of cars from five features; ${split.train.length} cars train it, ${split.test.length} judge it. Noise is added to one feature in training, and the Lai loss of this one feature is to make the network rely on it less. With λ far below 1 the factor is almost the same for all |slope| below λ, and rises to 1/λ above, so that slopes are pushed below λ rather than to it.`,
    ),
    controls.element,
    h(
      "div",
      { class: "beside" },
      h(
        "figure",
        {},
        chart.element,
        h("figcaption", {}, "Circles: MSE. Diamonds: Lai MSE of the noisy feature, whose name is bold. Dashed: λ."),
      ),
      h("div", {}, progress, summary, results),
    ),
    h(
      "p",
      { class: "source" },
      "Source: R. Quinlan, Auto MPG, UCI Machine Learning Repository 1993, doi 10.24432/C5859H, CC BY 4.0: the 392 cars that have all their numbers.",
    ),
  );
  return { element, train };
}
