/** The panel that measures the reader's own machine, when the reader wants it. */
import { csvHeader, csvOf, type Row } from "../../../bench/rows.js";
import { progressLine } from "../../../bench/summary.js";
import recorded from "../../../docs/benchmarks.svg?url";
import { h } from "../../lib/dom.js";
import type { Engine } from "../../lib/engine.js";
import type { Panel, Report } from "../../lib/panel.js";
import { renderTable } from "../../lib/table.js";
import { createControls } from "./controls.js";
import { type Choice, measureHere } from "./measuring.js";
import { tablesOf } from "./tables.js";

const title = "Speed on this machine";

const introduction =
  "The project's benchmark, on your GPU and in your browser: losses with their gradients, next to unfused passes written by hand, a plain copy of as many numbers and, if you like, TensorFlow.js and jax-js. Every contender is first checked against float64 (the column error), then all are timed in turns. It keeps the GPU busy, so it starts when you say so; let the panels above finish first.";

/** In place of what cannot be measured: what was. */
const withoutGpu = () =>
  h(
    "figure",
    { class: "recorded" },
    h("img", {
      src: recorded,
      width: 640,
      height: 338,
      alt: "Bars: the times of this package, of hand-written passes and of TensorFlow.js",
    }),
    h(
      "figcaption",
      {},
      "Measured elsewhere, on a software adapter; the README has the figures. With WebGPU, this panel measures your machine: Chrome and Edge have it on most systems, Safari from version 26, Firefox on Windows and on Macs.",
    ),
  );

export function createBenchmarkPanel(engine: Engine): Panel {
  let rows: Row[] = [];
  let stop = new AbortController();
  const status = h("p", { role: "status" }, "Nothing measured yet.");
  const bar = h("progress", { "aria-label": "Cases measured", value: 0, max: 1, hidden: true });
  const notes = h("ul", {});
  const pictures = h("div", {
    class: "pictures",
    role: "group",
    "aria-label": "Charts of what was measured",
  });
  const tables = h("div", {});

  let drawnFor = 0;

  async function drawCharts(): Promise<void> {
    // They are loaded with the first results.
    const { charts, chartWidth } = await import("../../../bench/report/charts.js");
    drawnFor = pictures.clientWidth;
    const width = Math.min(chartWidth, drawnFor || chartWidth);
    const sizes = new Set(rows.filter((row) => row.case === "zmse").map(({ shape }) => shape));
    const drawn = [
      ...(sizes.size > 1 ? [charts.time(rows, document, width)] : []),
      ...(rows.some((row) => row.variant === "ours" && row.shareOfCopy !== undefined && row.elements >= 2 ** 16)
        ? [charts.copy(rows, document, width)]
        : []),
    ];
    pictures.replaceChildren(...drawn);
    pictures.tabIndex = 0; // so that a keyboard can scroll them
  }

  // Windows become narrow, and wide again.
  new ResizeObserver(() => {
    if (rows.length > 0 && pictures.clientWidth !== drawnFor) void drawCharts();
  }).observe(pictures);

  async function draw(): Promise<void> {
    await drawCharts();
    tables.replaceChildren(...tablesOf(rows).map((table) => renderTable(table)));
  }

  /** To the end, or until it is cancelled; what was measured stays. */
  async function run(choice: Choice): Promise<void> {
    rows = [];
    stop = new AbortController();
    for (const part of [notes, pictures, tables]) part.replaceChildren();
    status.replaceChildren("Loading what is needed.");
    controls.running(true);
    controls.copyable(false);
    bar.hidden = false;
    try {
      await measureHere(choice, {
        signal: stop.signal,
        say: (line) => notes.append(h("li", {}, line)),
        onProgress(progress) {
          bar.max = progress.total;
          bar.value = progress.done;
          status.replaceChildren(progress.label ? progressLine(progress) : "Done.");
        },
        async onRows(more) {
          rows.push(...more);
          controls.copyable(true);
          await draw();
        },
      });
    } finally {
      bar.hidden = true;
      controls.running(false);
    }
  }

  async function start(choice: Choice): Promise<void> {
    try {
      await run(choice);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      status.replaceChildren(stop.signal.aborted ? "Cancelled; what was measured stays." : `It stopped: ${why}`);
    }
  }

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(csvHeader + csvOf(rows));
      status.replaceChildren("Copied.");
    } catch (error) {
      status.replaceChildren(`Not copied: ${error instanceof Error ? error.message : error}`);
    }
  }

  const controls = createControls({
    start: () => void start(controls.read()),
    cancel: () => stop.abort(),
    copy: () => void copy(),
  });

  const possible = engine.kind === "gpu";
  const element = h(
    "section",
    { "aria-labelledby": "benchmark-heading" },
    h("h2", { id: "benchmark-heading" }, title),
    h("p", {}, introduction),
    ...(possible ? [controls.element, bar] : []),
    status,
    ...(possible ? [] : [withoutGpu()]),
    notes,
    pictures,
    tables,
  );
  if (!possible) status.replaceChildren("There is nothing to measure without WebGPU.");

  /** A few small cases: enough to see that everything works, too short for figures. */
  async function report(): Promise<Report> {
    if (!possible) return { tables: [] };
    await run({ extent: "least", peers: false });
    const remarks = ["A run of a few batches, to see that it works: no figures to quote."];
    return { tables: tablesOf(rows).map((table, i, all) => (i === all.length - 1 ? { ...table, remarks } : table)) };
  }
  return { title, element, start: async () => {}, report };
}
