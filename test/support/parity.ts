// The GPU against float64 on the same float32 inputs.
import type { Loss, Mask, Result } from "../../src/index.js";
import { expectClose, expectEqual } from "./compare.js";

/** What a loss masks by, if it masks. */
export const maskOf = (loss: Loss): Mask | undefined => ("base" in loss ? loss.parameters : undefined);

/** Largest finite magnitude of an array. */
function magnitude(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/**
 * Throws where a float32 result differs from float64's by more than float32 can explain.
 * Masks must be equal, except where |z| is within `max(1e-5, 2^-22 max|v|/sd)` of the threshold; a flipped sample there excuses
 * the figures that follow from it.
 */
export function expectParity(
  got: Result<Float32Array>,
  expected: Result<Float64Array>,
  what: string,
  { threshold = 2, rtol = 2e-5, scored = 0 } = {},
): void {
  const close = (name: "loss" | "perSample" | "gradient" | "z", relative = rtol) => {
    const reference = expected[name];
    if (reference === undefined || got[name] === undefined) return;
    const size = typeof reference === "number" ? Math.abs(reference) : magnitude(reference);
    expectClose(got[name], reference, { rtol: relative, atol: 2e-6 * size + 1e-30 }, `${what}: ${name}`);
  };
  close("perSample");
  if (expected.statistics && got.statistics) {
    const groups = expected.statistics;
    const spread = magnitude(groups.map((g) => Math.abs(g.mean) + g.standardDeviation));
    for (const name of ["mean", "standardDeviation"] as const) {
      const tolerance = { rtol: 1e-5, atol: 1e-6 * spread };
      expectClose(
        got.statistics.map((g) => g[name]),
        groups.map((g) => g[name]),
        tolerance,
        `${what}: ${name}`,
      );
    }
    expectEqual(
      got.statistics.map((g) => g.n),
      groups.map((g) => g.n),
      `${what}: n`,
    );
  }
  const slack = Math.max(
    1e-5,
    ...(expected.statistics ?? [])
      .filter((g) => g.standardDeviation > 0)
      .map((g) => (2 ** -22 * Math.max(scored, Math.abs(g.mean))) / g.standardDeviation),
  );
  if (expected.z && got.z) {
    expectClose(got.z, expected.z, { rtol: 1e-4, atol: Math.max(1e-4, 4 * slack) }, `${what}: z`);
  }
  if (expected.mask && got.mask) {
    let excused = 0;
    for (let i = 0; i < expected.mask.length; i++) {
      if (got.mask[i] === expected.mask[i]) continue;
      if (Math.abs(Math.abs(expected.z![i]) - threshold) > slack) {
        throw new Error(
          `${what}: mask of sample ${i} is ${got.mask[i]}, expected ${expected.mask[i]} at z ${expected.z![i]}`,
        );
      }
      excused++;
    }
    if (excused > 0) return;
    if (got.statistics) {
      expectEqual(
        got.statistics.map((g) => g.inliers),
        expected.statistics!.map((g) => g.inliers),
        `${what}: inliers`,
      );
    }
  }
  expectEqual([got.count], [expected.count], `${what}: count`);
  expectClose(got.weightSum, expected.weightSum, { rtol: 1e-5, atol: 1e-30 }, `${what}: weightSum`);
  close("loss");
  close("gradient", 1e-4);
}
