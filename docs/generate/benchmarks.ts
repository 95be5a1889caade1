/** Measured times as bars: docs/benchmarks.svg, from a file of bench/results. */
import { rowsOf } from "../../bench/rows.js";
import { escapeXml, style } from "./figure.js";

/** The measurements that the README quotes. */
export const measurements = "bench/results/google-swiftshader-node-2026-12-01.csv";

/** What is shown: a case with the names of its contenders for readers. */
const groups = [
  {
    case: "zmse",
    shape: "1048576",
    title: "z-masked squared error and gradient, 2^20 elements",
    names: {
      copy: "a copy of the same arrays",
      ours: "this package",
      baseline: "hand-written passes",
      "jax-webgpu": "jax-js, under jit",
      "tfjs-webgpu": "TensorFlow.js, gradient by hand",
      "tfjs-webgpu autograd": "TensorFlow.js, its own gradient",
    },
  },
  {
    case: "cross-entropy",
    shape: "1024x1000",
    title: "cross-entropy and gradient, 1024 rows of 1000 classes",
    names: {
      copy: "a copy of the same arrays",
      ours: "this package",
      baseline: "hand-written passes",
      "jax-webgpu": "jax-js, under jit",
      "tfjs-webgpu": "TensorFlow.js, gradient by hand",
      "tfjs-webgpu autograd": "TensorFlow.js, its own gradient",
    },
  },
];

const [width, left, right, step] = [640, 210, 570, 22];

export function benchmarkSvg(csv: string): string {
  const rows = rowsOf(csv);
  const { adapter, runtime, date } = rows[0];
  const lines: string[] = [];
  let y = 24;
  for (const { case: name, shape, title, names } of groups) {
    lines.push(`<text x="12" y="${y}">${escapeXml(title)}: median time in ms</text>`);
    const times = Object.entries(names).map(([variant, label]) => {
      const row = rows.find((each) => each.case === name && each.shape === shape && each.variant === variant);
      if (!row) throw new Error(`${measurements} must have ${name}, ${shape}, ${variant}`);
      return { label, ours: variant === "ours", time: row.p50 };
    });
    const most = Math.max(...times.map(({ time }) => time));
    for (const { label, ours, time } of times) {
      y += step;
      const end = Math.round(left + (time / most) * (right - left));
      lines.push(`<text x="${left - 8}" y="${y}" text-anchor="end">${escapeXml(label)}</text>`);
      lines.push(`<path class="bar ${ours ? "a" : "other"}" d="M${left} ${y - 4}H${end}"/>`);
      lines.push(`<text x="${end + 6}" y="${y}">${Number(time.toPrecision(3))}</text>`);
    }
    y += 2 * step;
  }
  const device = `${adapter} (a software adapter, on two CPU cores); ${date}`;
  lines.push(`<text x="12" y="${y}">${escapeXml(device)}</text>`);
  lines.push(`<text x="12" y="${y + 16}">${escapeXml(runtime)}</text>`);
  const height = y + 28;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t d">
<title id="t">Times of loss and gradient</title><desc id="d">${escapeXml(`Bars, shorter is faster; measured on ${device}.`)}</desc>
<style>${style}.bar{stroke-width:13}.other{stroke:#9aa1ac}</style><rect width="${width}" height="${height}"/>
${lines.join("\n")}
</svg>
`;
}
