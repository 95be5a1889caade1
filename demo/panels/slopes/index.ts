/** The panel on slopes: where the Lai loss pulls a model, and what that does to its errors. */
import { h } from "../../lib/dom.js";
import type { Engine } from "../../lib/engine.js";
import type { Panel } from "../../lib/panel.js";
import { createResults } from "../../lib/results.js";
import { createCurveFigure } from "./curve-figure.js";
import { createFleetFigure } from "./fleet-figure.js";
import { type Known, report } from "./report.js";

const title = "Slopes under the Lai loss";

const introduction = [
  "The Lai loss multiplies an error by a factor of the model's own slope at the sample, the derivative of its prediction by its input. Small networks are trained by Adam on the full batch from the same weights: with the absolute and the squared error, and with the Lai loss of both.",
  "The factor does not penalise steep slopes as such. It is least where |slope| = λ (√λ for the plain form of the squared loss), and there training pulls: λ below the slopes of the true curve flattens, above them it steepens. That helps where λ says something true about the curve, and harms where it does not; the sentences under the tables are made from what was measured. The projections and the role of λ are the paper's (Lai, arXiv 2405.07884); the formula of the factor is as others have transcribed it, and several features are this library's reading.",
];

export function createSlopesPanel(engine: Engine): Panel {
  const curve = createCurveFigure(engine);
  const fleet = createFleetFigure(engine);
  let first: Known | undefined;
  const trainOnce = () => {
    first ??= { waves: curve.train(), cars: fleet.train() };
    return first;
  };
  const results = createResults(() => report(engine, trainOnce()));

  async function start(): Promise<void> {
    await Promise.all(Object.values(trainOnce()));
  }

  const element = h(
    "section",
    { "aria-labelledby": "slopes-heading" },
    h("h2", { id: "slopes-heading" }, title),
    ...introduction.map((text) => h("p", {}, text)),
    curve.element,
    fleet.element,
    h("h3", {}, "Every λ, every feature"),
    h("p", {}, "One sample of noise and one split of the cars; other samples, to be chosen above, give other errors."),
    results.element,
  );
  return { title, element, start, finish: results.report, report: results.report };
}
