/** The panel on curves: value and slope of any loss, and an address that brings it back. */
import { type Family, type Loss, lossFromJSON } from "../../../src/index.js";
import { type Range, rangeOf } from "../../lib/axes.js";
import { h } from "../../lib/dom.js";
import type { Panel } from "../../lib/panel.js";
import { createPlot, type Position } from "../../lib/plot.js";
import { swatch } from "../../lib/swatch.js";
import { renderTable } from "../../lib/table.js";
import { addressOf, readAddress } from "./address.js";
import { baseOf, choose, specOf } from "./catalog.js";
import { createControls, type View } from "./controls.js";
import { axisLabels, facts, summarize } from "./describe.js";
import { report } from "./report.js";
import { curvesOf, extent } from "./sample.js";

const title = "Curves of every loss";

const introduction =
  "What a loss makes of an error, and how hard that pulls: its value, and its slope, which is the derivative that training uses. Everything here is computed by evaluate, the float64 reference, without a GPU.";

/** What a loss is compared with: without its modifier, or the plainest one of its family. */
const plainest: Record<Family, string> = { regression: "mse", binary: "bce", class: "ce" };

function referenceOf({ choice, loss }: View): { name: string; loss: Loss } | undefined {
  const base = baseOf(plainest[loss.family]);
  const reference = choice?.modifier ? { ...choose(choice.base), parameters: choice.parameters } : base && choose(base);
  if (!reference) return undefined;
  const plain = lossFromJSON(specOf(reference));
  return JSON.stringify(plain) === JSON.stringify(loss) ? undefined : { name: reference.base.name, loss: plain };
}

/** A constant has a range as well. */
function frameOf(curves: readonly (readonly Position[])[]): Range {
  const [low, high] = rangeOf(curves.flatMap((points) => points.map(([, y]) => y)));
  if (!(Number.isFinite(low) && Number.isFinite(high))) return [-1, 1];
  return high - low > 1e-9 ? [low, high] : [low - 1, high + 1];
}

const plotOf = (id: "value" | "slope") =>
  createPlot({
    id: `curves-${id}`,
    title: id === "value" ? "Value of the loss" : "Slope of the loss",
    description: `A curve of the ${id} of the chosen loss, dotted beside it the one that it is compared with. The text has numbers at three places.`,
    size: "tall",
    xLabel: "",
    yLabel: id,
  });

export function createCurvesPanel(): Panel {
  const read = readAddress(location.href);
  const problem = read && "problem" in read ? read.problem : undefined;
  const plots = { value: plotOf("value"), slope: plotOf("slope") };
  const compared = h("p");
  const summary = h("p", { role: "status" });
  const note = h("p", { class: "note" });
  const list = h("dl");
  const json = h("code");
  const link = h("a", { href: location.href }, "the address of this view");

  let shown: View | undefined;
  function draw(): void {
    let view: View;
    try {
      view = controls.read();
      summary.textContent = summarize(view.loss, view.axis);
    } catch (error) {
      // The curves stay those of the last loss that can be.
      summary.textContent = `Not drawn: ${error instanceof Error ? error.message : error}`;
      return;
    }
    shown = view;
    const { axis, spec, loss, choice } = view;
    const reference = referenceOf(view);
    const own = curvesOf(loss, axis);
    const other = reference && curvesOf(reference.loss, axis);
    const labels = axisLabels(loss, axis);
    for (const key of ["value", "slope"] as const) {
      plots[key].draw({
        x: extent(loss, axis),
        y: frameOf([own[key], ...(other ? [other[key]] : [])]),
        curves: [...(other ? [{ name: "clean", points: other[key] }] : []), { name: "moments", points: own[key] }],
        xLabel: labels.x,
        yLabel: key === "slope" ? labels.slope : "loss",
      });
    }
    const name = choice ? facts(choice)[0][1] : loss.name;
    compared.replaceChildren(
      swatch("moments"),
      ` ${name}`,
      ...(reference ? [" ", swatch("clean"), ` ${reference.name}, for comparison`] : []),
    );
    note.textContent =
      "base" in loss
        ? "It judges a sample by its batch, which no curve shows: this is the loss that it goes around."
        : "";
    list.replaceChildren(
      ...(choice ? facts(choice) : []).flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]),
      h("dt", {}, "JSON"),
      h("dd", {}, json),
      h("dt", {}, "Share"),
      h("dd", {}, link),
    );
    json.textContent = JSON.stringify(loss);
    link.href = addressOf(spec, location.href);
  }

  const controls = createControls(read && "spec" in read ? read.spec : undefined, draw, () => {
    if (shown) history.replaceState(undefined, "", addressOf(shown.spec, location.href));
  });
  draw();

  const element = h(
    "section",
    { "aria-labelledby": "curves-heading" },
    h("h2", { id: "curves-heading" }, title),
    h("p", {}, introduction),
    ...(problem ? [h("p", { role: "alert" }, `The address holds no loss that can be drawn: ${problem}`)] : []),
    controls.element,
    compared,
    h("div", { class: "beside" }, h("figure", {}, plots.value.element), h("figure", {}, plots.slope.element)),
    summary,
    note,
    list,
    ...report().tables.map((table) => renderTable(table)),
  );
  return { title, element, start: async () => {}, report: async () => report() };
}
