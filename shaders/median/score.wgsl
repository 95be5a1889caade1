// Scores about the median, in units of the median deviation.

fn batch_statistics(workgroup: u32, lane: u32) -> Item {
  return scratch[statistics_slot(0u)];
}

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

// Everything that is known before samples are scored, in one workgroup.
fn select_small(lane: u32) {
  for (var tile = 0u; tile < settings.tiles; tile++) {
    pass_accumulate_keys(tile, 1u, lane);
  }
  for (var step = 0u; step < 2u * DIGITS; step++) {
    if (step > 0u) {
      for (var tile = 0u; tile < settings.tiles; tile++) {
        pass_accumulate_counts(tile, 1u, lane);
      }
    }
    storageBarrier();
    workgroupBarrier();  // everything is counted
    pass_finalize_digit(0u, 1u, lane);
  }
  for (var tile = 0u; tile < settings.tiles; tile++) {
    pass_accumulate_rests(tile, 1u, lane);
  }
  storageBarrier();  // other lanes read what is left
  pass_finalize_median(0u, 1u, lane);
  storageBarrier();  // and the statistics
}
