/** Which trainings there are. */
import type { TaskName } from "./results.js";
import { labelNoises, type Noise, outlierNoises } from "./tasks.js";

export interface StudyCase {
  readonly noise: Noise;
  /** Of data, noise, weights and batches. */
  readonly seed: number;
  /** Step size of Adam. */
  readonly rate: number;
}

export interface Extent {
  readonly epochs: Readonly<Record<TaskName, number>>;
  readonly batch: number;
  readonly seeds: readonly number[];
  /** The grid: every loss takes the rate that does best on its noisy validation samples. */
  readonly rates: readonly number[];
  /** Of each list of noises, the first ones. */
  readonly noises: number;
}

const full: Extent = {
  epochs: { digits: 16, friedman: 30 },
  batch: 128,
  seeds: [1, 2, 3, 4, 5],
  rates: [0.01, 0.03, 0.1],
  noises: 6,
};
const short: Extent = { epochs: { digits: 2, friedman: 2 }, batch: 128, seeds: [1], rates: [0.03], noises: 2 };

export const extentOf = (quick: boolean): Extent => (quick ? short : full);

/** Seed by seed, so that an interrupted study has whole ones. */
export function casesOf(task: TaskName, { seeds, rates, noises }: Extent): StudyCase[] {
  const list = (task === "digits" ? labelNoises : outlierNoises).slice(0, noises);
  return seeds.flatMap((seed) => list.flatMap((noise) => rates.map((rate) => ({ noise, seed, rate }))));
}
