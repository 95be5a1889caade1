/** float64 forms of the functions that more than one loss needs. */

/** ln(1 + exp(x)) without overflow, and without losing small values. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** 1 / (1 + exp(-x)), accurate in both tails. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** ((b + u)^q - b^q) / q for positive b and q and u from 0 on, without cancellation for small u. */
export function powerRise(b: number, u: number, q: number): number {
  const grown = q * Math.log1p(u / b);
  // Far apart, the powers do not cancel, and one may vanish where their ratio overflows.
  return (grown > 1 ? (b + u) ** q - b ** q : b ** q * Math.expm1(grown)) / q;
}
