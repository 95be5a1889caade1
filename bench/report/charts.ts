/** The pictures of a run, from its rows. */
import * as Plot from "@observablehq/plot";
import type { Row } from "../rows.js";
import { digits } from "../summary.js";
import { framed } from "./frame.js";
import { lookOf } from "./look.js";

export { chartWidth } from "./frame.js";

export type Chart = (rows: readonly Row[], document: Document, width?: number) => SVGSVGElement;

const uniqueOf = (values: readonly string[]): string[] => [...new Set(values)];
const caseOf = (row: Row): string => `${row.case} ${row.shape}`;
/** Small powers of two as such, so that an axis is short. */
const sizeOf = (n: number): string => (n >= 1024 && Number.isInteger(Math.log2(n)) ? `2^${Math.log2(n)}` : `${n}`);

/** Time against the number of elements, by variant. */
const time: Chart = (all, document, width) => {
  const rows = all.filter((row) => row.case === "zmse" && row.unit === "ms");
  const bySize = (a: Row, b: Row) => a.elements - b.elements;
  const largest = Math.max(...rows.map(({ elements }) => elements));
  // Slowest first, as the lines stand on the right; those that end earlier last.
  const lastOf = (variant: string) =>
    rows
      .filter((row) => row.variant === variant)
      .sort(bySize)
      .at(-1)!;
  const legend = uniqueOf(rows.map(({ variant }) => variant)).sort(
    (a, b) => lastOf(b).elements - lastOf(a).elements || lastOf(b).p50 - lastOf(a).p50,
  );
  return framed(
    {
      ...{
        document,
        machine: rows[0],
        legend,
        width,
        title: "Z-masked squared error with its gradient: milliseconds per step",
      },
      description: `Milliseconds per step against the number of elements, up to ${largest}. ${legend
        .map((variant) => `${variant}: ${digits(lastOf(variant).p50)} ms for ${lastOf(variant).elements}`)
        .join("; ")}.`,
    },
    {
      height: 440,
      marginLeft: 60,
      marginBottom: 44,
      x: {
        type: "log",
        base: 2,
        label: "elements",
        tickFormat: sizeOf,
        ticks: uniqueOf(rows.map((r) => `${r.elements}`)).map(Number),
      },
      y: { type: "log", grid: true, label: null, tickFormat: (ms: number) => `${Number(ms.toPrecision(1))}` },
      marks: [...legend].reverse().map((variant) => {
        const { color, dash, width } = lookOf(variant);
        const own = rows.filter((row) => row.variant === variant).sort(bySize);
        return Plot.lineY(own, {
          ...{ x: "elements", y: "p50", stroke: color, strokeWidth: width, strokeDasharray: dash, marker: "dot" },
        });
      }),
    },
  );
};

/** How near the kernels come to what the adapter can move at all. */
const copy: Chart = (all, document, width) => {
  const known = all.filter((row) => row.shareOfCopy !== undefined && row.unit === "ms" && row.variant !== "copy");
  // Where launches count, a share of the rate says nothing.
  const rows = known.filter(
    ({ elements, variant }) => elements >= 2 ** 16 && /^(ours$|baseline|tfjs-webgpu$|jax-webgpu)/.test(variant),
  );
  const cases = uniqueOf(rows.map(caseOf));
  return framed(
    {
      ...{ document, machine: rows[0], legend: uniqueOf(rows.map(({ variant }) => variant)), width },
      title: "Rate on the least bytes possible, relative to a WGSL copy",
      description: rows
        .filter(({ variant }) => variant === "ours")
        .map((row) => `${caseOf(row)}: ${(100 * row.shareOfCopy!).toFixed(0)} %`)
        .join("; "),
    },
    {
      height: 90 + 24 * cases.length,
      marginLeft: 190,
      marginBottom: 40,
      x: {
        grid: true,
        percent: true,
        label: "% of the rate of the copy",
        domain: [0, Math.max(100, ...rows.map((row) => 100 * row.shareOfCopy!))],
      },
      y: { domain: cases, label: null, tickSize: 0 },
      marks: [
        Plot.ruleX([0, 1], { stroke: "var(--soft)" }),
        ...rows.map((row) => {
          const { color, width } = lookOf(row.variant);
          const place = { y: caseOf, stroke: color };
          if (row.variant !== "ours")
            return Plot.tickX([row], { ...place, x: "shareOfCopy", strokeWidth: 3, insetTop: 3, insetBottom: 3 });
          return Plot.barX([row], {
            y: caseOf,
            x: "shareOfCopy",
            fill: color,
            fillOpacity: width / 5,
            insetTop: 5,
            insetBottom: 5,
          });
        }),
      ],
    },
  );
};

/** Bars of a number by variant, for cases that several libraries know. */
const barsOf =
  (title: string, label: string, numberOf: (row: Row) => number, textOf: (row: Row) => string, log = false): Chart =>
  (all, document) => {
    const steps = all.filter(({ unit, variant }) => unit === "ms" && !/^(copy|evaluate|ours,)/.test(variant));
    const shown = new Set(["zmse 1024", "zmse 1048576", "cross-entropy 1024x1000", "sgce 1024x1000"]);
    const rows = steps.filter((row) => shown.has(caseOf(row)) && numberOf(row) > 0);
    const variants = uniqueOf(rows.map(({ variant }) => variant));
    // The numbers stand behind the bars.
    const numbers = rows.map(numberOf);
    const least = log ? Math.min(1, ...numbers) : 0;
    const most = Math.max(...numbers) * (log ? 2.5 : 1.3);
    return framed(
      {
        ...{ document, machine: rows[0], title },
        description: rows.map((row) => `${caseOf(row)}, ${row.variant}: ${textOf(row)}`).join("; "),
      },
      {
        height: 90 + uniqueOf(rows.map(caseOf)).length * (18 * variants.length + 14),
        ...{ marginLeft: 150, marginRight: 170, marginBottom: 40 },
        x: { label, grid: true, domain: [least, most], ...(log && { type: "log", tickFormat: (x: number) => `${x}` }) },
        y: { domain: variants, label: null, tickSize: 0 },
        fy: { domain: uniqueOf(rows.map(caseOf)), label: null, padding: 0.1 },
        marks: [
          Plot.ruleX([log ? 1 : 0], { stroke: "var(--soft)" }),
          ...rows.flatMap((row) => {
            const place = { y: "variant", fy: caseOf };
            const { color } = lookOf(row.variant);
            const from = log ? 1 : 0;
            return [
              Plot.barX([row], { ...place, x1: from, x2: numberOf, fill: color, insetTop: 2, insetBottom: 2 }),
              Plot.text([row], {
                ...place,
                x: numberOf,
                text: textOf,
                textAnchor: "start",
                dx: 4,
                fill: "currentColor",
              }),
            ];
          }),
        ],
      },
    );
  };

/** By the name of their file. */
export const charts: Readonly<Record<string, Chart>> = {
  time,
  ratio: barsOf(
    "Time of loss and gradient relative to ours",
    "times ours, logarithmic",
    ({ timesOurs }) => timesOurs,
    ({ timesOurs, p50 }) => `${digits(timesOurs)} (${digits(p50)} ms)`,
    true,
  ),
  copy,
  dispatches: barsOf(
    "Dispatches of a step, and bytes per element that they move",
    "dispatches",
    ({ dispatches }) => dispatches,
    ({ dispatches, bytesPerElement }) => `${dispatches}, ${digits(bytesPerElement)} B`,
  ),
};
