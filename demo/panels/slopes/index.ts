/** The panel on slopes: where the Lai loss pulls a model, and what that does to its errors. */
import { h } from "../../lib/dom.js";
import type { Engine } from "../../lib/engine.js";
import type { Panel, Report } from "../../lib/panel.js";
import { renderTable } from "../../lib/table.js";
import { createCurveFigure } from "./curve-figure.js";
import { createFleetFigure } from "./fleet-figure.js";
import { report } from "./report.js";

const title = "Slopes under the Lai loss";

const introduction = [
  "The Lai loss multiplies an error by a factor of the model's own slope at the sample, the derivative of its prediction by its input. Small networks are trained by Adam on the full batch from the same weights: with the absolute and the squared error, and with the Lai loss of both.",
  "The factor does not penalise steep slopes as such. It is least where |slope| = λ (√λ for the plain form of the squared loss), and there training pulls: λ below the slopes of the true curve flattens, above them it steepens. That helps where λ says something true about the curve, and harms where it does not; the sentences under the tables are made from what was measured. The projections and the role of λ are the paper's (Lai, arXiv 2405.07884); the formula of the factor is as others have transcribed it, and several features are this library's reading.",
];

export function createSlopesPanel(engine: Engine): Panel {
  const curve = createCurveFigure(engine);
  const fleet = createFleetFigure(engine);
  const tables = h("div", {}, "Training.");
  // What the tables hold does not depend on the controls.
  let everything: Promise<Report> | undefined;
  const reportOnce = () => {
    everything ??= report(engine);
    return everything;
  };

  async function start(): Promise<void> {
    await curve.train();
    await fleet.train();
    const { tables: all, agreement } = await reportOnce();
    tables.replaceChildren(...all.map((table) => renderTable(table)));
    if (agreement) tables.append(h("p", {}, agreement.text));
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
    tables,
  );
  return { title, element, start, report: reportOnce };
}
