/** A labelled slider that says its value. */
import { h } from "./dom.js";

export interface SliderOptions {
  /** Unique in the page. */
  readonly id: string;
  readonly name: string;
  /** The value follows it. */
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
}

export function createSlider({ id, label, value, ...range }: SliderOptions): HTMLElement[] {
  const output = h("output", { for: id }, String(value));
  const input = h("input", { type: "range", id, ...range, value }); // the value last: the range decides what it can be
  input.addEventListener("input", () => {
    output.value = input.value;
  });
  return [h("label", { for: id }, `${label} `, output), input];
}
