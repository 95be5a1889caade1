/** The form above the charts: labelled native controls, so that keyboard and screen reader need nothing more. */
import { type Child, h } from "../../lib/dom.js";
import { swatch } from "../../lib/swatch.js";
import type { Estimator, LossName, MaskChoice, Statistic } from "./settings.js";
import { annealedFrom, annealingSteps } from "./settings.js";
import { type StartName, startTitles } from "./starts.js";

export interface Choice extends MaskChoice {
  /** The loss whose points are marked. */
  readonly focus: LossName;
  readonly start: StartName;
}

function radios(name: string, legend: string, chosen: string, options: readonly (readonly [string, ...Child[]])[]) {
  const choices = options.map(([value, ...content]) => {
    const input = h("input", { type: "radio", name, value, checked: value === chosen });
    return h("label", {}, input, " ", ...content);
  });
  return h("fieldset", {}, h("legend", {}, legend), ...choices);
}

/** `onChange` is called for changes of what is trained, `onFocus` for changes of what is marked. */
export function createControls(onTrain: () => void, onFocus: () => void) {
  const output = h("output", { for: "threshold" }, "2");
  const threshold = h("input", {
    type: "range",
    id: "threshold",
    name: "threshold",
    min: 0.5,
    max: 3,
    step: 0.1,
    value: 2,
  });
  threshold.addEventListener("input", () => {
    output.value = threshold.value;
  });
  const starts = Object.entries(startTitles).map(([value, title]) => h("option", { value }, title));
  const form = h(
    "form",
    { "aria-label": "Settings of the lab" },
    radios("focus", "Loss: its points are marked", "masked", [
      ["mse", swatch("mse"), " MSE"],
      ["huber", swatch("huber"), " Huber"],
      ["tukey", swatch("tukey"), " Tukey"],
      ["masked", "Z-masked MSE, by the chosen estimator"],
    ]),
    radios("estimator", "Estimator of the z-mask", "moments", [
      ["moments", swatch("moments"), " moments: mean and standard deviation (the paper's)"],
      ["median", swatch("median"), " median: median and 1.4826 MAD (ours)"],
    ]),
    radios("statistic", "Statistic that is z-scored", "error", [
      ["error", "error: the signed residual"],
      ["loss", "loss: the squared error (the median masks its upper side)"],
    ]),
    h(
      "fieldset",
      {},
      h("legend", {}, "Threshold of the z-mask"),
      h("label", { for: "threshold" }, "mask above |z| = ", output),
      threshold,
      h(
        "label",
        {},
        h("input", { type: "checkbox", name: "annealed" }),
        ` annealed: from ${annealedFrom}, in ${annealingSteps} steps`,
      ),
    ),
    h(
      "fieldset",
      {},
      h("legend", {}, "Training"),
      h("label", {}, "start at ", h("select", { name: "start" }, ...starts)),
      h("button", { type: "submit" }, "Train again"),
    ),
  );
  form.addEventListener("change", (event) => {
    const { name } = event.target as HTMLInputElement;
    // Both estimators are trained; choosing one means to look at it.
    if (name === "estimator") (form.elements.namedItem("focus") as RadioNodeList).value = "masked";
    if (name === "focus" || name === "estimator") onFocus();
    else onTrain();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onTrain();
  });

  const read = (): Choice => {
    const values = new FormData(form);
    const focus = values.get("focus") as Exclude<LossName, Estimator> | "masked";
    return {
      focus: focus === "masked" ? (values.get("estimator") as Estimator) : focus,
      threshold: Number(values.get("threshold")),
      annealed: values.has("annealed"),
      statistic: values.get("statistic") as Statistic,
      start: values.get("start") as StartName,
    };
  };
  return { element: form, read };
}
