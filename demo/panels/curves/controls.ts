/** The form of the panel. It holds the values: a slider shows them as well as it can, and changes them only when it is moved. */
import { type Family, type Loss, type LossSpec, lossFromJSON, type ParameterDefinition } from "../../../src/index.js";
import { h } from "../../lib/dom.js";
import { createSlider } from "../../lib/slider.js";
import { baseOf, bases, type Choice, choiceOf, choose, modifiers, modifiersOf, specOf } from "./catalog.js";
import { isFlag, rangeOf } from "./range.js";
import { type Axis, standardAxis } from "./sample.js";

const titles: Record<Family, string> = { regression: "Regression", binary: "Binary", class: "Classes" };

/** What is to be drawn: a choice, or a loss that the form cannot express. */
export interface View {
  readonly axis: Axis;
  readonly spec: LossSpec;
  readonly loss: Loss;
  readonly choice?: Choice;
}

const group = (legend: string, ...content: HTMLElement[]) => h("fieldset", {}, h("legend", {}, legend), ...content);
const asGiven = "as in the address";

/** `onView` is called while something moves, `onRest` when it has come to rest. */
export function createControls(given: LossSpec | undefined, onView: () => void, onRest: () => void) {
  let axis = standardAxis;
  let choice = given ? choiceOf(given) : choose(baseOf("huber") ?? bases[0]);

  const option = (value: string, text: string, selected: boolean) => h("option", { value, selected }, text);
  const families = Object.entries(titles).map(([family, label]) =>
    h(
      "optgroup",
      { label },
      ...bases
        .filter((base) => base.family === family)
        .map(({ id, name }) => option(id, name === id ? id : `${name} (${id})`, id === choice?.base.id)),
    ),
  );
  const lossSelect = h("select", { name: "loss" }, ...(choice ? [] : [option(asGiven, asGiven, true)]), ...families);
  const modifierSelect = h("select", { name: "modifier" });
  const parameters = group("Parameters");
  const around = group("Axis");
  const form = h(
    "form",
    { "aria-label": "Settings of the curves" },
    group("Loss", h("label", {}, "loss ", lossSelect), h("label", {}, "modified by ", modifierSelect)),
    parameters,
    around,
  );
  form.addEventListener("submit", (event) => event.preventDefault());

  /** Controls of some parameters of the choice. */
  const controlsOf = (
    definitions: Readonly<Record<string, ParameterDefinition>>,
    of: "parameters" | "modifierParameters",
  ) =>
    Object.entries(definitions).flatMap(([name, definition]) => {
      const value = choice![of][name];
      const set = (next: number | boolean) => {
        choice = { ...choice!, [of]: { ...choice![of], [name]: next } };
      };
      const id = `curves-${of}-${name}`;
      return isFlag(definition)
        ? [createFlag(id, `${name}: ${definition.doc}`, value as boolean, set)]
        : createNumber(id, `${name}, ${definition.doc}:`, definition, value as number, set);
    });

  /** Everything but the choice of the loss, which may hold the focus. */
  function fill(): void {
    const family = choice?.base.family ?? lossFromJSON(given!).family;
    const fitting = choice ? modifiersOf(choice.base) : [];
    modifierSelect.replaceChildren(
      option("", "nothing", !choice?.modifier),
      ...fitting.map((name) => option(name, modifiers[name].title, name === choice?.modifier)),
    );
    modifierSelect.disabled = fitting.length === 0;
    const sliders = choice
      ? [
          ...controlsOf(choice.base.parameters, "parameters"),
          ...controlsOf(choice.modifier ? modifiers[choice.modifier].parameters : {}, "modifierParameters"),
        ]
      : [];
    const none = h("p", {}, choice ? "This loss has none." : "This loss is drawn as the address has it.");
    parameters.replaceChildren(h("legend", {}, "Parameters"), ...(sliders.length > 0 ? sliders : [none]));
    around.replaceChildren(h("legend", {}, "Axis"), ...axisControls(family));
  }

  const changeAxis = (changes: Partial<Axis>) => {
    axis = { ...axis, ...changes };
  };

  function axisControls(family: Family): HTMLElement[] {
    const slider = (key: "reach" | "classes" | "modelSlope", label: string, min: number, max: number, step: number) => {
      const parts = createSlider({ id: `curves-${key}`, name: key, label, min, max, step, value: axis[key] });
      parts[1].addEventListener("input", () => changeAxis({ [key]: Number((parts[1] as HTMLInputElement).value) }));
      return parts;
    };
    const choices = <K extends "label" | "quantity">(key: K, label: string, options: [Axis[K], string][]) => {
      const select = h(
        "select",
        { name: key },
        ...options.map(([value, text]) => option(String(value), text, value === axis[key])),
      );
      select.addEventListener("input", () => changeAxis({ [key]: options[select.selectedIndex][0] }));
      return h("label", {}, `${label} `, select);
    };
    const reach = slider("reach", "reaches to", 1, 20, 1);
    if (family === "binary")
      return [
        choices("label", "label", [
          [1, "1"],
          [0, "0"],
        ]),
        ...reach,
      ];
    if (family === "regression") {
      const sloped = choice ? choice.modifier === "lai" : JSON.stringify(given).includes('"lai');
      return [...reach, ...(sloped ? slider("modelSlope", "slope of the model:", -5, 5, 0.1) : [])];
    }
    const quantities: [Axis["quantity"], string][] = [
      ["logit", "logit of the labelled class, others 0"],
      ["probability", "its probability"],
    ];
    return [choices("quantity", "along the", quantities), ...reach, ...slider("classes", "classes:", 2, 20, 1)];
  }

  /** Throws where a modifier refuses the loss. */
  function viewOf(): View {
    const spec = choice ? specOf(choice) : given!;
    return { axis, spec, loss: lossFromJSON(spec), ...(choice && { choice }) };
  }

  // After the controls' own listeners, which have stored the values.
  form.addEventListener("input", (event) => {
    if (event.target === lossSelect) {
      const base = baseOf(lossSelect.value);
      choice = base && choose(base);
      fill();
    } else if (event.target === modifierSelect) {
      choice = { ...choose(choice!.base, modifierSelect.value || undefined), parameters: choice!.parameters };
      fill();
    }
    onView();
  });
  form.addEventListener("change", onRest);
  fill();
  return { element: form, read: viewOf };
}

function createFlag(id: string, label: string, checked: boolean, set: (value: boolean) => void): HTMLElement {
  const input = h("input", { type: "checkbox", id, checked });
  input.addEventListener("input", () => set(input.checked));
  return h("label", {}, input, ` ${label}`);
}

function createNumber(
  id: string,
  label: string,
  definition: ParameterDefinition,
  value: number,
  set: (value: number) => void,
): HTMLElement[] {
  const { min, max, step, infinite } = rangeOf(definition);
  const parts = createSlider({ id, name: id, label, min, max, step, value: Number(value.toPrecision(6)) });
  const input = parts[1] as HTMLInputElement;
  const output = parts[0].querySelector("output")!;
  input.addEventListener("input", () => {
    const at = Number(input.value);
    const next = infinite && (at === min || at === max) ? Math.sign(at) * Number.POSITIVE_INFINITY : at;
    set(next);
    output.value = String(next);
  });
  return parts;
}
