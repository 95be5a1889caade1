// Compares a float32 result with those that float64 has of inputs and parameters within rounding (see variants.ts).
import type { GroupStatistics, Loss, Result } from "../../src/index.js";
import { maskOf } from "./parity.js";
import { MANY, MOST } from "./variants.js";

/** How many times the distance of variants a result may be off. */
const FACTOR = 6;

interface Bounds {
  /** Relative error of every number. */
  readonly rtol: number;
  /** Error of numbers next to others, relative to the largest of them. */
  readonly beside: number;
  /** So many numbers stand next to each other. */
  readonly width?: number;
  /** Error whatever the size. */
  readonly atol?: number;
}

/** Throws where a number is farther from the first of `references` than the others, and rounding, explain. */
function expectNear(
  got: ArrayLike<number> | undefined,
  references: readonly ArrayLike<number>[],
  { rtol, beside, width = 1, atol = 1e-30 }: Bounds,
  what: string,
): void {
  const [expected, ...others] = references;
  if (got?.length !== expected.length) throw new Error(`${what}: ${got?.length} numbers instead of ${expected.length}`);
  for (let i = 0; i < expected.length; i++) {
    const reference = expected[i];
    if (Object.is(got[i], reference) || got[i] === reference) continue;
    if (Math.abs(reference) > MOST / 100 && !(Math.abs(got[i]) < MOST / 1e4)) continue; // may overflow
    const start = i - (i % width);
    let most = 0;
    for (let j = start; j < start + width; j++) most = Math.max(most, Math.abs(expected[j]));
    let spread = 0;
    for (const other of others) spread = Math.max(spread, Math.abs(other[i] - reference));
    const allowed = FACTOR * spread + rtol * Math.abs(reference) + beside * most + atol;
    if (!(Math.abs(got[i] - reference) <= allowed)) {
      throw new Error(
        `${what}: number ${i} is ${got[i]}, expected ${reference}, off by ${Math.abs(got[i] - reference)} of ${allowed}`,
      );
    }
  }
}

const numbersOf = (x: number | ArrayLike<number>): ArrayLike<number> => (typeof x === "number" ? [x] : x);

/** Scores that a mask decides by are this uncertain. */
function slackOf(result: Result<Float64Array>): number {
  const finite = result.perSample!.filter(Number.isFinite).map(Math.abs);
  const scored = finite.reduce((most, x) => Math.max(most, x), 0);
  const groups = result.statistics!.filter((g) => g.standardDeviation > 0);
  return groups.reduce(
    (slack, g) => Math.max(slack, (2 ** -21 * Math.max(scored, Math.abs(g.mean))) / g.standardDeviation),
    1e-5,
  );
}

/** Kept losses, whose float32 ties and float64 near ties may part: as many stay, and none that is larger than one that left. */
export function expectTrimmed(got: Result<Float32Array>, expected: Result<Float64Array>): void {
  // Those that have a weight may be others.
  const kept = ({ mask }: Result<Float32Array> | Result<Float64Array>) => [mask!.reduce((sum, x) => sum + x, 0)];
  expectNear(kept(got), [kept(expected)], { rtol: 0, beside: 0 }, "losses in a trimmed mean");
  let [most, least] = [0, Infinity];
  for (const [i, x] of got.perSample!.entries()) {
    if (got.mask![i] === 1) most = Math.max(most, x);
    else if (expected.z![i] !== 0 && x > 0) least = Math.min(least, x);
  }
  if (most > least) throw new Error(`a loss of ${most} stays in a trimmed mean that one of ${least} left`);
}

/**
 * Throws where a float32 result is not one that float64 has of inputs and parameters within rounding. True if everything was compared,
 * false where a sample is so close to being masked, or not, that what follows from it was left out.
 */
export function expectExplained(
  got: Result<Float32Array>,
  references: readonly Result<Float64Array>[],
  loss: Loss,
  pull: number,
  what: string,
): boolean {
  const [expected] = references;
  const each = (name: "perSample" | "gradient" | "z" | "slopeGradient") => references.map((r) => r[name]!);
  const width = expected.gradient!.length / expected.perSample!.length || 1;
  expectNear(got.perSample, each("perSample"), { rtol: 3e-5, beside: 0 }, `${what}: perSample`);
  const mask = maskOf(loss);
  if (mask) {
    const { statistics = [] } = expected;
    // A deviation of 0 is another case than one that float32 cannot tell from 0.
    const distance = (i: number) =>
      Math.max(
        ...references.map((r) => Math.abs(r.statistics![i].standardDeviation - statistics[i].standardDeviation)),
      );
    const least = (i: number) =>
      mask.estimator === "median" ? Math.max(1e-6 * Math.abs(statistics[i].mean), FACTOR * distance(i)) : 0;
    const untold = ({ standardDeviation: deviation }: GroupStatistics, i: number) =>
      deviation > 0 && deviation < Math.max(1e-34, least(i));
    if (mask.estimator !== "trimmed" && statistics.some(untold)) return false;
    const figures = (r: Result<Float64Array> | Result<Float32Array>) =>
      r.statistics!.flatMap((g) => [g.mean, g.standardDeviation]);
    expectNear(figures(got), references.map(figures), { rtol: 2e-5, beside: 4e-6, width: 2 }, `${what}: statistics`);
    const counts = (r: Result<Float64Array> | Result<Float32Array>) => r.statistics!.map((g) => g.n);
    expectNear(counts(got), [counts(expected)], { rtol: 0, beside: 0 }, `${what}: n`);
    // Nearly constant groups are kept as a whole, or not: rounding decides.
    const blurred = references.some((r) =>
      r.statistics!.some((g) => g.standardDeviation > 0 && g.standardDeviation < 3e-4 * Math.abs(g.mean)),
    );
    if (blurred && mask.estimator !== "trimmed") return false;
    const trims = mask.estimator === "trimmed";
    const slack = slackOf(expected);
    if (!trims) {
      expectNear(got.z, each("z"), { rtol: 1e-4, beside: 0, atol: 4 * slack }, `${what}: z`);
    }
    const { threshold } = mask;
    const far = (z: number) => (mask.side === "upper" ? z : Math.abs(z)) - threshold;
    if (trims) {
      expectTrimmed(got, expected);
      // Ties of float32 and near ties of float64 may part.
      return got.mask!.every((kept, i) => kept === expected.mask![i]);
    }
    let excused = false;
    for (const [i, kept] of expected.mask!.entries()) {
      const agreed = references.every((r) => r.mask![i] === kept);
      const near = Math.abs(far(expected.z![i])) <= slack + 1e-5 * threshold;
      if (!agreed || near) excused = true;
      else if (got.mask![i] !== kept) {
        throw new Error(`${what}: mask of sample ${i} is ${got.mask![i]}, expected ${kept} at z ${expected.z![i]}`);
      }
    }
    if (excused && got.mask!.some((kept, i) => kept !== expected.mask![i])) return false;
  }
  const figures = (r: Result<Float64Array> | Result<Float32Array>) => [r.count, r.weightSum];
  expectNear([got.count], [[expected.count]], { rtol: 0, beside: 0 }, `${what}: count`);
  expectNear(figures(got), references.map(figures), { rtol: 1e-5, beside: 0 }, `${what}: weightSum`);
  // Sums over classes are rounded at every step, of quads.
  const steps = Math.min(5, Math.max(1, width / 8));
  const beside = width > MANY ? 2e-5 : width > 1 ? 4e-6 : 0;
  const besides = { rtol: 1e-4, beside, width, atol: 1e-6 * steps * pull + 1e-28 };
  expectNear(got.gradient, each("gradient"), besides, `${what}: gradient`);
  if (expected.slopeGradient) {
    const features = expected.slopeGradient.length / expected.perSample!.length || 1;
    const bounds = { rtol: 1e-4, beside: 4e-6, width: features };
    expectNear(got.slopeGradient, each("slopeGradient"), bounds, `${what}: slopeGradient`);
  }
  const losses = references.map((r) => numbersOf(r.loss));
  if (typeof expected.loss !== "number") {
    expectNear(got.loss as Float32Array, losses, { rtol: 3e-5, beside: 0 }, `${what}: loss`);
    return true;
  }
  // Summands may cancel.
  const size = Array.from(expected.perSample!, Math.abs).filter(Number.isFinite);
  const largest = size.reduce((most, x) => Math.max(most, x), 0);
  const cancels = expected.perSample!.some((x) => x < 0);
  const absolute = cancels ? 3e-5 * largest * (expected.count / Math.max(1, expected.weightSum) + 1) : 0;
  const blurred = losses.map((loss, i) => [loss[0] + (i === 1 ? absolute : 0)]);
  expectNear([got.loss as number], blurred, { rtol: 3e-5, beside: 0 }, `${what}: loss`);
  return true;
}
