// Rows over classes under a mask: measured before it is known which of them are kept, and again for the gradient of those.

fn prepare_samples(workgroup: u32, lane: u32) {
  let end = slice_end(workgroup);
  for (var base = workgroup * settings.slice_rows; base < end; base += rows_at_once()) {
    let turn = turn_of(base, end, lane);
    let label = turn.label;
    let measured = measure_row(turn, 0.0, Seal(), lane);
    write_row_figures(turn, measured);
    if (turn.leads) {
      let whole = label.used && !measured.broken;
      samples[turn.row] = Sample(select(0.0, measured.loss, whole), select(0.0, measured.scored, whole),
        select(0u, 1u + label.class_index, label.used), select(0u, BROKEN, measured.broken) + select(INVALID, 0u, label.valid),
        label.weight, select(0u, 1u, whole && measured.predicted == measured.label));
    }
  }
  storageBarrier();  // other lanes read the slice's samples
}

fn finish_gradient(workgroup: u32, conclusion: Conclusion, lane: u32) {
  let end = select(0u, slice_end(workgroup), HAS_gradient);
  for (var base = workgroup * settings.slice_rows; base < end; base += rows_at_once()) {
    let turn = turn_of(base, end, lane);
    let kept = (samples[turn.row].state & KEPT) != 0u;
    let factor = factor_of(turn, select(conclusion.scale, 1.0, UNSCALED));
    measure_row(turn, factor, Seal(turn.there, kept, conclusion.spoiled), lane);
  }
}

// Leaves the number of rows of a slice whose label is predicted beside the slice's sums.
fn count_correct(workgroup: u32, lane: u32) {
  if (!HAS_correct) {
    return;
  }
  var counts = Item();
  for (var row = workgroup * settings.slice_rows + lane; row < slice_end(workgroup); row += WORKGROUP_SIZE) {
    counts.counts.w += samples[row].correct;
  }
  counts = reduce_all(ADD, counts, lane);
  if (lane == 0u) {
    scratch[sums_slot(settings.first_slice + workgroup)].counts.w = counts.counts.w;
  }
}

fn pass_score_masked(workgroup: u32, workgroups: u32, lane: u32) {
  pass_score(workgroup, workgroups, lane);
  count_correct(workgroup, lane);
}

fn pass_small_masked(workgroup: u32, workgroups: u32, lane: u32) {
  pass_accumulate(0u, 1u, lane);
  storageBarrier();  // other lanes read the moments
  finish_small_masked(lane);
}

fn finish_small_masked(lane: u32) {
  pass_score_masked(0u, 1u, lane);
  storageBarrier();  // other lanes read the sums
  pass_last(0u, 1u, lane);
}
