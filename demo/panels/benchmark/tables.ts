/** Rows of the benchmark as tables of the lab. */
import type { Row } from "../../../bench/rows.js";
import { digits } from "../../../bench/summary.js";
import type { Table } from "../../lib/table.js";

/** One table per case, in the order in which they were measured. */
export function tablesOf(all: readonly Row[]): Table[] {
  const rows = all.filter(({ unit }) => unit === "ms");
  const labels = [...new Set(rows.map((row) => `${row.case} ${row.shape}`))];
  return labels.map((caption) => ({
    caption,
    columns: ["variant", "ms", "times ours", "dispatches", "bytes an element", "% of a copy's rate", "error"],
    rows: rows
      .filter((row) => `${row.case} ${row.shape}` === caption)
      .map((row) => ({
        cells: [
          row.variant,
          digits(row.p50),
          row.timesOurs.toFixed(2),
          row.dispatches ? String(row.dispatches) : "-",
          row.dispatches ? digits(row.bytesPerElement) : "-",
          row.shareOfCopy === undefined ? "-" : (100 * row.shareOfCopy).toFixed(0),
          row.error.toExponential(1),
        ],
      })),
  }));
}
