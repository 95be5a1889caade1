/** Curves as an SVG of their own: two charts side by side, small, and legible in light and dark. */
import { type Range, rangeOf, ticks } from "../../demo/lib/axes.js";

/** Values over the points that all curves of a figure share. */
export interface Curve {
  readonly label: string;
  readonly value: readonly number[];
  readonly slope: readonly number[];
}

export interface Figure {
  readonly title: string;
  readonly description: string;
  readonly xs: readonly number[];
  readonly xLabel: string;
  readonly valueLabel: string;
  readonly slopeLabel: string;
  readonly curves: readonly Curve[];
}

const [width, height, top, bottom] = [640, 276, 34, 208];
const charts = [
  { left: 44, right: 310 },
  { left: 364, right: 630 },
];

/** Colours of the lab, told apart by dashes as well; a background of its own, as a page may be darker than its reader's system. */
export const style = `text{font:12px system-ui,sans-serif;fill:#5b616b}rect{fill:#fff}line{stroke:#d9dce1}path{fill:none;stroke-width:2}
.a{stroke:#0b66b5}.b{stroke:#c2410c;stroke-dasharray:7 3}.c{stroke:#0a7d55;stroke-dasharray:2 3}
@media(prefers-color-scheme:dark){text{fill:#a5abb6}rect{fill:#15171b}line{stroke:#343a44}.a{stroke:#62b4ff}.b{stroke:#ff9558}.c{stroke:#4fd09c}}`;
const classes = ["a", "b", "c"];

export const escapeXml = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const round = (x: number): string => String(Number(x.toFixed(1)));

/** Drops points that a straight line between their neighbours would pass within a tenth of a pixel. */
function simplified(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const kept = [points[0]];
  let anchor = 0;
  for (let i = 2; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[anchor], points[i]];
    const straight = points
      .slice(anchor + 1, i)
      .every(([x, y]) => Math.abs(y0 + ((y1 - y0) * (x - x0)) / (x1 - x0) - y) < 0.1);
    if (straight) continue;
    anchor = i - 1;
    kept.push(points[anchor]);
  }
  return [...kept, points[points.length - 1]];
}

/** A constant has a range, too: its last digits must not fill the chart. */
const spread = ([low, high]: Range): Range => (high - low > 1e-6 ? [low, high] : [low - 0.5, high + 0.5]);

function chart({ left, right }: (typeof charts)[number], figure: Figure, of: "value" | "slope"): string {
  const { xs, xLabel, curves } = figure;
  const [low, high] = spread(rangeOf(curves.flatMap((curve) => curve[of])));
  const px = (x: number) => left + ((x - xs[0]) / (xs[xs.length - 1] - xs[0])) * (right - left);
  const py = (y: number) => bottom - ((y - low) / (high - low)) * (bottom - top);
  const lines = [`<text x="${left}" y="20">${escapeXml(figure[`${of}Label`])}</text>`];
  for (const x of ticks(xs[0], xs[xs.length - 1])) {
    lines.push(`<line x1="${round(px(x))}" x2="${round(px(x))}" y1="${top}" y2="${bottom}"/>`);
    lines.push(`<text x="${round(px(x))}" y="${bottom + 15}" text-anchor="middle">${x}</text>`);
  }
  for (const y of ticks(low, high)) {
    lines.push(`<line x1="${left}" x2="${right}" y1="${round(py(y))}" y2="${round(py(y))}"/>`);
    lines.push(`<text x="${left - 5}" y="${round(py(y) + 4)}" text-anchor="end">${y}</text>`);
  }
  lines.push(`<text x="${right}" y="${bottom + 36}" text-anchor="end">${escapeXml(xLabel)}</text>`);
  for (const [i, curve] of curves.entries()) {
    const points = simplified(xs.map((x, j) => [px(x), py(curve[of][j])]));
    const path = points.map(([x, y]) => `${round(x)} ${round(y)}`).join("L");
    lines.push(`<path class="${classes[i]}" d="M${path}"/>`);
  }
  return lines.join("\n");
}

/** What the lines are, below the charts. */
function legend({ curves }: Figure): string {
  let x = charts[0].left;
  const entries = curves.map(({ label }, i) => {
    const at = x;
    x += 36 + 7.2 * label.length;
    return `<path class="${classes[i]}" d="M${round(at)} ${height - 13}h20"/><text x="${round(at + 25)}" y="${height - 9}">${escapeXml(label)}</text>`;
  });
  return entries.join("\n");
}

export function svgOf(figure: Figure): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t d">
<title id="t">${escapeXml(figure.title)}</title><desc id="d">${escapeXml(figure.description)}</desc>
<style>${style}</style><rect width="${width}" height="${height}"/>
${chart(charts[0], figure, "value")}
${chart(charts[1], figure, "slope")}
${legend(figure)}
</svg>
`;
}
