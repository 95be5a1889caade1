// A group for every label of rows over classes. Samples know their labels; once there are statistics, scores become z-scores in
// place, so that whoever masks needs no groups.

const CLASSES = 1u;

// What samples are scored against: their own z-scores.
struct References {
  header: Item,
}

fn references_of(workgroup: u32, spot: Spot, lane: u32) -> References {
  return References(scratch[header_slot()]);
}

fn z_of(scored: vec4f, positive: vec4<bool>, row: u32, references: References) -> vec4f {
  return scored;
}

fn store_inliers(sums: Item, spot: Spot, lane: u32) {}

fn belonging(quad: Quad, row: u32, label: u32) -> vec4<bool> {
  return labels_of_samples(row) == vec4u(label);
}

// Moments of one label over a slice, from short parts.
fn label_moments(first: u32, end: u32, label: u32) -> Item {
  let spot = Spot(0u, 0u, first, end, 4u, 0u, false);
  var all = Item();
  for (var row = first; row < end; row += 4u * RUN) {
    all = merge_moments(all, careful_moments(row, min(row + 4u * RUN, end), spot, label));
  }
  return all;
}

fn pass_accumulate_labels(workgroup: u32, workgroups: u32, lane: u32) {
  prepare_samples(workgroup, lane);
  for (var label = lane; label < settings.groups; label += WORKGROUP_SIZE) {
    let moments = label_moments(workgroup * settings.slice_rows, slice_end(workgroup), label);
    scratch[moments_slot(settings.first_slice + workgroup, label)] = moments;
  }
}

// The slice's moments have been merged, so their place is free for its inliers.
fn pass_score_labels(workgroup: u32, workgroups: u32, lane: u32) {
  let first = workgroup * settings.slice_rows;
  let end = slice_end(workgroup);
  for (var row = first + lane; row < end; row += WORKGROUP_SIZE) {
    let members = samples[row].members;
    if (members > 0u) {
      let statistics = scratch[statistics_slot(members - 1u)];
      samples[row].scored = (samples[row].scored - statistics.values.x) * inverse_of(statistics);
    }
  }
  storageBarrier();  // other lanes read the scores
  pass_score_masked(workgroup, workgroups, lane);
  storageBarrier();  // and what is kept
  for (var label = lane; label < settings.groups; label += WORKGROUP_SIZE) {
    var inliers = 0u;
    for (var row = first; row < end; row++) {
      inliers += select(0u, 1u, (samples[row].state & KEPT) != 0u && samples[row].members == label + 1u);
    }
    scratch[moments_slot(settings.first_slice + workgroup, label)].counts.x = inliers;
  }
}

fn pass_small_labels(workgroup: u32, workgroups: u32, lane: u32) {
  pass_accumulate_labels(0u, 1u, lane);
  storageBarrier();  // other lanes read the moments
  pass_finalize(0u, 1u, lane);
  storageBarrier();  // and the statistics
  finish_small_labels(lane);
}

fn finish_small_labels(lane: u32) {
  pass_score_labels(0u, 1u, lane);
  storageBarrier();  // other lanes read the sums
  pass_last(0u, 1u, lane);
}
