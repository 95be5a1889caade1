/** One data set: the chart in which the lines move, what they say, and the points as a table. */
import { cleanPoints, type Dataset, nameList } from "../../data/dataset.js";
import { createChart } from "../../lib/chart.js";
import { h } from "../../lib/dom.js";
import type { Engine } from "../../lib/engine.js";
import { reducedMotion } from "../../lib/motion.js";
import { swatch } from "../../lib/swatch.js";
import { renderTable } from "../../lib/table.js";
import { type Fit, train } from "../../lib/train.js";
import type { Choice } from "./controls.js";
import { compareEstimators, pairs } from "./estimators.js";
import { fitTable } from "./report.js";
import { createScores } from "./scores.js";
import { compared, estimators, type Setting } from "./settings.js";
import { cleanLine, startLine } from "./starts.js";

/** Frames are drawn one by one while the lines still move visibly, then every tenth. */
const smoothSteps = 80;

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

export function createFigure(data: Dataset, engine: Engine) {
  const chart = createChart({
    id: `outliers-${data.id}`,
    title: `${data.title}: fitted lines`,
    description: `Scatter plot of ${data.yLabel} against ${data.xLabel} with six lines: clean, MSE, Huber, Tukey, and Z-masked MSE by moments and by median. The tables beside it hold all numbers.`,
    points: data.x.map((x, i) => ({ x, y: data.y[i], name: data.names[i], suspect: data.outliers.includes(i) })),
    xLabel: data.xLabel,
    yLabel: data.yLabel,
    xTick: data.xTick,
    lines: ["clean", "mse", "huber", "tukey", ...estimators],
  });
  const scores = createScores(data);
  const progress = h("p", { class: "progress" });
  const summary = h("p", { role: "status" });
  const comparison = h("p");
  const results = h("div");
  const points = h("div");
  const element = h(
    "section",
    { "aria-labelledby": `${data.id}-heading` },
    h("h3", { id: `${data.id}-heading` }, data.title),
    h("p", {}, data.story),
    h(
      "div",
      { class: "beside" },
      h(
        "div",
        {},
        h(
          "figure",
          {},
          chart.element,
          h(
            "figcaption",
            {},
            swatch("clean"),
            ` clean line: least squares without the ${data.outlierNoun}${data.doubtful.length ? ` and ${nameList(data.names, data.doubtful)}` : ""}, as an oracle would. Diamonds: the ${data.outlierNoun}. Crosses: points without any pull.`,
          ),
        ),
        scores.element,
      ),
      h("div", {}, results, progress, summary, comparison),
    ),
    h("details", {}, h("summary", {}, "The points, with the loss in focus"), points),
    h("p", { class: "source" }, `Source: ${data.source}`),
  );

  let current: Fit<Setting>[] = [];
  let running = new AbortController();

  const inFocus = ({ focus }: Choice) => current.find(({ recipe }) => recipe.name === focus) ?? current[0];

  function draw(choice: Choice): void {
    const focus = inFocus(choice);
    chart.update([cleanLine(data), ...current.map(({ line }) => line)], focus.dropped, focus.recipe.name);
    scores.draw(current);
    const threshold = (focus.loss?.parameters as { threshold?: number } | undefined)?.threshold;
    progress.textContent = `${focus.recipe.title}: step ${focus.step}${threshold ? `, threshold ${threshold.toFixed(2)}` : ""}, ${focus.state}.`;
  }

  function drawTables(choice: Choice): void {
    const focus = inFocus(choice);
    const names = current.map(({ recipe }) => recipe.name);
    results.replaceChildren(renderTable(fitTable(data, current, choice.start), (row) => swatch(names[row])));
    points.replaceChildren(renderTable(pointTable(data, focus)));
    comparison.textContent = pairs(current)
      .map((pair) => compareEstimators(data, pair, choice.start))
      .join(" ");
  }

  /** Once per training, so that a screen reader is not told about every step. */
  function announce(choice: Choice): void {
    const { recipe, dropped } = inFocus(choice);
    summary.textContent = `Points without pull under ${recipe.title}: ${nameList(data.names, dropped) || "none"}.`;
  }

  return {
    element,
    /** Marks another loss's points. */
    focus(choice: Choice): void {
      if (current.length === 0) return;
      draw(choice);
      drawTables(choice);
      announce(choice);
    },
    /** Trains and draws; resolves when the lines rest, or when another training took over. `read` is asked at every frame. */
    async train(read: () => Choice): Promise<void> {
      running.abort();
      running = new AbortController();
      const { signal } = running;
      const choice = read();
      let step = 0;
      const onStep = async (fits: Fit<Setting>[]) => {
        if (signal.aborted) return;
        current = fits;
        const tenth = step++ % 10 === 0;
        if (!tenth && (step >= smoothSteps || reducedMotion())) return;
        const choice = read();
        draw(choice);
        if (tenth) drawTables(choice);
        if (!reducedMotion()) await nextFrame();
      };
      await train(engine, data, compared(choice), startLine(data, choice.start), { onStep, signal });
      if (signal.aborted) return;
      draw(read());
      drawTables(read());
      announce(read());
    },
  };
}

function pointTable(data: Dataset, { recipe, residuals, outcome, dropped }: Fit<Setting>) {
  const clean = cleanPoints(data);
  return {
    caption: `${data.title}: points under ${recipe.title}.`,
    columns: ["point", "x", "y", "residual", "z", "pulls", "known as"],
    rows: data.names.map((name, i) => ({
      cells: [
        name,
        String(data.x[i]),
        String(data.y[i]),
        residuals[i].toFixed(2),
        outcome?.z ? outcome.z[i].toFixed(2) : "-",
        dropped.includes(i) ? "no" : "yes",
        data.outliers.includes(i) ? "outlier" : clean[i] ? "sound" : "partly affected",
      ],
    })),
  };
}
