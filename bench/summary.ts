/** The rows of a case as lines of text. */
import type { Progress } from "./measure.js";
import type { Row } from "./rows.js";

export const digits = (x: number): string =>
  x === 0
    ? "0"
    : x.toPrecision(3).replace(/^(\d+)\.?(\d*)e\+(\d+)$/, (_, ...n) => `${Number(`${n[0]}.${n[1]}e${n[2]}`)}`);

function tableOf(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((name, c) => Math.max(name.length, ...rows.map((cells) => cells[c].length)));
  return [columns, ...rows].map((cells) =>
    cells.map((cell, c) => (c ? cell.padStart(widths[c]) : cell.padEnd(widths[c]))).join("  "),
  );
}

export const summaryColumns = [
  ...["variant", "ms p50", "p20", "p80", "GPU ms", "of ours", "dispatches", "submits", "B/element", "GB/s", "of copy"],
  "error",
] as const;

/** The cells of a row, for people. */
export function summaryCells(row: Row): string[] {
  const onGpu = row.dispatches > 0;
  const known = (value: number | undefined, show: (value: number) => string) =>
    value === undefined ? "-" : show(value);
  return [
    row.variant,
    digits(row.p50),
    digits(row.p20),
    digits(row.p80),
    known(row.gpu, digits),
    row.timesOurs.toFixed(2),
    onGpu ? `${row.dispatches}` : "-",
    onGpu ? `${row.submits}` : "-",
    onGpu ? digits(row.bytesPerElement) : "-",
    known(row.rate, digits),
    known(row.shareOfCopy, (share) => `${(100 * share).toFixed(0)}%`),
    row.error.toExponential(1),
  ];
}

export function summaryOf(title: string, rows: readonly Row[]): string[] {
  const steps = rows.filter(({ unit }) => unit === "ms");
  if (steps.length === 0) return [title, "nothing to measure here"];
  const lines = [title, ...tableOf(summaryColumns, steps.map(summaryCells))];
  const encodes = rows.filter(({ unit }) => unit === "us").map(({ variant, p50 }) => `${variant} ${digits(p50)}`);
  if (encodes.length > 0) lines.push(`host microseconds per encode: ${encodes.join(", ")}`);
  const { leastBytes } = steps[0];
  if (leastBytes) lines.push(`GB/s on the least bytes possible, ${leastBytes} per element (copy: 8)`);
  return lines;
}

/** "3 of 40, about 12 min left: zmse 1024" */
export function progressLine({ done, total, label, secondsLeft }: Progress): string {
  const left =
    secondsLeft === undefined
      ? ""
      : secondsLeft < 90
        ? `, about ${Math.ceil(secondsLeft)} s left`
        : `, about ${Math.round(secondsLeft / 60)} min left`;
  return `${Math.min(done + 1, total)} of ${total}${left}${label ? `: ${label}` : ""}`;
}
