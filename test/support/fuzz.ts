// What fuzz tests share: how many cases, of which seeds, and choices at random.
import type { Random } from "./data.js";

/** A variable of the process; undefined in browsers. */
export const environment = (name: string): string | undefined =>
  typeof process === "undefined" ? undefined : process.env?.[name];

/** The seeds of a test: those that `<name>_SEEDS` lists, or `<name>_CASES` (default `count`) from `<name>_FIRST` (1) on. */
export function seedsOf(name: string, count: number): number[] {
  const listed = environment(`${name}_SEEDS`)?.split(",").map(Number);
  const length = Number(environment(`${name}_CASES`) ?? count);
  const first = Number(environment(`${name}_FIRST`) ?? 1);
  return listed ?? Array.from({ length }, (_, i) => first + i);
}

/** Choices at random. */
export interface Choices {
  /** One of the values. */
  pick<T>(...values: readonly T[]): T;
  /** True for that share of calls. */
  chance(share: number): boolean;
  /** A whole number below `end`. */
  below(end: number): number;
}

export function choicesOf(next: Random): Choices {
  const below = (end: number) => Math.floor(next() * end);
  return { pick: (...values) => values[below(values.length)], chance: (share) => next() < share, below };
}
