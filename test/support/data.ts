// Reproducible data: float32 numbers from a small generator with a seed.

export type Random = () => number;

/** mulberry32: uniform in [0, 1). */
export function random(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function normal(next: Random): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Predictions near targets, a few of them far off. */
export function regressionData(n: number, seed = 1): { predictions: Float32Array; targets: Float32Array } {
  const next = random(seed);
  const targets = Float32Array.from({ length: n }, () => 2 * normal(next));
  const predictions = targets.map((t) => t + 0.5 * normal(next) + (next() < 0.03 ? 20 * normal(next) : 0));
  return { predictions, targets };
}

/** Logits that agree with their labels most of the time; a share of labels is `ignore`. */
export function binaryData(n: number, seed = 1, ignored = 0): { logits: Float32Array; labels: Float32Array } {
  const next = random(seed);
  const labels = Float32Array.from({ length: n }, () => (next() < ignored ? -100 : next() < 0.3 ? 1 : 0));
  const logits = labels.map((t) => (t === 1 ? 2 : -2) + normal(next) + (next() < 0.03 ? 12 * normal(next) : 0));
  return { logits, labels };
}

/** Logits over classes that agree with their labels most of the time; a share of labels is left out. */
export function classData(
  rows: number,
  classes: number,
  seed = 1,
  ignored = 0.05,
): { logits: Float32Array; labels: Int32Array } {
  const next = random(seed);
  const labels = Int32Array.from({ length: rows }, () => (next() < ignored ? -100 : Math.floor(classes * next())));
  const logits = Float32Array.from({ length: rows * classes }, () => 1.5 * normal(next));
  for (let i = 0; i < rows; i++) if (labels[i] >= 0 && next() < 0.8) logits[i * classes + labels[i]] += 4;
  return { logits, labels };
}

export function weightsFor(n: number, seed = 7): Float32Array {
  const next = random(seed);
  return Float32Array.from({ length: n }, () => (next() < 0.1 ? 0 : 0.25 + next()));
}

/** Data of any family, for rows of columns or classes; of a Lai loss one sample per row. */
export function familyData(
  family: "regression" | "lai" | "binary" | "class",
  rows: number,
  columns: number,
  seed: number,
  ignored: number,
) {
  if (family === "class") return classData(rows, columns, seed, ignored);
  if (family === "binary") return binaryData(rows * columns, seed, ignored);
  return regressionData(family === "lai" ? rows : rows * columns, seed);
}
