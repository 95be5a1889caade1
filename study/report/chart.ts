/** The pictures of docs/study.md: every loss in a row, every noise in a field of its own. */
import { escapeXml, style } from "../../docs/generate/figure.js";
import type { Row } from "../results.js";
import { estimate, picksOf } from "../summary.js";
import type { Subject } from "./tables.js";

const [labels, field, gap, step, top] = [266, 132, 14, 17, 62];
const own = `${style}.dot{fill:#0b66b5}.bar{stroke:#0b66b5;stroke-width:2}.ring{fill:none;stroke:#c2410c;stroke-width:2}
@media(prefers-color-scheme:dark){.dot{fill:#62b4ff}.bar{stroke:#62b4ff}.ring{stroke:#ff9558}}`;

interface ChartOptions {
  readonly title: string;
  /** What a field has along it, from left to right: those of its means. */
  readonly domain: (means: readonly number[]) => readonly [number, number];
  readonly unit: string;
}

/** Dots: means after the last epoch, with deviations; rings: with early stopping. Deviations beyond a field end at its edge. */
export function studySvg(rows: readonly Row[], machine: string, subject: Subject, options: ChartOptions): string {
  const { noises, write } = subject;
  const contenders = subject.contenders.filter(({ id }) => rows.some(({ loss }) => loss === id));
  const [width, bottom] = [labels + noises.length * (field + gap), top + contenders.length * step];
  const lines: string[] = [];
  const text = (x: number, y: number, words: string, anchor = "start") =>
    lines.push(`<text x="${x}" y="${y}" text-anchor="${anchor}">${escapeXml(words)}</text>`);
  text(12, 18, options.title);
  lines.push(
    `<circle class="dot" cx="${labels + 6}" cy="36" r="4"/><circle class="ring" cx="${labels + 150}" cy="36" r="4"/>`,
  );
  text(labels + 16, 40, "after the last epoch");
  text(labels + 160, 40, "stopped by noisy validation");
  contenders.forEach(({ title }, i) => {
    text(labels - 8, top + i * step + 13, title, "end");
  });
  noises.forEach((noise, f) => {
    const left = labels + f * (field + gap);
    const drawn = contenders.map(({ id }) =>
      (["last", "stopped"] as const).map((moment) =>
        estimate(picksOf(rows, noise, id, moment).map(({ score }) => score)),
      ),
    );
    const [low, high] = options.domain(drawn.flat().flatMap(({ mean, n }) => (n > 0 ? [mean] : [])));
    const x = (score: number) =>
      Number((left + ((Math.min(Math.max(score, low), high) - low) / (high - low)) * field).toFixed(1));
    text(left, top - 6, noise.kind === "outliers" ? `${noise.percent} % outliers` : `${noise.kind} ${noise.percent} %`);
    for (const edge of [low, high]) {
      lines.push(`<line x1="${x(edge)}" x2="${x(edge)}" y1="${top}" y2="${bottom}"/>`);
      text(x(edge), bottom + 15, write(edge), edge === low ? "start" : "end");
    }
    drawn.forEach(([last, stopped], i) => {
      const y = top + i * step + 9;
      if (last.n === 0) return;
      const spread = Number.isNaN(last.deviation) ? 0 : last.deviation;
      lines.push(`<path class="bar" d="M${x(last.mean - spread)} ${y}H${x(last.mean + spread)}"/>`);
      lines.push(`<circle class="ring" cx="${x(stopped.mean)}" cy="${y}" r="4"/>`);
      lines.push(`<circle class="dot" cx="${x(last.mean)}" cy="${y}" r="3"/>`);
    });
  });
  text(labels, bottom + 32, options.unit);
  text(12, bottom + 52, machine);
  const height = bottom + 64;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t d">
<title id="t">${escapeXml(options.title)}</title><desc id="d">The numbers are in the tables of docs/study.md.</desc>
<style>${own}</style><rect width="${width}" height="${height}"/>
${lines.join("\n")}
</svg>
`;
}
