/** What may take the place of mean and standard deviation: kernels that are loaded when a plan asks for them. */
import type { Grid } from "./dispatch.js";
import type { Pass, Wanted } from "./passes.js";
import type { Problem } from "./problem.js";
import type { Entry, ModuleSpec } from "./shader.js";

/** How the statistics of a mask are found. A module that imports nothing of the core, so that bundlers leave that in one piece. */
export interface Estimator {
  /** The passes of a plan, made of those that find mean and standard deviation. */
  readonly passes: (
    problem: Problem,
    wanted: Wanted,
    small: boolean,
    limit: number,
    passesOf: (small: boolean, limit: number) => Pass[],
  ) => Pass[];
  /** WGSL in place of shaders/kernels/moments.wgsl. */
  readonly code: (spec: ModuleSpec, entry: Entry) => readonly string[];
  /** WGSL in place of shaders/groups/batch.wgsl, where that does not fit. */
  readonly batch: (problem: Problem) => string | undefined;
  /** Bytes of what a search knows of so many groups, and of the list of a grid's keys. */
  readonly binsSize: (groups: number, grid?: Grid) => number;
}
