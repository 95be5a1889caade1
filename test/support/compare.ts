// Comparators that throw, and print the worst element: a comparison whose result can be dropped is not a test.

export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** What DESIGN promises of float64: the vectors carry 12 digits. */
export const float64: Tolerance = { rtol: 1e-9, atol: 1e-11 };

function close(got: number, expected: number, { rtol, atol }: Tolerance): boolean {
  if (Number.isNaN(expected) || Number.isNaN(got)) return Number.isNaN(expected) && Number.isNaN(got);
  if (!Number.isFinite(expected)) return got === expected;
  return Math.abs(got - expected) <= atol + rtol * Math.abs(expected);
}

/** Throws unless every element is within the tolerance; NaN equals only NaN. */
export function expectClose(
  got: number | ArrayLike<number> | undefined,
  expected: number | ArrayLike<number>,
  tolerance: Tolerance,
  what: string,
): void {
  if (got === undefined) throw new Error(`${what}: nothing came out`);
  const a = typeof got === "number" ? [got] : got;
  const b = typeof expected === "number" ? [expected] : expected;
  if (a.length !== b.length) throw new Error(`${what}: ${a.length} elements instead of ${b.length}`);
  let worst = -1;
  let excess = 0;
  let bad = 0;
  for (let i = 0; i < b.length; i++) {
    if (close(a[i], b[i], tolerance)) continue;
    bad++;
    const error = Math.abs(a[i] - b[i]) / (tolerance.atol + tolerance.rtol * Math.abs(b[i]));
    if (worst < 0 || !(error <= excess)) [worst, excess] = [i, error];
  }
  if (worst < 0) return;
  throw new Error(
    `${what}: ${bad} of ${b.length} outside rtol ${tolerance.rtol}, atol ${tolerance.atol}; worst at ${worst}: ` +
      `got ${a[worst]}, expected ${b[worst]}, error ${Math.abs(a[worst] - b[worst])}`,
  );
}

/** Throws unless all elements are identical. */
export function expectEqual(got: ArrayLike<number> | undefined, expected: ArrayLike<number>, what: string): void {
  expectClose(got, expected, { rtol: 0, atol: 0 }, what);
}
