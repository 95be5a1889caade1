// Count, mean and sum of squared deviations (m2), safe from cancellation, overflow and underflow. As an item:
// values = mean, m2 in units of 4^exponent, and what rounding took from the mean (the rest: without it the deviation of an
// almost constant batch would be lost); counts = n, odd samples, exponent, samples that poison the batch.
// Without samples, values, n and exponent are 0: merging is adding then.

// Moments from the sum of deviations from a pivot, and that of their squares.
fn moments_about(pivot: f32, n: u32, sum: f32, squares: f32) -> Item {
  if (n == 0u) {
    return Item();
  }
  let shift = sum / f32(n);
  let mean = pivot + shift;
  let m2 = max(0.0, squares - sum * shift);
  return Item(vec4f(mean, m2, (pivot - mean) + shift, 0.0), vec4u(n, 0u, 0u, 0u));
}

// Chan, Golub and LeVeque's pairwise merge.
fn merge_moments(a: Item, b: Item) -> Item {
  var merged = add(a, b);
  if (min(a.counts.x, b.counts.x) == 0u) {
    return merged;
  }
  let share = f32(b.counts.x) / f32(merged.counts.x);
  let delta = (b.values.x - a.values.x) + (b.values.z - a.values.z);
  let exponents = vec2i(bitcast<i32>(a.counts.z), bitcast<i32>(b.counts.z));
  let exponent = min(126, max(max(exponents.x, exponents.y), exponent_of(delta)));
  let scaled = delta * power_of_two(-exponent);
  let m2 = a.values.y * power_of_two(2 * (exponents.x - exponent)) + b.values.y * power_of_two(2 * (exponents.y - exponent))
    + scaled * scaled * f32(a.counts.x) * share;
  let step = a.values.z + delta * share;
  let mean = a.values.x + step;
  merged.values = vec4f(mean, m2, (a.values.x - mean) + step, 0.0);
  merged.counts.z = bitcast<u32>(exponent);
  return merged;
}

// The moments as values = mean, standard deviation; the counts stay.
fn statistics_of(moments: Item) -> Item {
  let freedom = f32(moments.counts.x) - settings.ddof;
  let deviation = sqrt(moments.values.y / freedom) * power_of_two(bitcast<i32>(moments.counts.z));
  return Item(vec4f(moments.values.x, select(0.0, deviation, freedom > 0.0), 0.0, 0.0), moments.counts);
}
