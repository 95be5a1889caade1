/** How much is measured, and how thoroughly. */
import type { Pace } from "./harness.js";

/** `least`: enough to see that all is well, within seconds. */
export type Extent = "least" | "quick" | "full" | "large";

export interface RunOptions {
  readonly quick?: boolean;
  readonly large?: boolean;
  /** Goes on after the cases that an earlier run finished. */
  readonly resume?: boolean;
  /** Only cases whose name and shape contain it; writes no results. */
  readonly filter?: string;
}

export const extentOf = ({ quick, large }: RunOptions): Extent => (quick ? "quick" : large ? "large" : "full");

export const paceOf = (extent: Extent): Pace =>
  extent === "least" ? { batchMs: 25, rounds: 3 } : { batchMs: 50, rounds: extent === "quick" ? 5 : 9 };
