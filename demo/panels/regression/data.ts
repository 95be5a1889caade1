/** Points around a line, some of them far above it. */
import { normal, shuffled } from "../../lib/random.js";

export interface Spoilt {
  readonly x: number[];
  readonly y: number[];
  /** Indices of the outliers. */
  readonly outliers: readonly number[];
}

export const samples = 200;
/** Deviation of the noise of sound points. */
export const noise = 0.3;
const trueLine = { slope: 2, intercept: 1 };
/** x of mean 0 and deviation 1, so that one learning rate fits slope and intercept. */
const reach = Math.sqrt(3);

/**
 * The outliers lie in the right half, all above the line: so slope and intercept suffer.
 *
 * @param share of the points that are outliers, in percent, at most 50.
 * @param distance of them from the line, in deviations of the noise.
 */
export function spoiltLine({ share, distance }: { readonly share: number; readonly distance: number }): Spoilt {
  const draw = normal(3);
  const x = Array.from({ length: samples }, (_, i) => reach * ((2 * i + 1) / samples - 1));
  const half = samples / 2;
  const outliers = shuffled(half, 2)
    .slice(0, Math.round((share / 100) * samples))
    .map((i) => i + half)
    .sort((a, b) => a - b);
  const bad = new Set(outliers);
  const y = x.map((v, i) => trueLine.intercept + trueLine.slope * v + noise * (draw() + (bad.has(i) ? distance : 0)));
  return { x, y, outliers };
}
