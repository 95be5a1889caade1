/** A line, its exact least-squares fit, and the coordinates in which gradient descent is well conditioned. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;

/** Least squares in closed form, over the points where `keep` is true. */
export function leastSquares(x: readonly number[], y: readonly number[], keep?: readonly boolean[]): Line {
  const xs = x.filter((_, i) => keep?.[i] ?? true);
  const ys = y.filter((_, i) => keep?.[i] ?? true);
  const [mx, my] = [mean(xs), mean(ys)];
  const slope =
    xs.reduce((sum, v, i) => sum + (v - mx) * (ys[i] - my), 0) / xs.reduce((sum, v) => sum + (v - mx) ** 2, 0);
  return { slope, intercept: my - slope * mx };
}

/** Rousseeuw's scale of residuals: 1.4826 times the median absolute deviation, which is sigma for normal ones. */
export function robustScale(residuals: ArrayLike<number>): number {
  const center = median(residuals);
  return 1.4826 * median(Array.from(residuals, (r) => Math.abs(r - center)));
}

export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How far from the others a point lies in x, from 1/n to 1: its share in its own fitted value. */
export function leverages(x: readonly number[]): number[] {
  const m = mean(x);
  const total = x.reduce((sum, v) => sum + (v - m) ** 2, 0);
  return x.map((v) => 1 / x.length + (v - m) ** 2 / total);
}

/** The usual rule of thumb: on average more than twice the mean leverage, which is 2/n for a line. */
export function highLeverage(x: readonly number[], points: readonly number[]): boolean {
  const leverage = leverages(x);
  return points.reduce((sum, i) => sum + leverage[i], 0) / points.length > 4 / x.length;
}

/** x and y with mean 0 and deviation 1: years and calls would give a gradient descent that crawls. */
export function standardize(x: readonly number[], y: readonly number[]) {
  const scaler = (values: readonly number[]) => {
    const center = mean(values);
    return { center, spread: Math.sqrt(mean(values.map((v) => (v - center) ** 2))) };
  };
  const [sx, sy] = [scaler(x), scaler(y)];
  return {
    x: Float64Array.from(x, (v) => (v - sx.center) / sx.spread),
    y: Float64Array.from(y, (v) => (v - sy.center) / sy.spread),
    /** Size of one standardized unit of y. */
    unit: sy.spread,
    /** A line of the data in standardized coordinates, and back. */
    inward: ({ slope, intercept }: Line): Line => ({
      slope: (slope * sx.spread) / sy.spread,
      intercept: (intercept + slope * sx.center - sy.center) / sy.spread,
    }),
    outward: ({ slope, intercept }: Line): Line => {
      const steepness = (slope * sy.spread) / sx.spread;
      return { slope: steepness, intercept: sy.center + intercept * sy.spread - steepness * sx.center };
    },
  };
}
