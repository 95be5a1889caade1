/** The report as a page: for people who would rather look than read. */
import type { Row } from "../rows.js";
import { summaryCells, summaryColumns } from "../summary.js";

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

export interface Run {
  /** Its CSV file. */
  readonly name: string;
  readonly rows: readonly Row[];
  /** Pictures as SVG texts, by name. */
  readonly pictures: Readonly<Record<string, string>>;
}

const words: Readonly<Record<string, string>> = {
  time: "Up to a few thousand elements the number of dispatches decides, beyond that the bytes that are moved.",
  ratio:
    "The same inputs, in turns, in one process; every contender was checked against float64 before. wasm and cpu do not use the GPU.",
  copy: "100 % is a WGSL kernel that copies as many elements. A loss reads two inputs, some twice, and writes a gradient; only these bytes count.",
  dispatches: "Counted by watching the calls of WebGPU, not claimed.",
};

function tablesOf(rows: readonly Row[]): string {
  const titles = [...new Set(rows.filter(({ unit }) => unit === "ms").map((row) => `${row.case} ${row.shape}`))];
  return titles
    .map((title) => {
      const own = rows.filter((row) => row.unit === "ms" && `${row.case} ${row.shape}` === title);
      const head = summaryColumns.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join("");
      const line = ([name, ...cells]: string[]) =>
        `<tr><th scope="row">${escapeHtml(name)}</th>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
      return `<div class="scroll" tabindex="0"><table><caption>${escapeHtml(title)}</caption><thead><tr>${head}</tr></thead>
<tbody>${own.map((row) => line(summaryCells(row))).join("\n")}</tbody></table></div>`;
    })
    .join("\n");
}

function sectionOf({ name, rows, pictures }: Run): string {
  const { adapter, driver, runtime, versions, date } = rows[0];
  const figures = Object.entries(pictures).map(
    ([picture, svg]) => `<figure>${svg}<figcaption>${escapeHtml(words[picture])}</figcaption></figure>`,
  );
  return `<section><h2>${escapeHtml(adapter)}, ${escapeHtml(runtime)}</h2>
<p>${escapeHtml(`${date}. Driver: ${driver}. ${versions}.`)} <a href="${escapeHtml(name)}">All figures as CSV</a></p>
${figures.join("\n")}
<details><summary>Tables</summary>
<p>Milliseconds per step: median, lower and upper quintile; by the GPU's clock; relative to ours. GB/s on the least bytes that the mathematics needs.</p>
${tablesOf(rows)}</details></section>`;
}

export const pageOf = (runs: readonly Run[]): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Benchmarks of webgpu-losses</title><link rel="icon" href="data:,">
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:auto;padding:1rem}
figure{margin:2rem 0}svg{max-width:100%;height:auto}table{border-collapse:collapse;margin:1rem 0;font-size:.85rem}
caption{text-align:left;font-weight:bold}td,th{padding:.15rem .6rem;text-align:right;white-space:nowrap}th[scope=row]{text-align:left}
.scroll{overflow-x:auto}</style></head><body><main><h1>Benchmarks of webgpu-losses</h1>
<p>Losses and their gradients, next to unfused WGSL passes written by hand, TensorFlow.js, jax-js and a plain copy. Ratios hold within one
run only; a software adapter says little about a GPU.</p>
${runs.map(sectionOf).join("\n")}
</main></body></html>
`;
