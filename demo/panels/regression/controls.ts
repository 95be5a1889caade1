/** The form of the panel: labelled native controls, as in the others. */
import { h } from "../../lib/dom.js";
import { createSlider } from "../../lib/slider.js";
import { type Choice, defaults, type Estimator } from "./settings.js";

const estimators: Record<Estimator, string> = {
  moments: "moments of the losses: mean and standard deviation (the paper's)",
  median: "median of the signed errors, and 1.4826 MAD (ours)",
};

const group = (legend: string, ...content: HTMLElement[]) => h("fieldset", {}, h("legend", {}, legend), ...content);

export function createControls(onTrain: () => void) {
  const { share, distance, threshold, estimator } = defaults;
  const slider = (name: string, label: string, value: number, range: { min: number; max: number; step: number }) =>
    createSlider({ id: `regression-${name}`, name, label, value, ...range });
  const choices = Object.entries(estimators).map(([value, text]) =>
    h("label", {}, h("input", { type: "radio", name: "estimator", value, checked: value === estimator }), ` ${text}`),
  );
  const form = h(
    "form",
    { "aria-label": "Settings of the regression" },
    group(
      "Outliers",
      ...slider("share", "percent of the points:", share, { min: 0, max: 40, step: 1 }),
      ...slider("distance", "distance, in deviations of the noise:", distance, { min: 0, max: 60, step: 1 }),
    ),
    group(
      "Z-mask",
      ...slider("threshold", "mask above |z| =", threshold, { min: 0.5, max: 3, step: 0.1 }),
      h("button", { type: "submit" }, "Train again"),
    ),
    group("Estimator of the z-mask", ...choices),
  );
  form.addEventListener("change", onTrain);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onTrain();
  });
  const read = (): Choice => {
    const values = new FormData(form);
    return {
      share: Number(values.get("share")),
      distance: Number(values.get("distance")),
      threshold: Number(values.get("threshold")),
      estimator: values.get("estimator") as Estimator,
    };
  };
  return { element: form, read };
}
