// Median and median distance by sorting.

const middle = (sorted: Float64Array): number => {
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)] + sorted[Math.ceil(half)]) / 2;
};

/** Median, and 1.4826 times the median distance from it: both selected in float64 and rounded to float32. NaN is left out. */
export function selected(values: Float32Array): [number, number] {
  const there = Float64Array.from(values.filter((x) => !Number.isNaN(x))).sort();
  const median = middle(there);
  const distance = middle(there.map((x) => Math.abs(x - median)).sort());
  return [Math.fround(median) + 0, Math.fround(1.4826 * Math.fround(distance))];
}
