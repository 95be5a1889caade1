/** The panel on regression in TensorFlow.js: outliers, and a z-mask that is given to `model.compile`. */
import { h } from "../../lib/dom.js";
import type { Engine } from "../../lib/engine.js";
import type { Panel } from "../../lib/panel.js";
import { createResults } from "../../lib/results.js";
import { openTensorflow } from "../../lib/tensorflow.js";
import { createFigure } from "./figure.js";
import listing from "./model.ts?raw";
import { report } from "./report.js";

const title = "Outliers in TensorFlow.js";

const introduction = [
  "A dense layer of one unit, which is a line, is trained by model.compile and model.fit of TensorFlow.js on 200 points, all in one batch. Some points lie far above the line, in its right half. The losses: TensorFlow.js' own mean squared error, Huber's loss with its width from the known noise, and the z-masked squared error of this library, which scores all points of the batch and leaves out those beyond a threshold.",
  "Where the page has a GPU, TensorFlow.js computes on it, and loss, mask and gradient come from this library's kernels in the middle of its own; else its CPU backend gets them from the float64 reference.",
];

export function createRegressionPanel(engine: Engine): Panel {
  const figure = createFigure(engine);
  let first: ReturnType<typeof figure.train> | undefined;
  const trainOnce = () => {
    first ??= figure.train();
    return first;
  };
  const results = createResults(async () => report(engine, await openTensorflow(engine), trainOnce()));

  async function start(): Promise<void> {
    await trainOnce();
  }

  const element = h(
    "section",
    { "aria-labelledby": "regression-heading" },
    h("h2", { id: "regression-heading" }, title),
    ...introduction.map((text) => h("p", {}, text)),
    figure.element,
    h(
      "details",
      {},
      h("summary", {}, "The model and its losses: the file that this page runs"),
      h(
        "pre",
        { class: "scroll", tabindex: 0, role: "group", "aria-label": "Source of the model" },
        h("code", {}, listing),
      ),
    ),
    h("h3", {}, "Few outliers, and many"),
    results.element,
  );
  return { title, element, start, finish: results.report, report: results.report };
}
