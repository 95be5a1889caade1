/** What is known about a loss, in words. */
import type { Loss } from "../../../src/index.js";
import type { Base, Choice } from "./catalog.js";
import { modifiers } from "./catalog.js";
import { type Axis, extent, logitOf, sampleAt } from "./sample.js";

const statuses = {
  confirmed: "as the source states it",
  derived: "follows from what the source states",
  inferred: "our reading of the source",
};

export function traitsOf({ traits: { convex, boundedSlope, redescending } }: Base): string {
  const words = [
    convex ? "convex" : "not convex",
    boundedSlope
      ? "bounded slope: one sample can pull only so hard"
      : "unbounded slope: one sample can pull as hard as it likes",
    ...(redescending ? ["redescending: gross outliers stop to pull"] : []),
  ];
  return words.join("; ");
}

/** Names and texts, in the order of the page. */
export function facts({ base, modifier }: Choice): [name: string, text: string][] {
  const { formula, gradient, source, status } = base.documentation;
  return [
    ["Factory", modifier ? `${modifier}(${base.name}(...))` : base.name],
    ["Formula", formula],
    ["Slope", gradient],
    ...(modifier ? [["Modifier", modifiers[modifier].title] as [string, string]] : []),
    ["Traits", modifier ? `of ${base.name} alone: ${traitsOf(base)}` : traitsOf(base)],
    ["Source", status ? `${source} (${statuses[status]})` : source],
  ];
}

/** What the axes of both plots say. */
export function axisLabels({ family }: Loss, { quantity, label }: Axis) {
  if (family === "regression") return { x: "residual r = prediction - target", slope: "d loss / d r" };
  if (family === "binary") return { x: `logit o, label ${label}`, slope: "d loss / d o" };
  return { x: `${quantity} of the labelled class`, slope: "d loss / d logit of the labelled class" };
}

export const digits = (value: number): string => String(Number(value.toPrecision(3)));

/** Value and slope in the middle and at the ends of the axis. */
export function summarize(loss: Loss, axis: Axis): string {
  const [low, high] = extent(loss, axis);
  const probability = loss.family === "class" && axis.quantity === "probability";
  const places = probability ? [0.1, 0.5, 0.9] : [low, 0, high];
  const { value, slope } = sampleAt(loss, probability ? places.map((p) => logitOf(p, axis.classes)) : places, axis);
  const what = loss.family === "regression" ? "residual" : probability ? "probability" : "logit";
  const parts = places.map((x, i) => `${what} ${digits(x)}: value ${digits(value[i])}, slope ${digits(slope[i])}`);
  return `At ${parts.join("; at ")}.`;
}
