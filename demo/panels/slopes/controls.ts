/** The forms of the panel: labelled native controls, as in the other one. */
import type { Activation } from "../../../src/index.js";
import { features } from "../../data/cars.js";
import { h } from "../../lib/dom.js";
import { createSlider } from "../../lib/slider.js";
import { type CurveName, trueCurves } from "./curve.js";
import { type FleetChoice, fleetDefaults } from "./fleet.js";
import { type Choice, defaults, type Form } from "./settings.js";

const forms: Record<Form, string> = { scaled: "scaled: the projected error squared", plain: "plain: λ not squared" };
const activations: readonly Activation[] = ["tanh", "softplus"];
const samples = [1, 2, 3, 4, 5];

function select(
  label: string,
  name: string,
  chosen: string,
  options: readonly (readonly [value: string, text: string])[],
) {
  const entries = options.map(([value, text]) => h("option", { value, selected: value === chosen }, text));
  return h("label", {}, `${label} `, h("select", { name }, ...entries));
}

const group = (legend: string, ...content: HTMLElement[]) => h("fieldset", {}, h("legend", {}, legend), ...content);

/** A form that trains when anything in it changes. */
function createForm(label: string, onTrain: () => void, ...groups: HTMLElement[]): HTMLFormElement {
  const form = h("form", { "aria-label": label }, ...groups);
  form.addEventListener("change", onTrain);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onTrain();
  });
  return form;
}

export function createCurveControls(onTrain: () => void) {
  const { curve, noise, sample, lambda, form: formOfLai, share, activation } = defaults;
  const curves = Object.entries(trueCurves).map(([name, { title }]) => [name, title] as const);
  const form = createForm(
    "Settings of the curve",
    onTrain,
    group(
      "Data",
      select("true curve", "curve", curve, curves),
      ...createSlider({
        id: "curve-noise",
        name: "noise",
        label: "deviation of the noise",
        min: 0,
        max: 1,
        step: 0.1,
        value: noise,
      }),
      select(
        "noise of",
        "sample",
        String(sample),
        samples.map((s) => [String(s), `sample ${s}`]),
      ),
    ),
    group(
      "Lai losses",
      ...createSlider({ id: "curve-lambda", name: "lambda", label: "λ =", min: 0.1, max: 3, step: 0.1, value: lambda }),
      ...createSlider({
        id: "curve-share",
        name: "share",
        label: "share of the batch, drawn in every step, in percent:",
        min: 0,
        max: 100,
        step: 10,
        value: share,
      }),
      select("form of Lai MSE", "form", formOfLai, Object.entries(forms)),
    ),
    group(
      "Network",
      select(
        "activation",
        "activation",
        activation,
        activations.map((name) => [name, name]),
      ),
      h("button", { type: "submit" }, "Train again"),
    ),
  );
  const read = (): Choice => {
    const values = new FormData(form);
    return {
      curve: values.get("curve") as CurveName,
      noise: Number(values.get("noise")),
      sample: Number(values.get("sample")),
      lambda: Number(values.get("lambda")),
      form: values.get("form") as Form,
      share: Number(values.get("share")),
      activation: values.get("activation") as Activation,
    };
  };
  return { element: form, read };
}

export function createFleetControls(onTrain: () => void) {
  const { feature, noise, lambda } = fleetDefaults;
  const names = features.map(({ name, unit }, j) => [String(j), `${name} (${unit})`] as const);
  const form = createForm(
    "Settings of the cars",
    onTrain,
    group(
      "Noisy feature",
      select("feature", "feature", String(feature), names),
      ...createSlider({
        id: "fleet-noise",
        name: "noise",
        label: "noise, in deviations of the feature:",
        min: 0,
        max: 1.5,
        step: 0.1,
        value: noise,
      }),
    ),
    group(
      "Lai MSE of this feature",
      ...createSlider({
        id: "fleet-lambda",
        name: "lambda",
        label: "λ =",
        min: 0.05,
        max: 1,
        step: 0.05,
        value: lambda,
      }),
      h("button", { type: "submit" }, "Train again"),
    ),
  );
  const read = (): FleetChoice => {
    const values = new FormData(form);
    return {
      feature: Number(values.get("feature")),
      noise: Number(values.get("noise")),
      lambda: Number(values.get("lambda")),
    };
  };
  return { element: form, read };
}
