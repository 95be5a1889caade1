/** The curve and its four fits while they are trained, with their slopes and the factors that pull at these. */
import { rangeOf } from "../../lib/axes.js";
import { h } from "../../lib/dom.js";
import type { Engine } from "../../lib/engine.js";
import { reducedMotion } from "../../lib/motion.js";
import { createPlot, type Position } from "../../lib/plot.js";
import { run, type Trained } from "../../lib/run.js";
import { swatch } from "../../lib/swatch.js";
import { renderTable } from "../../lib/table.js";
import type { Look } from "../../lib/trainer.js";
import { createCurveControls } from "./controls.js";
import { domain, grid, noisyValues, sampled, trueCurves } from "./curve.js";
import { createFactorPlot, describeFactors } from "./factor.js";
import { histogram, histogramRange, measureFits, outline, trueSlopes } from "./measure.js";
import { type Choice, compared, curveExperiment, steps } from "./settings.js";
import { curveTable } from "./tables.js";

const pairUp = (values: ArrayLike<number>): Position[] => Array.from(grid, (x, i) => [x, values[i]]);

export function createCurveFigure(engine: Engine) {
  const fitted = createPlot({
    id: "slopes-curve",
    title: "Noisy samples of a curve, and four fits",
    description:
      "A scatter plot with five curves: the true one, MAE, MSE, Lai MAE and Lai MSE. The table has the numbers.",
    size: "tall",
    xLabel: "x",
    yLabel: "y",
  });
  const steepness = createPlot({
    id: "slopes-histogram",
    title: "How steep the fits are",
    description:
      "Five outlines of histograms of |slope|: the true curve, MAE, MSE, Lai MAE and Lai MSE. The table has means and maxima.",
    size: "low",
    xLabel: "|slope|, the last bin and beyond",
    yLabel: "% of the curve",
  });
  const factor = createFactorPlot();
  const factorText = h("figcaption");
  const progress = h("p", { class: "progress" });
  const summary = h("p", { role: "status" });
  const results = h("div");
  let running = new AbortController();
  const controls = createCurveControls(() => void train());

  function draw(choice: Choice, looks: readonly Look[], step: number): void {
    const curve = trueCurves[choice.curve];
    const settings = compared(choice);
    const targets = noisyValues(curve, choice.noise, choice.sample);
    fitted.draw({
      x: domain,
      y: rangeOf([...targets, ...grid.map(curve.value)]),
      dots: Array.from(sampled, (x, i): Position => [x, targets[i]]),
      curves: [
        { name: "clean", points: pairUp(grid.map(curve.value)) },
        ...settings.map(({ name }, i) => ({ name, points: pairUp(looks[i].predictions) })),
      ],
    });
    const histograms = [trueSlopes(curve), ...looks.map(({ slopes }) => slopes)].map(histogram);
    steepness.draw({
      x: histogramRange,
      y: [0, 1.08 * Math.max(...histograms.flat())],
      curves: ["clean", ...settings.map(({ name }) => name)].map((name, i) => ({
        name,
        points: outline(histograms[i]),
      })),
    });
    const fits = measureFits(curve, settings, looks);
    results.replaceChildren(renderTable(curveTable(choice, fits), (row) => swatch(settings[row].name)));
    if (step < steps) return;
    // Once per training, so that a screen reader is not told about every look.
    summary.textContent = `Trained. ${fits.map(({ setting, slopes }) => `${setting.title}: mean |slope| ${slopes.mean.toFixed(2)}`).join("; ")}.`;
  }

  /** Resolves when the fits rest; undefined when another training took over. */
  async function train(): Promise<Trained<Choice> | undefined> {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    const choice = controls.read();
    factor.draw(choice);
    factorText.textContent = describeFactors(choice);
    progress.textContent = "Preparing.";
    const onLook = (looks: readonly Look[], step: number) => {
      if (signal.aborted) return;
      progress.textContent = `Step ${step} of ${steps}.`;
      if (step === 0 || step === steps || !reducedMotion()) draw(choice, looks, step);
    };
    const experiment = curveExperiment(choice, compared(choice));
    const outcome = await run(engine, experiment, { onLook, signal });
    return outcome && { choice, experiment, outcome };
  }

  const element = h(
    "section",
    { "aria-labelledby": "curve-heading" },
    h("h3", { id: "curve-heading" }, "A noisy curve"),
    controls.element,
    h(
      "div",
      { class: "beside" },
      h(
        "div",
        {},
        h(
          "figure",
          {},
          fitted.element,
          h(
            "figcaption",
            {},
            swatch("clean"),
            " the true curve, which no fit has seen. Dots: what they were trained on. The other lines are in the table.",
          ),
        ),
        h(
          "figure",
          {},
          steepness.element,
          h("figcaption", {}, "Slopes of the fits and of the true curve at 201 places."),
        ),
      ),
      h("div", {}, progress, summary, results, h("figure", {}, factor.element, factorText)),
    ),
  );
  return { element, train };
}
