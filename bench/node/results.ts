/** Result files: one per adapter, runtime and day, to which every finished case is added at once. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { csvHeader, csvOf, type Machine, type Row, rowsOf } from "../rows.js";

export const folderOf = (root: string): string => join(root, "bench/results");

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^-|-$/g, "");

export interface ResultFile {
  readonly path: string;
  /** What it has had already, when a run goes on. */
  readonly rows: readonly Row[];
  append(rows: readonly Row[]): void;
}

/** All files whose columns are today's, with their rows; the newest last. */
export function allResults(root: string): { name: string; rows: Row[] }[] {
  const folder = folderOf(root);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".csv"))
    .map((name) => ({ name, csv: readFileSync(join(folder, name), "utf8") }))
    .filter(({ csv }) => csv.startsWith(csvHeader))
    .map(({ name, csv }) => ({ name, rows: rowsOf(csv) }))
    .filter(({ rows }) => rows.length > 0)
    .sort((a, b) => a.rows[0].date.localeCompare(b.rows[0].date));
}

/** Starts a file anew; `resume`: goes on with the newest one of the same machine and versions, if there is one. */
export function openResults(
  root: string,
  machine: Machine,
  { extent, resume }: { extent: string; resume: boolean },
): ResultFile {
  const folder = folderOf(root);
  mkdirSync(folder, { recursive: true });
  const start = `${slug(machine.adapter)}-${slug(machine.runtime.split(" ")[0])}-`;
  const end = extent === "full" ? ".csv" : `-${extent}.csv`;
  const same = ({ adapter, driver, runtime, versions }: Machine) => [adapter, driver, runtime, versions].join();
  const earlier = allResults(root)
    .filter(({ name }) => name.startsWith(start) && name.slice(start.length + 10) === end)
    .filter(({ rows }) => same(rows[0]) === same(machine))
    .at(-1);
  const name = resume && earlier ? earlier.name : `${start}${machine.date}${end}`;
  const path = join(folder, name);
  const rows = resume && earlier ? earlier.rows : [];
  if (rows.length === 0) writeFileSync(path, csvHeader);
  return { path, rows, append: (more) => appendFileSync(path, csvOf(more)) };
}
