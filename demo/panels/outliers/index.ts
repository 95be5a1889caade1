/** The panel on outliers: what a z-mask can and cannot do, against Huber and Tukey. */
import { calls } from "../../data/calls.js";
import { stars } from "../../data/stars.js";
import { h } from "../../lib/dom.js";
import type { Engine } from "../../lib/engine.js";
import type { Panel, Report } from "../../lib/panel.js";
import { renderTable } from "../../lib/table.js";
import { createControls } from "./controls.js";
import { createFigure } from "./figure.js";
import { report } from "./report.js";

const datasets = [calls, stars];

const introduction = [
  "A line is trained by gradient descent on the full batch, with four losses at once; it starts at the least-squares line, unless you choose another start. A z-mask scores every point of the batch by (value - mean) / deviation and leaves out those above a threshold.",
  "It filters few outliers, not many: equal outliers that make up more than 1/(1 + threshold²) of the batch inflate the deviation so much that they hide in it (20 % at threshold 2, 50 % at 1). That is the masking effect. Huber and Tukey take their scale from the median absolute deviation of the residuals, which up to half of the batch cannot inflate without limit; it is taken anew at every step, so that it still depends on the start.",
];

const title = "A line through outliers";

export function createOutliersPanel(engine: Engine): Panel {
  const figures = datasets.map((data) => createFigure(data, engine));
  const tables = h("div", {}, "Training.");
  const controls = createControls(
    () => void train(),
    () => {
      for (const figure of figures) figure.focus(controls.read());
    },
  );

  const train = () => Promise.all(figures.map((figure) => figure.train(controls.read)));
  // What the tables hold does not depend on the controls.
  let everything: Promise<Report> | undefined;
  const reportOnce = () => {
    everything ??= report(engine, datasets);
    return everything;
  };

  async function start(): Promise<void> {
    await train();
    const { tables: all, agreement } = await reportOnce();
    tables.replaceChildren(...all.map((table) => renderTable(table)));
    if (agreement) tables.append(h("p", {}, agreement.text));
  }

  const element = h(
    "section",
    { "aria-labelledby": "outliers-heading" },
    h("h2", { id: "outliers-heading" }, title),
    ...introduction.map((text) => h("p", {}, text)),
    controls.element,
    ...figures.map((figure) => figure.element),
    h("h3", {}, "Every setting"),
    h(
      "p",
      {},
      "Trained until nothing moves, first from the least-squares line, then from a line that only an oracle knows. Where the two ends differ, the loss has kept what it believed at the start.",
    ),
    tables,
  );
  return { title, element, start, report: reportOnce };
}
