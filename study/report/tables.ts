/** The tables of docs/study.md, from rows. */
import { type Contender, classContenders, regressionContenders } from "../losses.js";
import type { Row } from "../results.js";
import { type Difference, difference, estimate, isOf, type Moment, picksOf } from "../summary.js";
import { labelNoises, type Noise, outlierNoises } from "../tasks.js";

/** How a task's scores are written. */
export interface Subject {
  readonly noises: readonly Noise[];
  readonly contenders: readonly Contender[];
  /** What every loss is compared with. */
  readonly reference: string;
  readonly larger: boolean;
  readonly write: (score: number) => string;
}

/** Percent. */
export const digits: Subject = {
  noises: labelNoises,
  contenders: classContenders(0.2),
  reference: "ce",
  larger: true,
  write: (score) => (100 * score).toFixed(1),
};
export const friedman: Subject = {
  noises: outlierNoises,
  contenders: regressionContenders(0.2),
  reference: "mse",
  larger: false,
  write: (score) => score.toFixed(2),
};

export const titleOf = ({ kind, percent }: Noise): string =>
  kind === "outliers" ? `${percent} %` : `${kind} ${percent} %`;

/** As the formatter writes them. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => [...row[c]].length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, c) => cell + " ".repeat(widths[c] - [...cell].length)).join(" | ")} |`;
  const [head, ...body] = rows;
  return [head, widths.map((width) => "-".repeat(width)), ...body].map(line).join("\n");
}

const marks = { better: " ▲", worse: " ▼", none: "" } as const;
const markOf = ({ verdict }: Difference): string => marks[verdict];

/** Only losses that were trained; a task may have fewer rows than contenders while it runs. */
export const shown = (rows: readonly Row[], { contenders }: Subject): Contender[] =>
  contenders.filter(({ id }) => rows.some(({ loss }) => loss === id));

const grid = (rows: readonly Row[], subject: Subject, cell: (contender: Contender, noise: Noise) => string): string =>
  table([
    ["loss", ...subject.noises.map(titleOf)],
    ...shown(rows, subject).map((contender) => [
      contender.title,
      ...subject.noises.map((noise) => cell(contender, noise)),
    ]),
  ]);

/** Means and deviations; marks say where a loss differs from the reference at the same moment. */
export function scoreTable(rows: readonly Row[], subject: Subject, moment: Moment): string {
  const { write, reference, larger } = subject;
  return grid(rows, subject, ({ id }, noise) => {
    const picks = picksOf(rows, noise, id, moment);
    if (picks.length === 0) return "";
    const { mean, deviation } = estimate(picks.map(({ score }) => score));
    const mark = id === reference ? "" : markOf(difference(picks, picksOf(rows, noise, reference, moment), larger));
    return `${write(mean)} ± ${write(deviation)}${mark}`;
  });
}

/** Differences of what a loss ends with from what a baseline gives. */
export function leftTable(rows: readonly Row[], subject: Subject, baseline: string, moment: Moment): string {
  const signed = (x: number) => `${x < 0 ? "-" : "+"}${subject.write(Math.abs(x))}`;
  return grid(rows, subject, ({ id }, noise) => {
    const picks = picksOf(rows, noise, id, "last");
    if (picks.length === 0) return "";
    const left = difference(picks, picksOf(rows, noise, baseline, moment), subject.larger);
    return `${signed(left.mean)} ± ${subject.write(left.deviation)}${markOf(left)}`;
  });
}

/** What masks leave out, at the rates that were chosen: share of all samples, precision, recall, in percent. */
export function maskTable(rows: readonly Row[], subject: Subject): string {
  const masks = subject.contenders.filter(({ masks }) => masks);
  const percent = (values: readonly (number | undefined)[]) => {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? "-" : (100 * estimate(known).mean).toFixed(0);
  };
  return grid(rows, { ...subject, contenders: masks }, ({ id }, noise) => {
    if (!rows.some(isOf(noise, id))) return "";
    const chosen = picksOf(rows, noise, id, "last").map(({ row }) => row);
    const { masked, precision, recall } = {
      masked: percent(chosen.map((row) => row.masked)),
      precision: percent(chosen.map((row) => row.precision)),
      recall: percent(chosen.map((row) => row.recall)),
    };
    return `${masked}; ${precision}, ${recall}`;
  });
}
