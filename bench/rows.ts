/** Results as rows, and rows as CSV. */
import type { Timing } from "./harness.js";

/** What all rows of a run have in common. */
export interface Machine {
  readonly adapter: string;
  readonly driver: string;
  /** The browser or Node, with its version. */
  readonly runtime: string;
  readonly versions: string;
  readonly date: string;
}

export interface Row extends Timing, Machine {
  readonly case: string;
  readonly shape: string;
  readonly elements: number;
  readonly variant: string;
  readonly unit: "ms" | "us";
  readonly dispatches: number;
  readonly submits: number;
  /** Counted by watching the API; 0 of what does not use the GPU. */
  readonly bytesPerElement: number;
  /** What the mathematics needs; 0 where it does not matter. */
  readonly leastBytes: number;
  /** The least bytes over the time, in gigabytes per second. */
  readonly rate?: number;
  /** The rate relative to that of the WGSL copy in the same run. */
  readonly shareOfCopy?: number;
  /** Its time relative to ours in the same run. */
  readonly timesOurs: number;
  /** Largest error against float64. */
  readonly error: number;
}

const text = ["case", "shape", "variant", "unit", "adapter", "driver", "runtime", "versions", "date"] as const;

const columns = [
  ...["case", "shape", "elements", "variant", "p20", "p50", "p80", "gpu", "unit", "dispatches", "submits"],
  ...["bytesPerElement", "leastBytes", "rate", "shareOfCopy", "timesOurs", "error"],
  ...["adapter", "driver", "runtime", "versions", "date"],
] as (keyof Row)[];

const cellOf = (value: string | number | undefined): string => {
  if (value === undefined) return "";
  if (typeof value === "number") return Number.isInteger(value) ? `${value}` : `${Number(value.toPrecision(4))}`;
  return /[,"\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
};

export const csvHeader = `${columns.join(",")}\n`;

export const csvOf = (rows: readonly Row[]): string =>
  rows.map((row) => `${columns.map((column) => cellOf(row[column])).join(",")}\n`).join("");

/** The rows of a CSV text; throws when its columns are others. */
export function rowsOf(csv: string): Row[] {
  const [names, ...lines] = csv
    .trim()
    .split("\n")
    .map((line) =>
      Array.from(
        line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g),
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
      ),
    );
  if (names.join() !== columns.join()) throw new Error(`the columns must be ${columns.join()}, got ${names.join()}`);
  return lines.map((cells) => {
    const parse = (column: keyof Row, cell: string) => {
      if ((text as readonly string[]).includes(column)) return cell;
      return cell === "" ? undefined : Number(cell);
    };
    return Object.fromEntries(columns.map((column, c) => [column, parse(column, cells[c])])) as unknown as Row;
  });
}
