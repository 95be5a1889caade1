// Scores about the median, in units of the median deviation.

// 1 / (deviation + eps), 0 for a constant group. Without a deviation, what is farther than eps is beyond the threshold.
fn inverse_of(statistics: Item) -> f32 {
  let deviation = statistics.values.y;
  if (deviation == 0.0) {
    let bounded = settings.eps > 0.0 && settings.bounds.y < 3.4e38;
    return select(0.0, settings.bounds.y / max(settings.eps, 1.2e-38), bounded);
  }
  // The same constant stands in src/statistics.ts.
  return select(1.0 / (deviation + settings.eps), 0.0, deviation <= 1e-6 * abs(statistics.values.x));
}
