/** What a training came to, as a row; and rows as CSV, to which every finished training is added at once. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Noise, NoiseName } from "./tasks.js";
import type { Course } from "./train.js";

export const taskNames = ["digits", "friedman"] as const;
export type TaskName = (typeof taskNames)[number];

/** Scores are accuracies of digits; of the function, median errors of the noisy validation samples and root mean squares of the test, in its units. */
export interface Row {
  readonly noise: NoiseName;
  readonly percent: number;
  readonly seed: number;
  readonly rate: number;
  readonly loss: string;
  /** After the last epoch. */
  readonly validation: number;
  readonly test: number;
  /** The epoch of the best test score, counted from 1: only an oracle knows it. */
  readonly bestEpoch: number;
  readonly bestTest: number;
  /** The epoch of the best validation score: early stopping. */
  readonly stopEpoch: number;
  readonly stopValidation: number;
  readonly stopTest: number;
  /** Of masks, over all epochs: share of the samples left out, how many of those were wrong, and how many of the wrong ones were left out; empty where there is nothing to divide by. */
  readonly masked?: number;
  readonly precision?: number;
  readonly recall?: number;
}

const columns = [
  ...["noise", "percent", "seed", "rate", "loss", "validation", "test", "bestEpoch", "bestTest"],
  ...["stopEpoch", "stopValidation", "stopTest", "masked", "precision", "recall"],
] as (keyof Row)[];
const texts: readonly string[] = ["noise", "loss"];

/** Index of the best score; larger ones are better for accuracies, smaller ones for errors. */
export function bestOf(scores: readonly number[], larger: boolean): number {
  const better = (a: number, b: number) => (larger ? a > b : a < b) || Number.isNaN(b);
  return scores.reduce((best, score, i) => (better(score, scores[best]) ? i : best), 0);
}

export function rowOf(
  course: Course,
  noise: Noise,
  { seed, rate }: { seed: number; rate: number },
  larger: boolean,
): Row {
  const { contender, validation, test, mask } = course;
  const [best, stop] = [bestOf(test, larger), bestOf(validation, larger)];
  const share = (part: number, whole: number) => (whole > 0 ? part / whole : undefined);
  return {
    noise: noise.kind,
    percent: noise.percent,
    seed,
    rate,
    loss: contender.id,
    validation: validation[validation.length - 1],
    test: test[test.length - 1],
    bestEpoch: best + 1,
    bestTest: test[best],
    stopEpoch: stop + 1,
    stopValidation: validation[stop],
    stopTest: test[stop],
    ...(mask && {
      masked: share(mask.masked, mask.seen),
      precision: share(mask.wrongMasked, mask.masked),
      recall: share(mask.wrongMasked, mask.wrong),
    }),
  };
}

const cellOf = (value: Row[keyof Row]): string => {
  if (value === undefined) return "";
  return typeof value === "number" ? `${Number(value.toPrecision(5))}` : value;
};

const header = `${columns.join(",")}\n`;
export const csvOf = (rows: readonly Row[]): string =>
  rows.map((row) => `${columns.map((column) => cellOf(row[column])).join(",")}\n`).join("");

/** A file of rows, behind a first line that says what they were made with. */
export interface Results {
  readonly machine: string;
  readonly rows: readonly Row[];
}

export function parseResults(text: string): Results {
  const [machine, names, ...lines] = text.trimEnd().split("\n");
  if (!machine.startsWith("# ") || `${names}\n` !== header)
    throw new Error(`the columns must be ${columns}, got ${names}`);
  const rows = lines.map((line) => {
    const cells = line.split(",");
    if (cells.length !== columns.length) throw new Error(`a row must have ${columns.length} cells, got ${line}`);
    const parse = (column: keyof Row, cell: string) => {
      if (texts.includes(column)) return cell;
      return cell === "" ? undefined : Number(cell);
    };
    return Object.fromEntries(columns.map((column, c) => [column, parse(column, cells[c])])) as unknown as Row;
  });
  return { machine: machine.slice(2), rows };
}

export const resultsPath = (root: string, task: TaskName, quick = false): string =>
  join(root, "study/results", `${task}${quick ? "-quick" : ""}.csv`);

/** Starts a file anew; `resume`: goes on with what is there, if it was made with the same. */
export function openResults(path: string, machine: string, resume: boolean) {
  const earlier = resume && existsSync(path) ? parseResults(readFileSync(path, "utf8")) : undefined;
  const same = (text: string) => text.replace(/\d{4}-\d\d-\d\d$/, "");
  if (earlier && same(earlier.machine) !== same(machine)) {
    throw new Error(`${path} was made with ${earlier.machine}; --resume cannot go on with ${machine}`);
  }
  mkdirSync(dirname(path), { recursive: true });
  if (!earlier) writeFileSync(path, `# ${machine}\n${header}`);
  return { rows: earlier?.rows ?? [], append: (rows: readonly Row[]) => appendFileSync(path, csvOf(rows)) };
}
