/** The points, and the lines while `model.fit` moves them. */
import { backendOf, computeOn } from "../../lib/backends.js";
import { createChart } from "../../lib/chart.js";
import { h } from "../../lib/dom.js";
import type { Engine } from "../../lib/engine.js";
import type { Line } from "../../lib/line.js";
import { reducedMotion } from "../../lib/motion.js";
import { swatch } from "../../lib/swatch.js";
import { renderTable } from "../../lib/table.js";
import { openTensorflow } from "../../lib/tensorflow.js";
import { createControls } from "./controls.js";
import { type Spoilt, spoiltLine } from "./data.js";
import { type Choice, compared, epochs, type Setting } from "./settings.js";
import { cleanLine, count, fitTable, isMasked } from "./tables.js";
import { type Fit, type Trained, train as trainLines } from "./train.js";

/** A chart belongs to its points: other points, another chart. */
const chartOf = ({ x, y, outliers }: Spoilt, settings: readonly Setting[]) =>
  createChart({
    id: "regression-points",
    title: "Points with outliers, and fitted lines",
    description:
      "A scatter plot with four lines: clean, MSE, Huber and z-masked MSE. The table beside it has their slopes and intercepts.",
    points: x.map((v, i) => ({ x: v, y: y[i], name: "", suspect: outliers.includes(i) })),
    xLabel: "x",
    yLabel: "y",
    xTick: String,
    lines: ["clean", ...settings.map(({ name }) => name)],
  });

export function createFigure(engine: Engine) {
  const backend = backendOf(engine);
  const picture = h("div");
  const progress = h("p", { class: "progress" });
  const summary = h("p", { role: "status" });
  const results = h("div");
  let running = new AbortController();
  const controls = createControls(() => void train());

  function drawTable(data: Spoilt, choice: Choice, fits: readonly Fit[]): void {
    const table = fitTable(data, choice, fits);
    results.replaceChildren(renderTable(table, (row) => swatch(fits[row].setting.name)));
  }

  /** Resolves when the lines rest; undefined when another training took over. */
  async function train(): Promise<Trained | undefined> {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    const choice = controls.read();
    const data = spoiltLine(choice);
    const settings = compared(choice);
    const chart = chartOf(data, settings);
    const clean = cleanLine(data);
    const draw = (lines: readonly Line[], masked: readonly number[]) =>
      chart.update([clean, ...lines], masked, choice.estimator);
    draw(
      settings.map(() => ({ slope: 0, intercept: 0 })),
      [],
    );
    picture.replaceChildren(chart.element);
    progress.textContent = "Loading TensorFlow.js.";
    const tf = await openTensorflow(engine);
    const onEpoch = (fits: readonly Fit[]) => {
      if (signal.aborted || reducedMotion()) return;
      progress.textContent = `Epoch ${Math.min(...fits.map(({ epoch }) => epoch))} of ${epochs}.`;
      draw(
        fits.map(({ line }) => line),
        [],
      );
    };
    progress.textContent = "Waiting for TensorFlow.js, which trains for one panel at a time.";
    const fits = await computeOn(tf, backend, async () =>
      signal.aborted ? undefined : trainLines(tf, data, settings, { onEpoch, signal }),
    );
    if (!fits) return undefined;
    const mask = fits.find(isMasked)?.masked ?? [];
    draw(
      fits.map(({ line }) => line),
      mask,
    );
    drawTable(data, choice, fits);
    progress.textContent = `Epoch ${epochs} of ${epochs}, on the backend ${backend} of TensorFlow.js ${tf.version.tfjs}.`;
    const { found, others } = count(data, mask);
    summary.textContent = `Trained. The z-mask leaves out ${found} of ${data.outliers.length} outliers and ${others} of the other points.`;
    return { choice, fits };
  }

  const caption = h(
    "figcaption",
    {},
    swatch("clean"),
    " clean line: least squares of the sound points. Diamonds: outliers. Crosses: points that the z-mask left out of the last step. The other lines are in the table.",
  );
  const element = h(
    "div",
    {},
    controls.element,
    h("div", { class: "beside" }, h("figure", {}, picture, caption), h("div", {}, progress, summary, results)),
  );
  return { element, train };
}
