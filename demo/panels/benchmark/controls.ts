/** What to measure; start, cancel, copy. */
import { h } from "../../lib/dom.js";
import type { Choice } from "./measuring.js";

export interface Controls {
  readonly element: HTMLElement;
  read(): Choice;
  /** While a run is under way it can only be cancelled. */
  running(is: boolean): void;
  /** Whether there is something to copy. */
  copyable(is: boolean): void;
}

export interface Actions {
  start(): void;
  cancel(): void;
  copy(): void;
}

export function createControls(actions: Actions): Controls {
  const button = (text: string, action: () => void, disabled: boolean) => {
    const element = h("button", { type: "button", disabled }, text);
    element.addEventListener("click", action);
    return element;
  };
  const extent = h(
    "select",
    { name: "extent" },
    h("option", { value: "quick" }, "three sizes, two batches of classes"),
    h("option", { value: "full" }, "everything, up to 2^24 elements: many minutes"),
  );
  const peers = h("input", { type: "checkbox", name: "peers", id: "benchmark-peers" });
  const start = button("Measure", actions.start, false);
  const cancel = button("Cancel", actions.cancel, true);
  const copy = button("Copy as CSV", actions.copy, true);
  const element = h(
    "form",
    { class: "single" },
    h(
      "fieldset",
      {},
      h("legend", {}, "Measure"),
      h("label", {}, "how much ", extent),
      h("label", { for: "benchmark-peers" }, peers, " TensorFlow.js and jax-js too (loads them)"),
      h("div", { class: "buttons" }, start, cancel, copy),
    ),
  );
  element.addEventListener("submit", (event) => event.preventDefault());
  return {
    element,
    read: () => ({ extent: extent.value === "full" ? "full" : "quick", peers: peers.checked }),
    running(is) {
      for (const control of [extent, peers, start]) control.disabled = is;
      cancel.disabled = !is;
    },
    copyable(is) {
      copy.disabled = !is;
    },
  };
}
