/** Every loss of the list at the parameters that it is first shown with: the numbers of the page's tables and of the headless run. */
import { type Family, lossFromJSON } from "../../../src/index.js";
import type { Report } from "../../lib/panel.js";
import type { Table } from "../../lib/table.js";
import { bases, choose, specOf } from "./catalog.js";
import { digits } from "./describe.js";
import { type Axis, logitOf, sampleAt, standardAxis } from "./sample.js";

interface Place {
  readonly name: string;
  readonly at: (axis: Axis) => number;
}

const residual = (r: number): Place => ({ name: `r = ${r}`, at: () => r });
const logit = (o: number): Place => ({ name: `o = ${o}`, at: () => o });
const probability = (p: number): Place => ({ name: `p = ${p}`, at: ({ classes }) => logitOf(p, classes) });

const families: Readonly<Record<Family, { readonly caption: string; readonly places: readonly [Place, Place] }>> = {
  regression: { caption: "Regression losses of a residual r", places: [residual(1), residual(6)] },
  binary: { caption: "Binary losses of a logit o, label 1", places: [logit(2), logit(-6)] },
  class: {
    caption: "Losses over 3 classes, the labelled one at probability p, slopes by its logit",
    places: [probability(0.9), probability(0.01)],
  },
};

function tableOf(family: Family): Table {
  const { caption, places } = families[family];
  const yes = (flag: boolean | undefined) => (flag ? "yes" : "no");
  return {
    caption: `${caption}.`,
    columns: [
      "id",
      "parameters",
      ...places.flatMap(({ name }) => [`value, ${name}`, `slope, ${name}`]),
      "convex",
      "bounded slope",
    ],
    rows: bases
      .filter((base) => base.family === family)
      .map((base) => {
        const choice = choose(base);
        const { value, slope } = sampleAt(
          lossFromJSON(specOf(choice)),
          places.map(({ at }) => at(standardAxis)),
          standardAxis,
        );
        const parameters = Object.entries(choice.parameters).map(
          ([name, value]) => `${name} = ${typeof value === "number" ? Number(value.toPrecision(4)) : value}`,
        );
        const numbers = places.flatMap((_, i) => [digits(value[i]), digits(slope[i])]);
        return {
          cells: [
            base.id,
            parameters.join(", ") || "-",
            ...numbers,
            yes(base.traits.convex),
            yes(base.traits.boundedSlope),
          ],
        };
      }),
    folded: true,
  };
}

export const report = (): Report => ({ tables: (Object.keys(families) as Family[]).map(tableOf) });
