/** The panel on outliers: what a z-mask can and cannot do, against Huber and Tukey. */
import { calls } from "../../data/calls.js";
import { stars } from "../../data/stars.js";
import { h } from "../../lib/dom.js";
import type { Engine } from "../../lib/engine.js";
import type { Panel } from "../../lib/panel.js";
import { createResults } from "../../lib/results.js";
import { createControls } from "./controls.js";
import { createFigure } from "./figure.js";
import { report } from "./report.js";

const datasets = [calls, stars];

const introduction = [
  "A line is trained by gradient descent on the full batch, with five losses at once; it starts at the least-squares line, unless you choose another start. A z-mask scores every point of the batch by (value - mean) / deviation and leaves out those above a threshold.",
  "It filters few outliers, not many: equal outliers that make up more than 1/(1 + threshold²) of the batch inflate the deviation so much that they hide in it (20 % at threshold 2, 50 % at 1). That is the masking effect. Huber and Tukey take their scale from the median absolute deviation of the residuals, which up to half of the batch cannot inflate without limit; it is taken anew at every step, so that it still depends on the start.",
  "The estimator of the z-mask is a choice. Moments, that is mean and standard deviation, are the paper's. The median in place of the mean, and 1.4826 times the median distance from it (MAD) in place of the deviation, are ours, beyond the paper: what is less than half of the batch cannot inflate them without limit. Both are trained here, on the same data with the same threshold. On the phone calls, of which a quarter of the years is wrong, that decides.",
  "On the stars it does not. A few cool giants draw the line to themselves until their residuals are ordinary ones, and from the least-squares line neither estimator gets away from them, at no threshold of the slider; another loss alone does not help either, for Huber and Tukey stay as well. It takes another start: from a horizontal line, both estimators get away at a threshold of 1 on the signed error; from the clean line, which only an oracle knows, they stay away at all thresholds of the tables, by median from all giants, by moments from all but the one that is near the line.",
];

const title = "A line through outliers";

export function createOutliersPanel(engine: Engine): Panel {
  const figures = datasets.map((data) => createFigure(data, engine));
  const results = createResults(() => report(engine, datasets));
  const controls = createControls(
    () => void train(),
    () => {
      for (const figure of figures) figure.focus(controls.read());
    },
  );

  const train = async () => {
    await Promise.all(figures.map((figure) => figure.train(controls.read)));
  };

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
      "Trained until nothing moves: from the least-squares line, from a horizontal one, and from a line that only an oracle knows. Where the ends differ, the loss has kept what it believed at the start.",
    ),
    results.element,
  );
  return { title, element, start: train, finish: results.report, report: results.report };
}
