// Statistics, part three: what scores are taken from.

// Of the one group. Every workgroup that needs them merges the slices by itself.
fn batch_statistics(workgroup: u32, lane: u32) -> Item {
  let statistics = merged_statistics(0u, lane);
  if (workgroup == 0u && lane == 0u) {
    scratch[statistics_slot(0u)] = statistics;
  }
  return statistics;
}

// 1 / (standard deviation + eps), 0 for a constant group: all inliers.
fn inverse_of(statistics: Item) -> f32 {
  let deviation = statistics.values.y;
  // 1e-6 |mean| is rounding of a constant batch; the same constant stands in src/statistics.ts.
  let constant = deviation <= 1e-6 * abs(statistics.values.x);
  return select(1.0 / max(deviation + settings.eps, 1.2e-38), 0.0, constant);
}
