// Everything that is known before samples are scored, in one workgroup.
fn select_small(lane: u32) {
  pass_accumulate_keys(0u, 1u, lane);
  for (var step = 0u; step < 2u * DIGITS; step++) {
    if (step > 0u) {
      pass_accumulate_counts(0u, 1u, lane);
    }
    storageBarrier();
    workgroupBarrier();  // everything is counted
    pass_finalize_digit(0u, 1u, lane);
  }
  pass_accumulate_rests(0u, 1u, lane);
  storageBarrier();  // other lanes read what is left
  pass_finalize_found(0u, 1u, lane);
  storageBarrier();  // and the statistics
}
