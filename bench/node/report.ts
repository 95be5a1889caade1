/** `npm run bench -- --report`: pictures and a page from the newest results of every adapter and runtime. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { charts } from "../report/charts.js";
import { pageOf, type Run } from "../report/page.js";
import type { Row } from "../rows.js";
import { allResults, folderOf } from "./results.js";

/** google-swiftshader-node-2026-11-30.csv -> google-swiftshader-node; shorter runs are no part of the report. */
const stemOf = (name: string): string | undefined => /^(.+)-\d{4}-\d\d-\d\d\.csv$/.exec(name)?.[1];

function picturesOf(rows: readonly Row[]): Record<string, string> {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  return Object.fromEntries(
    Object.entries(charts).map(([name, chart]) => [name, chart(rows, document as unknown as Document).outerHTML]),
  );
}

export function writeReport(root: string): void {
  const folder = folderOf(root);
  // Later files replace earlier ones.
  const newest = new Map<string, Run>();
  for (const { name, rows } of allResults(root)) {
    const stem = stemOf(name);
    if (stem) newest.set(stem, { name, rows, pictures: picturesOf(rows) });
  }
  for (const [stem, { pictures }] of newest) {
    for (const [name, svg] of Object.entries(pictures)) writeFileSync(join(folder, `${stem}-${name}.svg`), `${svg}\n`);
  }
  const page = join(folder, "index.html");
  writeFileSync(page, pageOf([...newest.values()]));
  console.log(page);
}
