/** The form of the panel: labelled native controls, as in the others. */
import type { BackendName } from "../../lib/backends.js";
import { h } from "../../lib/dom.js";
import { createSlider } from "../../lib/slider.js";
import { swatch } from "../../lib/swatch.js";
import { confusions, type NoiseKind } from "./labels.js";
import { type Choice, defaults, type LossName, lossNames, titleOf } from "./settings.js";

const pairs = Array.from(confusions, ([from, to]) => `${from} as ${to}`).join(", ");
const kinds: Record<NoiseKind, string> = {
  symmetric: "symmetric: any other digit",
  asymmetric: `asymmetric: ${pairs}`,
};
const backendTitles: Record<BackendName, string> = { webgpu: "the GPU (webgpu)", cpu: "the CPU (cpu)" };

export interface FormChoice extends Choice {
  readonly backend: BackendName;
}

const group = (legend: string, ...content: HTMLElement[]) => h("fieldset", {}, h("legend", {}, legend), ...content);

function select(label: string, name: string, chosen: string, options: readonly (readonly [string, string])[]) {
  const entries = options.map(([value, text]) => h("option", { value, selected: value === chosen }, text));
  return h("label", {}, `${label} `, h("select", { name }, ...entries));
}

/**
 * `onTrain` is called for changes of what is trained, `onPause` with whether training should rest.
 *
 * @param backends the preferred one first.
 */
export function createControls(
  backends: readonly BackendName[],
  onTrain: () => void,
  onPause: (paused: boolean) => void,
) {
  const losses = lossNames.map((name) => {
    const input = h("input", { type: "checkbox", name: "losses", value: name, checked: true });
    return h("label", {}, input, " ", swatch(name), ` ${titleOf(name)}`);
  });
  const radios = Object.entries(kinds).map(([value, text]) => {
    const input = h("input", { type: "radio", name: "kind", value, checked: value === defaults.kind });
    return h("label", {}, input, ` ${text}`);
  });
  const pause = h("button", { type: "button", "aria-pressed": "false" }, "Pause");
  const setPaused = (paused: boolean) => {
    pause.setAttribute("aria-pressed", String(paused));
    onPause(paused);
  };
  pause.addEventListener("click", () => setPaused(pause.getAttribute("aria-pressed") !== "true"));

  const form = h(
    "form",
    { "aria-label": "Settings of the noisy labels" },
    group(
      "Wrong labels",
      ...createSlider({
        id: "noise-share",
        name: "noise",
        label: "share in percent:",
        min: 0,
        max: 80,
        step: 5,
        value: defaults.noise,
      }),
      ...radios,
    ),
    group(
      "Losses",
      ...losses,
      ...createSlider({
        id: "noise-threshold",
        name: "threshold",
        label: "z-mask above |z| =",
        min: 0.5,
        max: 3,
        step: 0.1,
        value: defaults.threshold,
      }),
    ),
    group(
      "Training",
      select("digits to train with", "samples", String(defaults.samples), [
        ["768", "the first 768"],
        ["0", "all"],
      ]),
      ...createSlider({
        id: "noise-epochs",
        name: "epochs",
        label: "epochs:",
        min: 8,
        max: 64,
        step: 8,
        value: defaults.epochs,
      }),
      h(
        "label",
        {},
        "seed ",
        h("input", { type: "number", name: "seed", min: 1, max: 999, step: 1, required: true, value: defaults.seed }),
      ),
      select(
        "TensorFlow.js computes on",
        "backend",
        backends[0],
        backends.map((name) => [name, backendTitles[name]]),
      ),
      h("div", { class: "buttons" }, h("button", { type: "submit" }, "Train again"), pause),
    ),
  );
  const train = () => {
    if (!form.reportValidity()) return;
    setPaused(false);
    onTrain();
  };
  form.addEventListener("change", train);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    train();
  });

  const read = (): FormChoice => {
    const values = new FormData(form);
    return {
      kind: values.get("kind") as NoiseKind,
      noise: Number(values.get("noise")),
      losses: values.getAll("losses") as LossName[],
      threshold: Number(values.get("threshold")),
      samples: Number(values.get("samples")),
      epochs: Number(values.get("epochs")),
      seed: Number(values.get("seed")),
      backend: values.get("backend") as BackendName,
    };
  };
  return { element: form, read };
}
