/** The float64 reference of class losses, row by row. */
import { isCentered, psiAt, type Scores, type Term } from "./terms.js";

/** Scores of a row as log-probabilities, and what their derivatives are made of. */
interface Links {
  /** Factor from logits to scores, and whether it depends on their norm. */
  readonly factor: number;
  readonly limited: boolean;
  readonly norm: number;
  readonly logs: Float64Array;
  /** d log p_k / d score_j = rates_k (delta_kj - escort_j). */
  readonly rates: Float64Array;
  readonly escort: Float64Array;
  /** Sum of the escort over all classes but the top one. */
  readonly others: number;
}

/** First index of the largest entry. */
export function argmax(z: ArrayLike<number>): number {
  let top = 0;
  for (let k = 1; k < z.length; k++) if (z[k] > z[top]) top = k;
  return top;
}

/** ln sum exp of a row. */
export function logSumExp(z: ArrayLike<number>): number {
  const top = argmax(z);
  return z[top] + Math.log1p(sumOthers(z.length, top, (k) => Math.exp(z[k] - z[top])));
}

/** Euclidean norm without overflow. */
function normOf(z: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < z.length; k++) most = Math.max(most, Math.abs(z[k]));
  let sum = 0;
  for (let k = 0; k < z.length && most > 0; k++) sum += (z[k] / most) ** 2;
  return most * Math.sqrt(sum);
}

/** Sum of f over all classes but one. */
function sumOthers(classes: number, top: number, f: (k: number) => number): number {
  let sum = 0;
  for (let k = 0; k < classes; k++) if (k !== top) sum += f(k);
  return sum;
}

/** log p of the tempered softmax: c solves sum exp_t(a - c) = 1. Newton's method, which rises monotonically to it: exp_t is convex. */
function temperedLogs(a: Float64Array, top: number, t: number): Float64Array {
  let c = 0;
  const log = (k: number): number => -Math.log1p((t - 1) * (c - a[k])) / (t - 1);
  for (let step = 0; step < 100; step++) {
    const excess = sumOthers(a.length, top, (k) => Math.exp(log(k))) + Math.expm1(log(top));
    const before = c;
    c += excess / (Math.exp(t * log(top)) + sumOthers(a.length, top, (k) => Math.exp(t * log(k))));
    if (!(c > before)) break;
  }
  return a.map((_, k) => log(k));
}

function linksOf(z: ArrayLike<number>, top: number, { temperature, limit, tail }: Scores): Links {
  const norm = limit === Infinity ? 0 : normOf(z);
  const bound = norm > 0 ? limit / norm : Infinity;
  const limited = bound < temperature;
  const factor = Math.min(temperature, bound);
  const a = Float64Array.from(z, (score) => (score === z[top] ? 0 : factor * (score - z[top])));
  const classes = z.length;
  if (tail === 1) {
    const sum = sumOthers(classes, top, (k) => Math.exp(a[k]));
    const logs = a.map((score) => score - Math.log1p(sum));
    return { factor, limited, norm, logs, rates: a.map(() => 1), escort: logs.map(Math.exp), others: sum / (1 + sum) };
  }
  const logs = temperedLogs(a, top, tail);
  const powers = logs.map((l) => Math.exp(tail * l));
  const rest = sumOthers(classes, top, (k) => powers[k]);
  const whole = rest + powers[top];
  const rates = logs.map((l) => Math.exp((tail - 1) * l));
  return { factor, limited, norm, logs, rates, escort: powers.map((p) => p / whole), others: rest / whole };
}

/**
 * Loss of one row, and its gradient with respect to the logits.
 *
 * @param z the logits; finite.
 * @param q the label distribution.
 * @param gradient added to.
 */
export function measureRow(
  terms: readonly Term[],
  z: ArrayLike<number>,
  q: ArrayLike<number>,
  gradient: Float64Array,
): number {
  const classes = z.length;
  const top = argmax(z);
  const mass = q[top] + sumOthers(classes, top, (k) => q[k]);
  let loss = 0;
  for (const term of terms) {
    const { psi, scores, weight, label, mean, sum, constant, share } = term;
    const { factor, limited, norm, logs, rates, escort, others } = linksOf(z, top, scores);
    if (factor === Infinity) continue; // no direction to normalise: value and gradient are 0
    const values = new Float64Array(classes);
    const slopes = new Float64Array(classes);
    for (let k = 0; k < classes; k++) {
      [values[k], slopes[k]] = psiAt(psi, logs[k], k === top ? 1 : 0);
      if (share?.kind === "complement") {
        const counts = logs[k] >= share.lowest;
        values[k] = counts ? share.most - values[k] : 0;
        slopes[k] = counts ? -slopes[k] : 0;
      }
    }
    const rest = sumOthers(classes, top, (k) => values[k]);
    const restOfLabels = sumOthers(classes, top, (k) => q[k] * values[k]);
    const whole = rest + values[top];
    const labelled = restOfLabels + q[top] * values[top];
    // Coefficients of psi in the gradient: own * q_k + common.
    let own = weight * label;
    let common = weight * (mean / classes + sum) * mass;
    let value = label * labelled + (mean / classes + sum) * mass * whole;
    if (share?.kind === "normalized") {
      value = (label * labelled) / whole + (mean / classes + sum) * mass;
      common = (-own * labelled) / whole / whole;
      own /= whole;
    } else if (share) {
      const missing = q[top] * rest + (mass - q[top]) * whole - restOfLabels;
      value = (label * missing) / whole + (mean / classes + sum) * mass * (classes - 1);
      common = (own * labelled) / whole / whole;
      own /= -whole;
    } else if (isCentered(term)) {
      // Differences from the top class instead of values: what all classes share cancels before it is rounded.
      const difference = psi.definition.difference!;
      const from = (k: number): number => difference(factor * (z[k] - z[top]), logs[top], psi.parameters);
      value = sumOthers(classes, top, (k) => (label * q[k] + (mean / classes) * mass) * from(k));
    }
    loss += weight * (value + constant * mass);
    const pull = (k: number): number => (own * q[k] + common) * slopes[k] * rates[k];
    const pullOfOthers = sumOthers(classes, top, pull);
    const pullOfTop = pull(top);
    const direct = Float64Array.from({ length: classes }, (_, j) =>
      j === top ? pullOfTop * others - escort[j] * pullOfOthers : pull(j) - escort[j] * (pullOfOthers + pullOfTop),
    );
    let along = 0;
    if (limited) for (let k = 0; k < classes; k++) along += (z[k] / norm) * direct[k];
    for (let k = 0; k < classes; k++) gradient[k] += factor * (direct[k] - (limited ? (z[k] / norm) * along : 0));
  }
  return loss;
}
