/** The factor of the Lai loss in float64: what it makes of a model's slope k = d prediction / d input. */

/** A factor and its derivative with respect to the slope. */
export type Factor = readonly [value: number, derivative: number];

/** 1 / sqrt(1 + k²) and |k| / sqrt(1 + k²), without an overflow in k². */
function projections(k: number): readonly [cosine: number, sine: number] {
  const a = Math.abs(k);
  if (a > 1) {
    const root = Math.hypot(1, 1 / a);
    return [1 / a / root, 1 / root];
  }
  const root = Math.hypot(1, a);
  return [1 / root, a / root];
}

/**
 * m(k) = max(|k| / min(lambda, 1), max(lambda, 1)) / sqrt(1 + k²), the larger projection of a unit error on a slope. It is not monotone:
 * it falls from max(lambda, 1) at k = 0 to its least value at |k| = lambda, where it has a kink, and rises to 1 / min(lambda, 1).
 *
 * @see Lai, arXiv 2405.07884; lambda as transcribed by others.
 */
export function scaledFactor(k: number, lambda: number): Factor {
  const [cosine, sine] = projections(k);
  if (Math.abs(k) >= lambda) {
    const least = Math.min(lambda, 1);
    return [sine / least, (Math.sign(k) * cosine ** 3) / least];
  }
  const most = Math.max(lambda, 1);
  return [most * cosine, -Math.sign(k) * most * sine * cosine ** 2];
}

/** F(k) = max(k² / min(lambda, 1), max(lambda, 1)) / (1 + k²): the form for squared errors in which lambda is not squared. Its kink is at k² = lambda. */
export function plainFactor(k: number, lambda: number): Factor {
  const [cosine, sine] = projections(k);
  const slope = 2 * Math.sign(k) * sine * cosine ** 3;
  if (k * k >= lambda) {
    const least = Math.min(lambda, 1);
    return [sine ** 2 / least, slope / least];
  }
  const most = Math.max(lambda, 1);
  return [most * cosine ** 2, -most * slope];
}
